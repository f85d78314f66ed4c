"""Debian's own dpkg reads the database of a variant, and agrees with what is in the image."""

import shutil
import subprocess
from pathlib import Path

import pytest

from deb_files import Deb, File
from prill.oci.rootfs import ImageTree
from prill.oci.sources import open_image
from prill.oci.unpack import unpack
from workshop import Workshop, base_files, library, program

pytestmark = pytest.mark.compat

DPKG = Deb(
    "dpkg",
    "1.22",
    {"usr/bin/dpkg": File("dpkg", 0o755), "etc/dpkg/dpkg.cfg": "cfg\n"},
    conffiles=("/etc/dpkg/dpkg.cfg",),
)
DIVERTS = Deb(
    "app-rival",
    "1.0",
    {"usr/bin/app": File("rival", 0o755)},
    scripts={"preinst": "#!/bin/sh\nset -e\ndpkg-divert --add --rename --divert /usr/bin/app.real /usr/bin/app\n"},
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    if shutil.which("dpkg") is None:
        pytest.skip("dpkg is not installed")
    shop = Workshop(tmp_path / "shop", (base_files(), library("1:3.5-1"), program(), DPKG, DIVERTS))
    shop.spec(variants={"dev": {"contents": {"packages": ["dpkg", "app-rival"]}}})
    shop.lock()
    out = shop.build("--variant", "dev", out="dev")
    with open_image(str(out)) as source, ImageTree(source.image) as tree:
        unpack(tree, tmp_path / "root")
    return tmp_path / "root"


def query(root: Path, *words: str) -> str:
    command = ["dpkg-query", f"--admindir={root}/var/lib/dpkg", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_packages_and_their_state(root: Path):
    shown = query(root, "-W", "-f", "${Package} ${Version} ${db:Status-Abbrev}\\n").splitlines()
    assert [line.split() for line in shown] == [
        ["app", "2.0", "ii"],
        ["app-rival", "1.0", "ii"],
        ["base-files", "13.8", "ii"],
        ["dpkg", "1.22", "ii"],
        ["libssl3", "1:3.5-1", "ii"],
    ]


def test_files_of_a_package_are_those_that_are_there(root: Path):
    files = query(root, "-L", "app").splitlines()
    assert "/usr/bin/app" in files
    assert "diverted by app-rival to: /usr/bin/app.real" in files
    files.remove("diverted by app-rival to: /usr/bin/app.real")
    assert "/usr/share/doc/app/README" not in files
    assert [path for path in files if not (root / path.lstrip("/")).exists()] == []


def test_who_owns_a_path(root: Path):
    assert query(root, "-S", "/usr/bin/dpkg") == "dpkg: /usr/bin/dpkg\n"
    assert query(root, "-S", "/usr/bin/app.real").splitlines() == [
        "diversion by app-rival from: /usr/bin/app",
        "diversion by app-rival to: /usr/bin/app.real",
    ]


def test_a_diversion_is_on_record(root: Path):
    assert (root / "usr/bin/app").read_text() == "rival"
    command = ["dpkg-divert", f"--root={root}", "--truename", "/usr/bin/app"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "/usr/bin/app.real\n"


def test_dpkg_finds_nothing_to_complain_about(root: Path):
    for words in (["--audit"], ["--verify"]):
        command = ["dpkg", f"--root={root}", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
