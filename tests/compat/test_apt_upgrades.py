"""apt's own view of what is behind, on the databases of two real systems, equals ours."""

import re
import shutil
from pathlib import Path

import pytest

from apt_root import AptRoot
from prill.distro.debian import release_named
from prill.model import DebDetails, Package
from prill.vuln.newest_packages import newest_of
from prill.vuln.vendor_archive import find_behind
from scanned import scan

pytestmark = [pytest.mark.compat, pytest.mark.archive]
_INST = re.compile(r"^Inst (\S+) \[(\S+)\] \((\S+) ", re.MULTILINE)


def installed(status: Path) -> list[Package]:
    """Return the packages of a dpkg database, by the project's own cataloger."""
    sbom = scan({"var/lib/dpkg/status": status.read_bytes()})
    assert all(isinstance(package.details, DebDetails) for package in sbom.packages)
    return list(sbom.packages)


@pytest.mark.parametrize("name", ["bench", "sandbox-2025-05"])
def test_what_apt_would_upgrade_is_what_is_behind(name: str, shared_data: Path, test_cache: Path, tmp_path: Path):
    status = shared_data / "debian" / f"{name}.dpkg-status"
    apt = AptRoot.prepare(test_cache, release_named("debian:12"), "amd64")
    copied = tmp_path / "status"
    shutil.copyfile(status, copied)
    theirs = {(package, new) for package, _, new in _INST.findall(apt.simulate_upgrade(copied))}
    packages = installed(status)
    newest = newest_of(apt.universe(), (package.name for package in packages))
    behind, _ = find_behind(packages, newest, "amd64")
    ours = {(package.name, record.version) for package, record in behind}
    assert len(theirs) > 10
    assert ours ^ theirs == set()
