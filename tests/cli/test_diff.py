"""prill diff, from arguments to reports and exit codes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from images import file, folder, hardlink, symlink
from run_prill import Prill
from scanned_image import APP, base, write


@pytest.fixture
def old(tmp_path: Path) -> Path:
    env = ("PATH=/usr/bin", "API_TOKEN=first")
    return write(tmp_path / "old", base(), APP, env=env, user="root", labels=(("stage", "one"),))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    newer = [
        file("app/free", "nobody's", mode=0o600),
        file("app/node_modules/left-pad/index.js", "pads", uid=1000, gid=1000),
        folder("srv/data"),
        file("srv/data/one", "1"),
        file("srv/data/two", "22"),
        file("app/.wh.more"),
    ]
    upgrade = [*base("1.0-2")[3:4], file("usr/bin/tool", "tool 1.0-2", mode=0o755), symlink("bin", "usr/sbin")]
    env = ("PATH=/usr/bin", "API_TOKEN=second", "MODE=fast")
    return write(tmp_path / "new", base(), APP, [*newer, *upgrade], env=env, user="1000")


def changes(document: dict[str, Any], part: str = "files") -> dict[str, Any]:
    return {one["path" if part == "files" else "name"]: one for one in document[part]["changes"]}


def test_a_report(old: Path, new: Path, prill: Prill):
    ran = prill("diff", old, new)
    assert ran.code == 4  # nobody says the tool's licence
    lines = [line.strip() for line in ran.out.splitlines()]
    assert "↑ tool  1.0-1 → 1.0-2  (deb)" in lines
    assert "+ /srv/  3 entries, 3 B" in lines
    assert "- /app/more -> app/free" in lines
    assert "~ /app/free  mode 0644 → 0600" in lines
    assert "~ /app/node_modules/left-pad/index.js  content, 5 B → 4 B" in lines
    assert "~ /bin  link usr/bin → usr/sbin" in lines
    assert "~ /usr/bin/tool  content, mode 4755 → 0755" in lines
    assert "+ env MODE: fast" in lines
    assert "- label stage: one" in lines
    assert "~ user: root → 1000" in lines
    assert prill("diff", old, new, "--allow-gaps").code == 0
    assert "+ /srv/data/two  2 B" in [line.strip() for line in prill("diff", old, new, "-v").out.splitlines()]


def test_values_of_secrets_are_not_shown(old: Path, new: Path, prill: Prill):
    for words in ((), ("--format", "json")):
        said = prill("diff", old, new, *words).out
        assert "API_TOKEN" in said
        assert "first" not in said
        assert "second" not in said


def test_an_options_secret_is_not_shown(tmp_path: Path, prill: Prill):
    before = write(tmp_path / "before", base(), cmd=("serve", "--token", "s3cr3t&value9", "--port", "80"))
    after = write(tmp_path / "after", base(), cmd=("serve", "--token", "0ther;value9", "--port", "81"))
    for words in ((), ("--format", "json")):
        said = prill("diff", before, after, *words).out
        assert "value9" not in said
        assert "serve" in said


def test_what_looks_like_a_secret_is_not_shown(tmp_path: Path, prill: Prill):
    """In whatever variable, label or command it stands, as in prill inspect."""
    olds, news = (
        write(
            tmp_path / name,
            base(),
            env=(f"DSN=postgres://u:{word}word9@db/x",),
            cmd=("serve", f"--api-key={word}word9", "--port=80"),
            labels=(("login", f"https://u:{word}word9@x.test"), ("deploy.auth", f"{word}word9")),
        )
        for name, word in (("olds", "first"), ("news", "second"))
    )
    for words in ((), ("--format", "json")):
        said = prill("diff", olds, news, *words).out
        assert "word9" not in said
        assert "--port=80" in said
        for name in ("env DSN", "label login", "label deploy.auth"):
            assert name in said


def test_a_document(old: Path, new: Path, prill: Prill):
    document = json.loads(prill("diff", old, new, "--format", "json").out)
    assert document["differs"]
    tool = changes(document)["/usr/bin/tool"]
    assert tool["aspects"] == ["content", "mode"]
    assert tool["old"]["digest"] != tool["new"]["digest"]
    assert tool["old"]["package"].startswith("pkg:deb/debian/tool@1.0-1")
    assert changes(document)["/srv/data/one"]["old"] is None
    assert changes(document, "packages")["tool"]["direction"] == "upgraded"
    back = json.loads(prill("diff", new, old, "--format", "json").out)
    assert changes(back, "packages")["tool"]["direction"] == "downgraded"
    assert document["files"]["same"] == back["files"]["same"]
    assert document["files"]["sameFoldersAndLinks"] == back["files"]["sameFoldersAndLinks"]


def test_no_folder_and_no_link_is_counted_as_a_file(tmp_path: Path, prill: Prill):
    tree = [folder("etc"), file("etc/a", "1"), file("etc/b", "1"), symlink("etc/c", "a"), hardlink("etc/d", "etc/a")]
    others = [folder("srv"), symlink("srv/link", "a"), file("srv/file", "2"), symlink("etc/c", "b")]
    was, now = write(tmp_path / "was", tree), write(tmp_path / "now", tree, others)
    apart = write(tmp_path / "apart", [*tree, file("etc/b", "2")])
    for new, files, counted in (
        (now, "1 added, 2 the same", "2 added, 1 changed, 2 the same"),
        (apart, "1 changed, 1 the same", "3 the same"),
    ):
        ran = prill("diff", was, new, "--allow-gaps")
        assert f"\nfiles: {files}; other entries: {counted}\n" in ran.out


def test_the_same_image_does_not_differ(old: Path, prill: Prill):
    ran = prill("diff", old, old, "--check", "--allow-gaps")
    assert ran.code == 0
    assert "configuration: the same" in ran.out
    assert "packages: 2 the same" in ran.out
    assert not json.loads(prill("diff", old, old, "--format", "json").out)["differs"]


def test_the_same_files_in_other_layers_do_not_differ(tmp_path: Path, old: Path, prill: Prill):
    joined = write(tmp_path / "joined", [*base(), *APP], env=("PATH=/usr/bin", "API_TOKEN=first"), user="root")
    ran = prill("diff", old, joined, "--check", "--allow-gaps")
    assert ran.code == 10  # the label
    document = json.loads(prill("diff", old, joined, "--format", "json").out)
    assert document["files"]["changes"] == document["packages"]["changes"] == []
    assert [one["name"] for one in document["config"]] == ["label stage"]


def test_an_image_and_a_folder(tmp_path: Path, old: Path, prill: Prill):
    root = tmp_path / "root"
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / "tool").write_text("another")
    document = json.loads(prill("diff", old, f"dir:{root}", "--format", "json").out)
    assert "content" in changes(document)["/usr/bin/tool"]["aspects"]
    assert changes(document)["/app/free"]["new"] is None
    assert document["config"] == []


def test_what_is_not_there(tmp_path: Path, old: Path, prill: Prill):
    assert prill("diff", old, tmp_path / "nothing").code == 3


def test_a_symlinks_mode_is_none(tmp_path: Path, prill: Prill):
    stat, _ = symlink("bin", "usr/bin")
    old, new = (write(tmp_path / f"{mode:o}", [(replace(stat, mode=mode), b"")]) for mode in (0o777, 0o755))
    document = json.loads(prill("diff", old, new, "--format", "json").out)
    assert document["files"]["changes"] == []


def test_what_came_with_privileges_says_so(tmp_path: Path, prill: Prill):
    old = write(tmp_path / "old", [file("a", "")])
    new = write(tmp_path / "new", [file("a", ""), file("b", "12", mode=0o4755), file("c", "3", mode=0o755)])
    lines = [line.strip() for line in prill("diff", old, new).out.splitlines()]
    assert {"+ /b  2 B, mode 4755", "+ /c  1 B"} <= set(lines)


def test_the_root_itself_may_differ(tmp_path: Path, prill: Prill):
    none, as_it_is, closed = (
        write(tmp_path / name, [*root, file("etc/one", "1")])
        for name, root in {"none": [], "open": [folder("", mode=0o755)], "shut": [folder("", mode=0o700)]}.items()
    )
    assert prill("diff", none, as_it_is, "--check", "--allow-gaps").code == 0
    ran = prill("diff", as_it_is, closed, "--check")
    assert ran.code == 10
    assert "~ /  mode 0755 → 0700" in ran.out
    assert changes(json.loads(prill("diff", none, closed, "--format", "json").out))["/"]["aspects"] == ["mode"]
