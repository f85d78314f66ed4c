"""What is fuzzed: each reader of other people's bytes, with the documents that fuzzing starts from.

A target takes bytes and returns; the only errors that it may meet are those of Prill. The tests feed it for seconds,
``make fuzz`` for as long as it is told.
"""

import io
import json
import lzma
import sqlite3
import struct
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from deb_files import Deb
from elf_files import elf_file
from elf_sections import elf_with, go_program, old_go_program
from images import file, folder, hardlink, image_of, symlink, tar_of
from jars import jar, manifest, maven
from prill._io.answers import read_body, read_head
from prill.api.lint import LintOptions, lint_data
from prill.api.lint_fix import fix_data
from prill.api.lint_settings import LintSettings
from prill.archive.bounds import Limits
from prill.archive.codecs import Codec, compress, sniff, unpack_pieces
from prill.archive.tar_header import HeaderReader
from prill.archive.tar_scan import PieceCursor, scan
from prill.archive.tar_tolerant import TolerantHeaders
from prill.binaries.elf import read_shared_object
from prill.binaries.go_build_info import find_go_build_info, read_go_build_info
from prill.binaries.rust_audit import read_rust_audit
from prill.binaries.sections import ElfSections
from prill.distro.deb.control import parse_paragraphs
from prill.distro.deb.copyright import read_copyright
from prill.distro.deb.package import read_deb
from prill.distro.rpm.database import read_headers
from prill.distro.rpm.header import parse_header
from prill.dockerfile.allowed_bases import AllowedBase
from prill.dockerfile.pages import read_page
from prill.dockerfile.rules import BUILTIN as RULES
from prill.ecosystems.jar import read_jar
from prill.errors import PrillError
from prill.formats.sbom_documents import encode_sbom, faults_of, read_sbom
from prill.model import FileKind, FileStat
from prill.oci._merge import Merge
from prill.oci.config import ImageConfig
from prill.oci.entries import EntryTable
from prill.oci.faults import FaultLog
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.merged_tree import MergedTree
from prill.sbom.catalogers import BUILTIN
from sboms import sample

__all__ = ["TARGETS", "Target"]

LIMITS = Limits(max_entries=5_000, max_file_size=4 << 20, max_total_size=16 << 20, ratio_floor=1 << 20)


@dataclass(frozen=True)
class Target:
    """One reader, and what a mutation begins with."""

    name: str
    read: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]

    def __call__(self, data: bytes) -> None:
        """Read; whatever is raised but Prill's errors is a bug."""
        with suppress(PrillError):
            self.read(data)


def read_tar(data: bytes) -> None:
    with suppress(PrillError):
        for _ in scan(PieceCursor(iter([data])), HeaderReader(LIMITS, "refuse")):
            pass
    pieces = (data[at : at + 700] for at in range(0, len(data), 700))
    table = EntryTable()
    with suppress(PrillError):
        rows = scan(PieceCursor(pieces), TolerantHeaders(LIMITS, FaultLog()))
        table.add_all(rows)
    merge = Merge(FaultLog())
    for _ in range(2):
        merge.apply(table)
    tree = MergedTree.of(merge, [table, table])
    for row in range(len(tree)):
        tree.stat(row)
        found = tree.find(tree.paths[row], follow=True)
        assert found is None or not tree.paths[found].startswith(("/", ".."))


def tars() -> Iterable[bytes]:
    lower = [folder("usr"), file("usr/a", b"x" * 700), symlink("bin", "usr"), hardlink("b", "usr/a"), file("n" * 120)]
    yield tar_of(lower)
    yield tar_of(
        [
            file("usr/.wh.a"),
            file("usr/.wh..wh..opq"),
            file("bin/c", xattrs=(("user.x", b"1"),)),
            symlink("l", "m" * 150),
        ]
    )


def read_codec(data: bytes) -> None:
    codec = sniff(data[:16])
    for _ in unpack_pieces(io.BytesIO(data), codec, LIMITS):
        pass


def packed() -> Iterable[bytes]:
    data = b"x" * 3000 + b"y"
    yield from (compress(data, Codec.GZIP), compress(data, Codec.ZSTD) * 2, lzma.compress(data))


def read_package(data: bytes) -> None:
    package = read_deb(io.BytesIO(data), limits=LIMITS)
    list(parse_paragraphs(package.control))


