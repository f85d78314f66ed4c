"""Both SBOMs that a build attaches list every file of the image, with the hashes of what is really there."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deb_files import Deb, HardLink
from prill.build.record import decode_record
from prill.model import FileKind
from workshop import Workshop, base_files, blob, document, entries_of, library, tree_of

Hashes = dict[str, tuple[str, str]]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image with a hard link, a source that is no package, and what Prill makes."""
    app = Deb("app", files={"usr/bin/app": "program", "usr/bin/app-too": HardLink("usr/bin/app")})
    shop = Workshop(tmp_path, (base_files(), library(), app))
    (shop.spec_file.parent / "conf").write_text("a = 1\n")
    shop.spec(files=[{"source": "conf", "path": "/etc/app.conf"}])
    return shop.made("--list-referrers")


def attached(layout: Path, kind: str) -> bytes:
    (entry,) = [one for one in entries_of(layout) if one.get("artifactType", "").startswith(f"application/{kind}")]
    (layer,) = document(layout, entry["digest"])["layers"]
    return blob(layout, layer["digest"]).read_bytes()


def in_the_layers(layout: Path) -> Hashes:
    """Read the layers as a stranger would, and hash the content behind each name of a regular file."""
    tree = tree_of(layout)
    contents = {path: content for path, (_, content) in tree.items() if isinstance(content, bytes)}
    contents |= {path: contents[text] for path, (stat, text) in tree.items() if stat.kind is FileKind.HARDLINK}
    return {
        path: (hashlib.sha1(content).hexdigest(), hashlib.sha256(content).hexdigest())
        for path, content in contents.items()
    }


def components(layout: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each component with the name of the one it stands in."""
    for one in json.loads(attached(layout, "vnd.cyclonedx"))["components"]:
        yield "", one
        for inner in one.get("components", ()):
            yield one["name"], inner


def test_spdx_has_every_file_with_both_hashes(image: Path):
    files = json.loads(attached(image, "spdx"))["files"]
    found: Hashes = {}
    for one in files:
        sums = {each["algorithm"]: each["checksumValue"] for each in one["checksums"]}
        found[one["fileName"].removeprefix("./")] = (sums["SHA1"], sums["SHA256"])
    assert found == in_the_layers(image)
    assert len(files) == len(found)


def test_cyclonedx_has_every_file_with_both_hashes(image: Path):
    files = [one for _, one in components(image) if one["type"] == "file"]
    found: Hashes = {}
    for one in files:
        sums = {each["alg"]: each["content"] for each in one["hashes"]}
        found[one["name"].removeprefix("/")] = (sums["SHA-1"], sums["SHA-256"])
    assert found == in_the_layers(image)
    assert len(files) == len(found)


def test_files_stand_below_who_brought_them(image: Path):
    owners = {one["name"]: owner for owner, one in components(image) if one["type"] == "file"}
    assert owners["/usr/bin/app"] == owners["/usr/bin/app-too"] == "app"
    assert owners["/etc/app.conf"] == "conf"
    assert owners["/etc/passwd"] == owners["/var/lib/dpkg/status.d/app"] == ""


def test_every_component_has_a_reference_of_its_own(image: Path):
    references = Counter(one["bom-ref"] for _, one in components(image))
    assert set(references.values()) == {1}
    assert "file:/usr/bin/app" in references


def test_the_record_has_the_same_hashes(image: Path):
    record = decode_record(attached(image, "vnd.prill.build-record"))
    recorded = {one.path: (one.content, one.size) for one in record.files if one.kind is FileKind.FILE}
    tree = tree_of(image)
    assert recorded == {
        path: (hashlib.sha256(content).hexdigest(), len(content))
        for path, (_, content) in tree.items()
        if isinstance(content, bytes)
    }
