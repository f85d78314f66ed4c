"""rpm's databases, written by the real rpm where that still can, and by Berkeley DB's own loader."""

import shutil
import sqlite3
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.distro.rpm.database import read_headers
from prill.distro.rpm.header import parse_header
from prill.errors import PrillError
from prill.model import RpmDetails
from scanned import purls, reasons, related, scan

FEDORA = "ID=fedora\nVERSION_ID=39\n"
SPEC = """\
Name: tool
Epoch: 2
Version: 1.0
Release: 3.fc39
Summary: A tool
License: MIT AND Apache-2.0
URL: https://www.example.test/
Vendor: Example
BuildArch: noarch
Requires: tool-data >= 1
%description
None.
%package data
Summary: Its data
%description data
None.
%install
mkdir -p %{buildroot}/usr/share/tool %{buildroot}/etc
echo 1 > %{buildroot}/usr/share/tool/data
echo 2 > %{buildroot}/etc/tool.conf
%files
/etc/tool.conf
%files data
/usr/share/tool/data
"""


def needs(program: str) -> str:
    return shutil.which(program) or pytest.skip(f"{program} is not installed")


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("rpms")
    spec = folder / "tool.spec"
    spec.write_text(SPEC)
    run(needs("rpmbuild"), "-bb", "--define", f"_topdir {folder}", "--define", "dist %{nil}", spec)
    return sorted(folder.glob("RPMS/noarch/*.rpm"))


def installed(packages: list[Path], folder: Path) -> Path:
    """Return the database that rpm wrote when it installed the packages."""
    root = folder / "root"
    root.mkdir()
    run(
        needs("rpm"), "--root", root, "--dbpath", "/db", "-i", "--nodeps", "--noscripts", "--justdb", "--ignorearch",
        "--nosignature", *packages,
    )  # fmt: skip
    return root / "db" / "rpmdb.sqlite"


def ndb(headers: list[bytes]) -> bytes:
    """Return an NDB by rpm's description of it (lib/backend/ndb/rpmpkg.c); Debian's rpm does not write any."""
    slots = struct.pack("<4sIIIIIII", b"RpmP", 0, 1, 1, len(headers) + 1, 0, 0, 0)
    blobs = b""
    for number, header in enumerate(headers, start=1):
        blob = struct.pack("<4sIII", b"BlbS", number, 1, len(header)) + header
        blob += bytes(-(len(blob) + 12) % 16) + struct.pack("<II4s", 0, len(header), b"BlbE")
        slots += struct.pack("<4sIII", b"Slot", number, (4096 + len(blobs)) // 16, len(blob) // 16)
        blobs += blob
    slots += b"".join(struct.pack("<4sIII", b"Slot", 0, 0, 0) for _ in range((4096 - len(slots)) // 16))
    return slots + blobs


def berkeley(headers: list[bytes], folder: Path, page: int) -> Path:
    """Return a hash as rpm wrote it before 4.16: the packages by number, and under 0 how many there were."""
    lines = ["VERSION=3", "format=bytevalue", "type=hash", f"db_pagesize={page}", "HEADER=END"]
    for number, header in enumerate([struct.pack("<I", len(headers)), *headers]):
        lines += [f" {struct.pack('<I', number).hex()}", f" {header.hex()}"]
    target = folder / "Packages"
    subprocess.run(
        [needs("db5.3_load"), target], input="\n".join([*lines, "DATA=END", ""]), text=True, check=True, timeout=60
    )
    return target


TOOL = "pkg:rpm/fedora/tool@1.0-3.fc39?arch=noarch&distro=fedora-39&epoch=2&upstream=tool-1.0-3.fc39.src.rpm"
DATA = TOOL.replace("/tool@", "/tool-data@")


def check(data: bytes, path: str) -> None:
    sbom = scan({"etc/os-release": FEDORA, path: data})
    assert purls(sbom) == [DATA, TOOL], reasons(sbom)
    assert related(sbom) == [(TOOL, DATA)]
    tool = sbom.packages[1]
    assert (tool.version, tool.licenses) == ("2:1.0-3.fc39", "Apache-2.0 AND MIT")
    assert isinstance(tool.details, RpmDetails)
    assert (tool.details.vendor, tool.details.epoch, tool.details.summary) == ("Example", 2, "A tool")


@pytest.mark.compat
def test_what_rpm_wrote(packages: list[Path], tmp_path: Path):
    data = installed(packages, tmp_path).read_bytes()
    check(data, "var/lib/rpm/rpmdb.sqlite")
    headers = list(read_headers(data))
    assert sorted(path for one in map(parse_header, headers) for path in one.paths) == [
        "etc/tool.conf",
        "usr/share/tool/data",
    ]
    check(ndb(headers), "usr/lib/sysimage/rpm/Packages.db")


@pytest.mark.compat
@pytest.mark.parametrize("page", [512, 4096])
def test_berkeley_db(packages: list[Path], tmp_path: Path, page: int):
    headers = list(read_headers(installed(packages, tmp_path).read_bytes()))
    check(berkeley(headers, tmp_path, page).read_bytes(), "var/lib/rpm/Packages")


@pytest.mark.parametrize(
    ("distro", "vendor"),
    [("rhel", "redhat"), ("opensuse-leap", "opensuse"), ("opensuse-tumbleweed", "opensuse"), ("centos", "centos")],
)
def test_purls_name_the_vendor(distro: str, vendor: str):
    """As syft, Trivy and Red Hat's own VEX documents do."""
    line = "zlib\t1.3-2\t1\t2\tExample\t(none)\t3\tx86_64\t0\tzlib-1.3-2.src.rpm\n"
    release = f"ID={distro}\nVERSION_ID=9.3\n"
    (purl,) = purls(scan({"etc/os-release": release, "var/lib/rpmmanifest/container-manifest-2": line}))
    assert purl == f"pkg:rpm/{vendor}/zlib@1.3-2?arch=x86_64&distro={distro}-9.3&upstream=zlib-1.3-2.src.rpm"


def test_a_manifest():
    line = "zlib\t1.3-2.cm2\t1\t2\tExample\t(none)\t3\tx86_64\t0\tzlib-1.3-2.cm2.src.rpm\n"
    sbom = scan({"etc/os-release": "ID=mariner\nVERSION_ID=2.0\n", "var/lib/rpmmanifest/container-manifest-2": line})
    assert purls(sbom) == [
        "pkg:rpm/mariner/zlib@1.3-2.cm2?arch=x86_64&distro=mariner-2.0&upstream=zlib-1.3-2.cm2.src.rpm"
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"something else",
        b"SQLite format 3\0" + b"\xff" * 200,
        b"RpmP" + b"\xff" * 60,
        bytes(12) + struct.pack("<I", 0x061561) + b"\xff" * 80,
    ],
)
def test_what_is_no_database_is_a_gap(data: bytes):
    assert "/var/lib/rpm/Packages: rpm: " in reasons(scan({"var/lib/rpm/Packages": data}))


def test_a_chain_of_pages_in_a_circle():
    page = 512
    meta = bytearray(page)
    struct.pack_into("<I", meta, 12, 0x061561)
    struct.pack_into("<I", meta, 20, page)
    struct.pack_into("<I", meta, 32, 2)
    table = bytearray(page)
    struct.pack_into("<H", table, 20, 2)
    struct.pack_into("<HH", table, 26, 500, 400)
    table[25] = 13
    struct.pack_into("<IIII", table, 399, 0, 0, 2, 1500)
    table[400] = 3
    struct.pack_into("<II", table, 404, 2, 1500)
    loop = bytearray(page)
    loop[25] = 7
    struct.pack_into("<I", loop, 16, 2)
    assert "rpm: a value's chain of pages ends" in reasons(scan({"var/lib/rpm/Packages": bytes(meta + table + loop)}))


def test_a_table_that_lies(tmp_path: Path):
    path = tmp_path / "db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)")
        connection.execute("INSERT INTO Packages VALUES (1, ?)", (struct.pack(">II", 4000, 9),))
    connection.close()
    assert "rpm: an rpm header claims 4000 entries" in reasons(scan({"var/lib/rpm/rpmdb.sqlite": path.read_bytes()}))


def header(**tags: str) -> bytes:
    """Return a header of texts alone."""
    store = b"".join(value.encode() + b"\0" for value in tags.values())
    index, at = b"", 0
    for name, value in tags.items():
        index += struct.pack(">IIII", {"name": 1000, "version": 1001, "release": 1002}[name], 6, at, 1)
        at += len(value.encode()) + 1
    return struct.pack(">II", len(tags), len(store)) + index + store


def test_a_header_that_cannot_be_read_hides_no_other(tmp_path: Path):
    blobs = [header(name="a", version="1"), struct.pack(">II", 4000, 9), header(name="", version="9" * 9000)]
    path = tmp_path / "db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)")
        connection.executemany(
            "INSERT INTO Packages VALUES (NULL, ?)", [(blob,) for blob in (*blobs, blobs[0][:-2] + b"2\0")]
        )
    connection.close()
    sbom = scan({"etc/os-release": FEDORA, "var/lib/rpm/rpmdb.sqlite": path.read_bytes()})
    assert [(package.name, package.version) for package in sbom.packages] == [("a", "1"), ("a", "2")]
    fault = "rpm: not all packages could be read: an rpm header claims 4000 entries"
    assert fault in reasons(sbom)
    assert reasons(sbom).splitlines()[0].endswith(", and 1 more")