def read_rpm(data: bytes) -> None:
    for header in read_headers(data):
        parse_header(header)


def rpm_header() -> bytes:
    texts = {
        1000: b"tool\0",
        1001: b"1.0\0",
        1002: b"3\0",
        1022: b"noarch\0",
        1014: b"MIT\0",
        1117: b"a\0",
        1118: b"/etc/\0",
    }
    body, entries = b"", b""
    for tag, text in texts.items():
        entries += struct.pack(">IIII", tag, 8 if tag > 1100 else 6, len(body), 1)
        body += text
    body += bytes(-len(body) % 4)
    entries += struct.pack(">IIII", 1116, 4, len(body), 1)
    body += struct.pack(">I", 0)
    return struct.pack(">II", len(texts) + 1, len(body)) + entries + body


def rpm_databases() -> Iterable[bytes]:
    header = rpm_header()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "rpmdb.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA page_size = 512")
            connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
            connection.execute("INSERT INTO Packages VALUES (1, ?)", (header,))
            connection.commit()
        yield path.read_bytes()
    blob = struct.pack("<4sIII", b"BlbS", 1, 1, len(header)) + header
    blob += bytes(-(len(blob) + 12) % 16) + struct.pack("<II4s", 0, len(header), b"BlbE")
    slots = struct.pack("<4sIIIIIII", b"RpmP", 0, 1, 1, 2, 0, 0, 0)
    slots += struct.pack("<4sIII", b"Slot", 1, 256, len(blob) // 16)
    yield slots + bytes(4096 - len(slots)) + blob
    page = bytearray(512)
    page[12:16], page[16:20], page[20:24] = struct.pack("<I", 0x61561), struct.pack("<I", 9), struct.pack("<I", 512)
    yield bytes(page) * 3


def read_elf(data: bytes) -> None:
    with suppress(PrillError):
        read_shared_object(data)
    with suppress(PrillError):
        read_go_build_info(ElfSections(io.BytesIO(data)))
    find_go_build_info(io.BytesIO(data))
    elf = ElfSections(io.BytesIO(data))
    assert all(len(elf.read(one.name, 1 << 16)) <= 1 << 16 for one in elf.sections[:50])
    read_rust_audit(elf)


def programs() -> Iterable[bytes]:
    yield elf_file(soname="libx.so.1", needed=("libc.so.6",))
    yield elf_file(bits=32, little=False, needed=("libc.so.6",))
    yield go_program("go1.22.0", "path\tx\nmod\tx\tv1.0.0\t\ndep\ty\tv2.0.0\th1:=\n=>\tz\tv3\t\nbuild\tCGO_ENABLED=0\n")
    yield old_go_program("go1.17", "path\tx\nmod\tx\t(devel)\t\n")
    yield elf_with({".dep-v0": bytes.fromhex("789cabae050001750 0f9".replace(" ", ""))})


def read_archive(data: bytes) -> None:
    read_jar(io.BytesIO(data), len(data), "app.jar")


def jars() -> Iterable[bytes]:
    inner = jar(
        {**maven("g:a:1", "<version>1</version>"), **manifest(Implementation_Title="a", Implementation_Version="1")}
    )
    yield inner
    yield jar({"BOOT-INF/lib/a-1.jar": inner, **maven("g:b:2")}, 0)


def read_document(data: bytes) -> None:
    with suppress(PrillError):
        faults_of(data, "x")
    sbom = read_sbom(data, "x")
    for name in ("cyclonedx", "spdx", "spdx-3"):
        encode_sbom(sbom, name, tool="fuzz")


def documents() -> Iterable[bytes]:
    for name in ("cyclonedx@1.4", "cyclonedx", "spdx", "spdx-3"):
        yield encode_sbom(sample(), name, tool="fuzz")
    artifact = {"id": "1", "name": "a", "version": "1", "type": "deb", "purl": "pkg:deb/debian/a@1", "locations": []}
    yield json.dumps({"artifacts": [artifact], "source": {}, "distro": {}, "schema": {"version": "16"}}).encode()


def read_manifest(data: bytes) -> None:
    for parse in (Manifest.parse, Index.parse, ImageConfig.parse):
        with suppress(PrillError):
            parse(data)


def manifests() -> Iterable[bytes]:
    made = image_of([file("a")], labels=(("a", "b"),), entrypoint=("x",), volumes=("/v",))
    yield from (made.manifest.raw, made.config.raw, Index(manifests=(made.manifest.descriptor(),)).raw)


class Found:
    """A file that a cataloger is given."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.stat = FileStat(path=path, kind=FileKind.FILE, mode=0o755, size=len(data))
        self.notes: dict[str, object] = {}
        self._data = data

    def open(self) -> BinaryIO:
        return io.BytesIO(self._data)


def paths() -> list[tuple[int, str]]:
    """Return a path for each pattern of each cataloger, with the cataloger's number."""
    return [
        (number, pattern.replace("**/", "srv/").replace("**", "x").replace("*", "x-1").replace("?", "x"))
        for number, cataloger in enumerate(BUILTIN)
        for pattern in (*cataloger.patterns, *(("usr/bin/x",) if cataloger.programs else ()))
    ]


def read_cataloged(data: bytes) -> None:
    known = paths()
    number, path = known[int.from_bytes(data[:2], "big") % len(known)]
    BUILTIN[number].read(Found(path, data[2:]))


def cataloged() -> Iterable[bytes]:
    text = (
        b"Package: a\nName: a\nVersion: 1\nStatus: install ok installed\nArchitecture: all\nSource: b (2)\n\n",
        b'{"name": "a", "version": "1", "packages": {"": {}, "node_modules/b": {"version": "2"}}, "artifacts": []}',
        b"P:a\nV:1\nA:x86_64\nF:usr\nR:b\n\n",
        b"a-1/x.py,sha256=abc,12\nb,,\n",
        b"[[package]]\nname = 'a'\nversion = '1'\n",
        b'Gem::Specification.new do |s|\n  s.name = "a"\n  s.version = "1"\nend\n',
    )
    for at in range(len(paths())):
        yield at.to_bytes(2, "big") + text[at % len(text)]
        yield at.to_bytes(2, "big") + text[(at + 1) % len(text)]


def texts() -> Iterable[bytes]:
    yield b"Package: a\nVersion: 1\nDescription: x\n more\n .\n\nPackage: b\n"
    yield b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: x\nLicense: GPL-2+ and MIT\n text\n"


def read_text(data: bytes) -> None:
    with suppress(PrillError):
        list(parse_paragraphs(data))
    read_copyright(data)


def answers() -> Iterable[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: a/b\r\n\r\nabc"
    yield b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n"
    yield b"HTTP/1.0 404 Not Found\r\nWWW-Authenticate: Basic\r\nWWW-Authenticate: Bearer realm=x\r\n\r\nno"


def read_answer(data: bytes) -> None:
    reader = io.BytesIO(data)
    head = read_head(reader, "GET")
    assert sum(len(part) for part in read_body(reader, head, 2)) <= len(data)


def dockerfiles() -> Iterable[bytes]:
    """Yield the examples of every rule's page: whatever a rule looks at is in one of them."""
    for rule in RULES:
        for text in (*read_page(rule).bad, *read_page(rule).good):
            yield text.encode()


def read_linted(data: bytes) -> None:
    """Lint and fix; a rule that fails is a gap there, and none may."""
    bases = (AllowedBase.parse("debian"),)
    options = LintOptions(settings=LintSettings(allowed_bases=bases), today=date(2026, 11, 26))
    assert lint_data(data, "Dockerfile", options).gaps == ()
    assert fix_data(data, "Dockerfile", options, unsafe=True).report.gaps == ()


TARGETS = (
    Target("tar", read_tar, tars),
    Target("codec", read_codec, packed),
    Target("deb", read_package, lambda: [Deb("a", files={"usr/bin/a": "x"}, conffiles=("/etc/a",)).pack()]),
    Target("control", read_text, texts),
    Target("rpmdb", read_rpm, rpm_databases),
    Target("elf", read_elf, programs),
    Target("jar", read_archive, jars),
    Target("sbom", read_document, documents),
    Target("manifest", read_manifest, manifests),
    Target("catalogers", read_cataloged, cataloged),
    Target("http", read_answer, answers),
    Target("dockerfile", read_linted, dockerfiles),
)
