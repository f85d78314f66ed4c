"""Images made to harm whoever looks at them: one clear answer, in bounded time and memory, and never a clean one."""

import json
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain, repeat
from pathlib import Path

import pytest

from elf_sections import go_program
from hostile_images import Layout, bounded, entry, header, raw_tar, write_layers
from jars import jar

END = bytes(1024)
RELEASE = entry("etc/os-release", b'ID=debian\nVERSION_ID="12"\n')
STATUS = b"Package: tool\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\nDescription: "
INDEX = "application/vnd.oci.image.index.v1+json"


def scan(image: Path, *words: str) -> tuple[list[str], str]:
    """Return the purls that were found and what was said, of a scan that is incomplete."""
    ran = bounded("sbom", image, "--no-cache", "--format", "purls", *words)
    assert ran.code == 4, ran.err
    return ran.out.split(), ran.err


def tool() -> tuple[tarfile.TarInfo, bytes]:
    return entry("var/lib/dpkg/status", STATUS + b"a tool\n")


FOUND = ["pkg:deb/debian/tool@1.0?arch=amd64&distro=debian-12"]


def damaged(tmp_path: Path, damage: slice, *, true_digests: bool) -> Path:
    """Return an image of whose only layer a part is missing, with the digest of what is there, or of what was."""
    image = Layout(tmp_path / "image")
    image.add_layer([raw_tar(RELEASE, tool()), raw_tar(entry("more", bytes(range(256)) * 100))])
    name = image.layers[0]["digest"].partition(":")[2]
    data = (image.blobs / name).read_bytes()[damage]
    if true_digests:
        (image.blobs / name).unlink()
        image.layers.clear()
        diff_ids = image.diff_ids.copy()
        image.add_layer([b""])
        image.diff_ids = diff_ids
        image.layers = [{**image.layers[0], "digest": f"sha256:{sha256(data).hexdigest()}", "size": len(data)}]
        name = sha256(data).hexdigest()
    (image.blobs / name).write_bytes(data)
    image.finish()
    return tmp_path / "image"


@pytest.mark.parametrize("damage", [slice(0, -9), slice(0, 60)], ids=["end", "most"])
def test_a_layer_that_is_cut_is_read_as_far_as_it_goes(tmp_path: Path, damage: slice):
    _, said = scan(damaged(tmp_path, damage, true_digests=True))
    assert "it could not be read to its end" in said


@pytest.mark.parametrize("damage", [slice(0, -9), slice(0, 0)], ids=["end", "all"])
def test_a_layer_that_is_not_what_the_manifest_names_is_refused(tmp_path: Path, damage: slice):
    ran = bounded("sbom", damaged(tmp_path, damage, true_digests=False), "--no-cache", "--allow-gaps")
    assert ran.code == 1
    assert ran.out == ""


def test_a_wrong_digest_and_a_wrong_diff_id(tmp_path: Path):
    for number, what in enumerate(("digest", "diff_id")):
        image = Layout(tmp_path / what)
        image.add_layer([raw_tar(RELEASE)])
        image.add_layer([raw_tar(tool())])
        if what == "digest":
            first, second = (image.blobs / one["digest"].partition(":")[2] for one in image.layers)
            first.write_bytes(second.read_bytes())
        else:
            image.diff_ids.reverse()
        image.finish()
        ran = bounded("sbom", tmp_path / what, "--no-cache", "--allow-gaps")
        assert (number, ran.code) == (number, 1)
        assert "sha256:" in ran.err


def test_a_bomb_of_zeros(tmp_path: Path):
    pieces = chain([raw_tar(RELEASE, tool())[:2048], header("zeros", 4 << 30)], repeat(bytes(8 << 20), 512), [END])
    ran = bounded(
        "sbom",
        write_layers(tmp_path / "image", pieces),
        "--no-cache",
        "--format",
        "purls",
        "--limit",
        "unpacked=400000000",
    )
    assert ran.code == 4
    assert "layer" in ran.err


def test_ten_million_entries(tmp_path: Path):
    block = b"".join(header(f"srv/{number:04}", 0) for number in range(2048))
    pieces = chain([raw_tar(RELEASE, tool())[:2048]], repeat(block, 4900), [END])
    purls, said = scan(write_layers(tmp_path / "image", pieces), "--limit", "entries=100000")
    assert "more than 100000" in said
    assert purls in ([], FOUND)


def test_names_that_lead_out(tmp_path: Path):
    image = write_layers(
        tmp_path / "image",
        raw_tar(
            RELEASE,
            tool(),
            entry("../../escaped"),
            entry("/absolute", b"x"),
            entry("usr/../../../escaped"),
            entry("link", type=tarfile.SYMTYPE, linkname="../../../../etc/passwd"),
            entry("hard", type=tarfile.LNKTYPE, linkname="../../etc/passwd"),
            entry("a", type=tarfile.SYMTYPE, linkname="b"),
            entry("b", type=tarfile.SYMTYPE, linkname="a"),
            entry("a/inside", b"x"),
            entry("to-nowhere", type=tarfile.LNKTYPE, linkname="nowhere"),
            entry("dev/sda", type=tarfile.BLKTYPE, devmajor=8),
            entry("dev/tty", type=tarfile.CHRTYPE, devmajor=5),
            entry("run/pipe", type=tarfile.FIFOTYPE),
            entry("odd", type=b"Z"),
        ),
    )
    purls, said = scan(image)
    assert purls == FOUND
    for path in ("/../../escaped", "/usr/../../../escaped", "/hard", "/a/inside", "/to-nowhere", "/odd"):
        assert path in said
    listed = bounded("files", image, "--no-cache", "--format", "json", "--allow-gaps")
    entries = {one["path"]: one for one in json.loads(listed.out)["files"]}
    assert "/absolute" in entries
    assert entries["/dev/sda"]["kind"] == "block-device"
    assert not any(".." in path or "escaped" in path for path in entries)
    assert "digest" not in entries["/link"]


