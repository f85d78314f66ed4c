"""dpkg-deb and this project open the same packages to the same bytes."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from prill.archive.tar import walk
from prill.distro.deb.package import DebPackage, InvalidDeb, read_deb
from prill.model import FileKind

pytestmark = pytest.mark.compat

# base-files has links and odd modes, libc6 is large, perl-base has hard links, login setuid bits, hello is hello.
PACKAGES = ("base-files", "hello", "libc6", "perl-base", "login", "tzdata")


def dpkg_deb(*arguments: str | Path) -> bytes:
    program = shutil.which("dpkg-deb")
    if program is None:
        pytest.skip("dpkg-deb is not installed")
    return subprocess.run([program, *arguments], check=True, capture_output=True).stdout


def compare(path: Path, package: DebPackage) -> None:
    """Hold what was read here against what dpkg-deb says."""
    assert package.data == dpkg_deb("--fsys-tarfile", path)
    assert package.control == dpkg_deb("--info", path, "control")
    listing = dpkg_deb("--contents", path).split(b"\n")[:-1]
    entries = list(walk(package.data))
    assert len(entries) == len(listing)
    for entry, line in zip(entries, listing, strict=True):
        name = entry.name.encode("utf-8", "surrogateescape")
        assert name in line or not name.isascii()
        if entry.stat.kind is FileKind.FILE:
            assert line.split()[2] == b"%d" % entry.stat.size
    for name, content in package.scripts:
        assert content == dpkg_deb("--info", path, name)
    for name in ("md5sums", "triggers"):
        if content := getattr(package, name):
            assert content == dpkg_deb("--info", path, name)


@pytest.mark.parametrize("compression", ["none", "gzip", "xz", "zstd"])
def test_packages_that_dpkg_deb_builds(tmp_path: Path, compression: str):
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN").chmod(0o755)
    (root / "DEBIAN/control").write_text(
        "Package: probe\nVersion: 1.0\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: probe\n"
    )
    (root / "DEBIAN/postinst").write_text("#!/bin/sh\nexit 0\n")
    (root / "DEBIAN/postinst").chmod(0o755)
    (root / "etc").mkdir()
    (root / "etc/probe.conf").write_text("a = 1\n")
    (root / "DEBIAN/conffiles").write_text("/etc/probe.conf\n")
    (root / ("long" * 40)).write_bytes(b"content")
    (root / "etc/link").symlink_to("probe.conf")
    path = tmp_path / "probe.deb"
    dpkg_deb(f"-Z{compression}", "--root-owner-group", "--build", root, path)
    package = read_deb(path)
    assert package.conffiles == ("/etc/probe.conf",)
    assert [name for name, _ in package.scripts] == ["postinst"]
    compare(path, package)


def test_what_dpkg_deb_refuses_is_refused_here(tmp_path: Path):
    path = tmp_path / "bad.deb"
    path.write_bytes(b"!<arch>\n" + b"debian-binary   0           0     0     100644  4         `\n3.0\n")
    with pytest.raises(InvalidDeb, match=r"format 3\.0"):
        read_deb(path)
    with pytest.raises(subprocess.CalledProcessError):
        dpkg_deb("--info", path)


@pytest.mark.archive
@pytest.mark.parametrize("name", PACKAGES)
def test_packages_of_debians_archive(tmp_path: Path, name: str):
    apt = shutil.which("apt-get")
    if apt is None:
        pytest.skip("apt-get is not installed")
    result = subprocess.run([apt, "download", name], cwd=tmp_path, capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.skip(f"apt-get could not download {name}: {result.stderr.strip()[-200:]}")
    (path,) = tmp_path.glob("*.deb")
    raw = path.read_bytes()
    compare(path, read_deb(path, expected_sha256=hashlib.sha256(raw).hexdigest(), expected_size=len(raw)))
