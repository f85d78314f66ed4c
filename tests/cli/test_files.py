"""prill files, from arguments to tables, documents and exit codes."""

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from images import file
from run_prill import Prill
from scanned_image import APP, base, write


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write(tmp_path / "image", base(), APP)


def rows(text: str) -> dict[str, list[str]]:
    """Return a table's cells by path."""
    lines = [line.split() for line in text.splitlines()[1:]]
    return {line[6]: line[:6] + line[7:] for line in lines}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_table_says_where_each_comes_from(image: Path, prill: Prill):
    ran = prill("files", image, "/usr", "app")
    assert ran.code == 0
    found = rows(ran.out)
    assert list(found) == sorted(found)
    assert found["/usr/bin/tool"] == ["-rwsr-xr-x", "0:0", "10", "1", "tool", sha("tool 1.0-1")[:12]]
    assert found["/app/node_modules/left-pad/index.js"][1:5] == ["1000:1000", "5", "2", "left-pad"]
    assert found["/app/free"][4] == "-"
    assert found["/app/more"] == ["-rw-r--r--", "0:0", "-", "2", "-", sha("nobody's")[:12], "=", "/app/free"]
    assert found["/usr"][0] == "drwxr-xr-x"


def test_globs_begin_at_the_root(image: Path, prill: Prill):
    assert list(rows(prill("files", image, "**/*.js*").out)) == [
        "/app/node_modules/left-pad/index.js",
        "/app/node_modules/left-pad/package.json",
    ]
    link = rows(prill("files", image, "/bin").out)["/bin"]
    assert link[-2:] == ["->", "usr/bin"]
    assert list(rows(prill("files", image, "/bin/tool").out)) == ["/usr/bin/tool"]
    assert list(rows(prill("files", image, "/bin/t*").out)) == ["/usr/bin/tool"]
    assert list(rows(prill("files", image, "/usr/../bin/**").out)) == ["/usr/bin/tool"]
    assert prill("files", image, "/sbin/*").code == 3


def test_globs_may_stand_behind_an_option(image: Path, prill: Prill):
    ran = prill("files", image, "/app/free", "--no-digests", "/usr/bin/*", "--format", "table", "/bin")
    assert ran.code == 0
    assert [line.split()[5] for line in ran.out.splitlines()[1:]] == ["/app/free", "/bin", "/usr/bin/tool"]
    assert prill("files", image, "--no-digest", "/bin", "--bogus", "/usr").code == 2
    assert prill("inspect", image, "--verbose", "another").code == 2


def test_json_is_one_document_with_one_entry_a_line(image: Path, prill: Prill):
    ran = prill("files", image, "--format", "json")
    document = json.loads(ran.out)
    assert len(ran.out.splitlines()) == len(document["files"]) + 2
    assert document["digest"].startswith("sha256:")
    assert len(document["layers"]) == 2
    entries = {one["path"]: one for one in document["files"]}
    tool = entries["/usr/bin/tool"]
    assert (tool["mode"], tool["kind"], tool["size"]) == ("4755", "file", 10)
    assert tool["digest"] == f"sha256:{sha('tool 1.0-1')}"
    assert tool["layer"] == document["layers"][0]
    assert tool["package"] == "pkg:deb/debian/tool@1.0-1?arch=amd64&distro=debian-12"
    assert entries["/app/node_modules/left-pad/index.js"]["package"] == "pkg:npm/left-pad@1.3.0"
    assert entries["/app/more"]["link"] == "/app/free"
    assert "package" not in entries["/usr"]
    assert "digest" not in entries["/bin"]


def test_without_digests_nothing_is_read(image: Path, prill: Prill):
    ran = prill("files", image, "/usr/bin/tool", "--no-digests")
    assert "SHA-256" not in ran.out
    assert sha("tool 1.0-1")[:12] not in ran.out


def test_a_folder_has_no_layers(tmp_path: Path, prill: Prill):
    (tmp_path / "root" / "etc").mkdir(parents=True)
    (tmp_path / "root" / "etc" / "motd").write_text("hello")
    os.mkfifo(tmp_path / "root" / "pipe")
    ran = prill("files", f"dir:{tmp_path / 'root'}")
    assert ran.code == 0
    assert "LAYER" not in ran.out
    assert sha("hello")[:12] in ran.out
    assert "prw" in ran.out


def test_what_could_not_be_read_is_told_and_makes_it_incomplete(tmp_path: Path, prill: Prill):
    out = io.BytesIO()
    with tarfile.TarFile(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("b/../../c"))
    image = write(tmp_path / "image", out.getvalue())
    ran = prill("files", image)
    assert ran.code == 4
    assert "/b/../../c" in ran.err
    assert prill("files", image, "--allow-gaps").code == 0
    assert json.loads(prill("files", image, "--format", "json").out)["gaps"]


def test_names_are_written_so_that_no_terminal_obeys_them(tmp_path: Path, prill: Prill):
    image = write(tmp_path / "image", [file("a\x1b[31m"), file("b\udcff", "x")])
    ran = prill("files", image)
    assert "/a\\x1b[31m" in ran.out
    assert "/b\\udcff" in ran.out
    paths = [one["path"] for one in json.loads(prill("files", image, "--format", "json").out)["files"]]
    assert paths == ["/a\x1b[31m", "/b\udcff"]


def test_nothing_matches(image: Path, prill: Prill):
    ran = prill("files", image, "/nowhere")
    assert ran.code == 3
    assert "'/nowhere'" in ran.err
