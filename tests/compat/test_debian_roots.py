"""Root file systems that mmdebstrap makes: Prill, Trivy and syft find the same Debian packages; what inspection says."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from debs import KEYRING, mirror
from prill.api.inspect import inspect_image
from prill.api.open_options import OpenOptions
from prill.api.sbom import catalogue_image
from prill.model import DebDetails
from prill.model.fact_values import CLibrary, ImageKind, ProgramFound, Release
from prill.model.file_facts import PrivilegedFile, UnpackagedTotal
from scanners import Debs, debs_of_syft, find_trivy, run_scanner, scan_with_syft

pytestmark = [pytest.mark.archive, pytest.mark.compat]


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = shutil.which("mmdebstrap") or pytest.skip("mmdebstrap is not installed")
    folder = tmp_path_factory.mktemp("root") / str(request.param)
    source = f"deb [signed-by={KEYRING}] {mirror()} {request.param} main"
    command = [program, "--quiet", "--variant=essential", "--format=directory", str(request.param), str(folder), source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def debs_of_trivy(root: Path, home: Path) -> Debs:
    options = ("--skip-db-update", "--offline-scan", "--list-all-pkgs", "--format", "json", "--scanners", "license")
    said = json.loads(run_scanner(find_trivy(), "rootfs", "-q", *options, root, home=home))
    (debian,) = (result for result in said["Results"] if result.get("Type") == "debian")
    return Counter(tuple(one["ID"].split("@")) for one in debian["Packages"])


def test_the_same_packages(root: Path, tmp_path: Path):
    sbom, _ = catalogue_image(f"dir:{root}")
    found = Counter((one.name, one.version) for one in sbom.packages if isinstance(one.details, DebDetails))
    assert len(found) > 50
    assert found == debs_of_trivy(root, tmp_path)
    assert found == debs_of_syft(scan_with_syft(f"dir:{root}", tmp_path))
    assert [one for one in sbom.packages if not one.purl.startswith("pkg:deb/")] == []


def test_what_it_is(root: Path):
    facts, _ = inspect_image(f"dir:{root}", OpenOptions(), now=1_795_694_400)
    kind, release, libc = facts.value(ImageKind), facts.value(Release), facts.value(CLibrary)
    assert kind is not None
    assert kind.kind == "slim"
    assert release is not None
    assert release.codename == root.name
    assert libc is not None
    assert libc.version == {"bookworm": "2.36", "trixie": "2.41"}[root.name]
    shells = {one.name: one.identified_by for one in facts.values(ProgramFound, "shells")}
    assert shells == {"bash": "name and content", "dash": "name and content"}
    assert {one.name for one in facts.values(ProgramFound, "package-managers")} >= {"dpkg"}
    privileged = {Path(fact.evidence[0].path).name for fact in facts.of("privileged-files")}
    assert "su" in privileged
    assert all(one.package for one in facts.values(PrivilegedFile))
    total = facts.value(UnpackagedTotal)
    assert total is not None
    assert total.programs == 0
    assert facts.of("secrets") == facts.of("compilers") == facts.of("ssh-servers") == ()
    assert facts.gaps == ()