@given(st.binary(max_size=300))
def test_no_header_raises_anything_else(data: bytes):
    for size in (0, 1, 3):
        try:
            parse_header(struct.pack(">II", size, max(0, len(data) - 16 * size)) + data)
        except PrillError:
            continue


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS hnum, NULL AS blob FROM n"


def test_a_query_without_an_end_in_place_of_the_table(tmp_path: Path):
    path = tmp_path / "rpmdb.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE VIEW Packages AS {ENDLESS}")
    connection.close()
    assert "rpm's SQLite database cannot be read: interrupted" in reasons(
        scan({"var/lib/rpm/rpmdb.sqlite": path.read_bytes()})
    )


def test_a_database_that_is_cut(tmp_path: Path):
    path = tmp_path / "rpmdb.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)")
        connection.execute("INSERT INTO Packages VALUES (1, ?)", (bytes(4000),))
    connection.close()
    data = path.read_bytes()
    for end in range(20, len(data), 97):
        assert "/var/lib/rpm/rpmdb.sqlite: rpm: " in reasons(scan({"var/lib/rpm/rpmdb.sqlite": data[:end]})), end


def test_text_that_is_no_utf_8_in_place_of_a_header(tmp_path: Path):
    path = tmp_path / "rpmdb.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob)")
        connection.execute("INSERT INTO Packages VALUES (1, CAST(x'ffdb' AS TEXT))")
    connection.close()
    assert "/var/lib/rpm/rpmdb.sqlite: rpm: " in reasons(scan({"var/lib/rpm/rpmdb.sqlite": path.read_bytes()}))


def test_a_log_that_is_not_in_the_database_is_a_gap():
    sbom = scan({"etc/os-release": FEDORA, "var/lib/rpm/rpmdb.sqlite-wal": b"\x37\x7f\x06\x82" * 9})
    assert "/var/lib/rpm/rpmdb.sqlite-wal: rpm: 36 bytes in the database's log" in reasons(sbom)
