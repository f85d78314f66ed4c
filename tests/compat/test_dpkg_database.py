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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    if shutil.which("dpkg") is None:
        pytest.skip("dpkg is not installed")
    shop = Workshop(tmp_path / "shop", (base_files(), library("1:3.5-1"), program(), DPKG))
    shop.spec(variants={"dev": {"contents": {"packages": ["dpkg"]}}})
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
        ["base-files", "13.8", "ii"],
        ["dpkg", "1.22", "ii"],
        ["libssl3", "1:3.5-1", "ii"],
    ]


def test_files_of_a_package_are_those_that_are_there(root: Path):
    files = query(root, "-L", "app").splitlines()
    assert "/usr/bin/app" in files
    assert "/usr/share/doc/app/README" not in files
    assert [path for path in files if not (root / path.lstrip("/")).exists()] == []


def test_who_owns_a_path(root: Path):
    assert query(root, "-S", "/usr/bin/dpkg") == "dpkg: /usr/bin/dpkg\n"


def test_dpkg_finds_nothing_to_complain_about(root: Path):
    for words in (["--audit"], ["--verify"]):
        command = ["dpkg", f"--root={root}", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