def test_a_database_of_a_gigabyte_in_one_paragraph(tmp_path: Path):
    size = len(STATUS) + (1 << 30)
    pieces = chain(
        [raw_tar(RELEASE)[:1024], header("var/lib/dpkg/status", size), STATUS], repeat(b"x" * (8 << 20), 128)
    )
    padding = bytes(-size % 512) + END
    purls, said = scan(write_layers(tmp_path / "image", chain(pieces, [padding])), "--limit", "ratio=100000")
    assert purls == []
    assert "/var/lib/dpkg/status" in said


def test_a_database_that_is_just_small_enough(tmp_path: Path):
    pieces = repeat(b"x" * (1 << 20), 60)
    size = len(STATUS) + (60 << 20)
    before = [raw_tar(RELEASE)[:1024], header("var/lib/dpkg/status", size), STATUS]
    image = write_layers(tmp_path / "image", chain(before, pieces, [bytes(-size % 512) + END]))
    ran = bounded("sbom", image, "--no-cache", "--format", "purls", "-q")
    assert ran.code in (0, 4)


def test_text_that_is_no_utf_8(tmp_path: Path):
    status = b"Package: t\xff\xfeol\nStatus: install ok installed\nVersion: 1.0\xe9\nArchitecture: amd64\nDescription: \xc3\n"
    metadata = b"Metadata-Version: 2.1\nName: b\xffd\nVersion: 1\nAuthor: \xe9\n"
    image = write_layers(
        tmp_path / "image",
        raw_tar(
            entry("etc/os-release", b"ID=\xff\xfe\nNAME=\xe9\n"),
            entry("var/lib/dpkg/status", status),
            entry("usr/lib/python3/dist-packages/b-1.dist-info/METADATA", metadata),
            entry("srv/node_modules/x/package.json", b'{"name": "\xff", "version": "1"}'),
            entry("srv/n\udcff\udcfe/package.json", b"{}"),
        ),
    )
    for words in (("sbom",), ("sbom", "--format", "spdx-3"), ("files", "--format", "json")):
        ran = bounded(words[0], image, "--no-cache", *words[1:])
        assert ran.code in (0, 4), ran.err


def nested_jar(depth: int) -> bytes:
    inside = b""
    for _ in range(depth):
        inside = jar({"inner.jar": inside})
    return inside


def bomb_jar() -> bytes:
    return jar({"META-INF/maven/g/a/pom.properties": bytes(300 << 20)})


def forged_go() -> bytes:
    program = bytearray(go_program("go1.22.0", "path\texample.test/x\nmod\texample.test/x\tv1.0.0\t\n"))
    table = int.from_bytes(program[40:48], "little")
    for section in range(1, int.from_bytes(program[60:62], "little")):
        at = table + 64 * section + 32
        program[at : at + 8] = ((1 << 62) + section).to_bytes(8, "little")
    return bytes(program)


@pytest.mark.parametrize(
    ("path", "make"),
    [("srv/app.jar", lambda: nested_jar(50)), ("srv/app.jar", bomb_jar), ("usr/bin/app", forged_go)],
    ids=["jars in jars", "zip bomb", "forged sections"],
)
def test_evil_files_are_gaps(tmp_path: Path, path: str, make: "Iterator[bytes]"):
    image = write_layers(tmp_path / "image", raw_tar(RELEASE, tool(), entry(path, make(), mode=0o755)))  # type: ignore[operator]
    purls, said = scan(image)
    assert purls == FOUND
    assert f"/{path}" in said


def test_an_sbom_with_a_million_components(tmp_path: Path):
    one = b'{"type":"library","name":"x","version":"1"}'
    document = (
        b'{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":['
        + b",".join([one] * 1_000_000)
        + b"]}"
    )
    (tmp_path / "huge.json").write_bytes(document)
    ran = bounded("sbom", tmp_path / "huge.json", memory=2 << 30)
    assert ran.code == 2
    assert "250000" in ran.err


def test_an_index_that_refers_to_itself(tmp_path: Path):
    image = Layout(tmp_path / "image")
    itself = image.add({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}, INDEX)
    looped = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [itself]}).encode()
    (image.blobs / itself["digest"].partition(":")[2]).write_bytes(looped)
    for size in (itself["size"], len(looped)):
        image.point_to({**itself, "size": size})
        ran = bounded("sbom", tmp_path / "image", "--no-cache")
        assert ran.code == 1
        assert itself["digest"] in ran.err


def test_indexes_inside_indexes(tmp_path: Path):
    image = Layout(tmp_path / "image")
    inner = image.add({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}, INDEX)
    for _ in range(50):
        inner = image.add({"schemaVersion": 2, "mediaType": INDEX, "manifests": [inner]}, INDEX)
    image.point_to(inner)
    ran = bounded("sbom", tmp_path / "image", "--no-cache")
    assert ran.code in (1, 3)
    assert "nest" in ran.err or "inside" in ran.err or "deep" in ran.err
