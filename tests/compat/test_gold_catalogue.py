"""Every image of the catalogue, for both architectures: built, tested, built again, and read by other programs."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Container
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from gold_images import SPECS, Catalogue, contents, manifest, prill, structure_tests
from prill.build.shells import has_shell_name
from scanners import Debs, debs_of_syft, debs_of_trivy, run_scanner, scan_with_syft, try_scanner

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


def each(*values: tuple[str, ...]) -> list[ParameterSet]:
    """Parametrise by spec and more, each spec's tests in one process, so that an image is built once."""
    return [_param(one) for one in values]


def _param(one: tuple[str, ...], *more: pytest.MarkDecorator) -> ParameterSet:
    return pytest.param(*one, id="-".join(filter(None, one)), marks=(pytest.mark.xdist_group(one[0]), *more))


def most(*values: tuple[str, ...], of_variants: Container[str] = ()) -> list[ParameterSet]:
    """Like `each`, but variants of other specs than ``of_variants`` are left to ``make test-all``."""
    more = (() if not one[1] or one[0] in of_variants else (pytest.mark.exhaustive,) for one in values)
    return [_param(one, *marks) for one, marks in zip(values, more, strict=True)]


def needs(program: str) -> str:
    return shutil.which(program) or pytest.skip(f"{program} is not installed")


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
    found = {
        PurePosixPath(path): one for path, one in contents(catalogue.layout(spec, architecture=architecture)).items()
    }
    assert [path for path in found if has_shell_name(str(path))] == []
    programs = {path: one for path, one in found.items() if one[0] & 0o111}
    assert not {path.name for path in programs} & PACKAGE_MANAGERS
    assert not [path for path, (mode, _) in programs.items() if mode & 0o6000]
    in_path = [begin for path, (_, begin) in programs.items() if path.parent.name in {"bin", "sbin"}]
    assert b"#!" not in in_path
    assert any(path.name == "passwd" for path in found)
    assert not {"perl", "dpkg", "apt", "bash", "dash"} & {one.name for one in catalogue.locked(spec).packages}


@pytest.mark.parametrize("spec", each(*((spec,) for spec in ("static", "python3", "java"))))
def test_inspection_finds_nothing_to_look_after(catalogue: Catalogue, spec: str):
    said = json.loads(prill("inspect", catalogue.layout(spec), "--format", "json", "--no-cache"))
    facts = said["facts"]
    assert [one for one in said["remarks"] if one["level"] == "attention"] == []
    assert facts["kind"][0]["kind"] == "distroless"
    assert facts["run-as"][0]["numeric"]
    empty = ("shells", "package-managers", "privileged-files", "capabilities", "secrets", "stray-owners")
    assert [name for name in empty if facts[name]] == []
    assert facts["unpackaged-total"][0]["programs"] == 0
    assert [one["name"] for one in facts["runtimes"]] == {"static": [], "python3": ["python"], "java": ["openjdk"]}[
        spec
    ]


@pytest.mark.parametrize("variant", ["dev", "debug"])
@pytest.mark.parametrize("spec", each(*((spec,) for spec in SPECS)))
def test_a_variant_is_production_and_more(catalogue: Catalogue, spec: str, variant: str):
    said = " ".join(prill("show", catalogue.layout(spec, variant)).split())
    if variant == "dev":
        assert "every file of a package in the production image is in this variant, unchanged; written anew: " in said
        assert "; moved: /var/lib/dpkg/status.d (" in said
    else:
        assert "every file of the production image is in this variant, unchanged" in said
    assert "apt-get" not in said, "a note says what apt-get lacks"
    production, more = (manifest(catalogue.layout(spec, one)) for one in ("", variant))
    count = len(production["layers"])
    assert more["layers"][:count] == production["layers"]


# What production's own packages do not have, and those of its variant dev do.
FOR_DEV = {"java25": ["trim.paths matches no file of a package: usr/lib/jvm/default-java"]}


@pytest.mark.parametrize("spec", each(*((spec,) for spec in SPECS)))
def test_its_spec_names_nothing_in_vain(catalogue: Catalogue, spec: str):
    notes = json.loads(prill("show", catalogue.layout(spec), "--format", "json"))["notes"]
    fields = ("trim.", "contents.exclude", "keep-setuid", "files:")
    assert [one for one in notes if one.startswith(fields)] == FOR_DEV.get(spec, [])


# Every image is tried as it runs in production. Variants differ from each other by little: by these all is shown that
# can differ, a release, a distribution's own Python in both, a runtime that Debian does not have.
VARIED = ("base-debian12", "python3", "nodejs")
IN_PRODUCTION = tuple((spec, "", architecture) for spec in SPECS for architecture in ("amd64", "arm64"))
REBUILT = [
    *IN_PRODUCTION,
    *((spec, "dev", "amd64") for spec in SPECS),
    *((spec, "debug", "arm64") for spec in SPECS),
]


@pytest.mark.parametrize(("spec", "variant", "architecture"), most(*REBUILT, of_variants=VARIED))
def test_the_lock_alone_gives_the_same_bytes(catalogue: Catalogue, spec: str, variant: str, architecture: str):
    said = prill("rebuild", "--verify", catalogue.layout(spec, variant, architecture))
    assert ": exact, sha256:" in said


SCANNED = [*IN_PRODUCTION, *((spec, variant, "amd64") for spec in SPECS for variant in ("dev", "debug"))]


def expected_packages(catalogue: Catalogue, spec: str, variant: str, architecture: str) -> Debs:
    return Counter((one.name, one.version) for one in catalogue.locked(spec, variant, architecture).packages)


@pytest.mark.parametrize(("spec", "variant", "architecture"), most(*SCANNED, of_variants=VARIED))
def test_syft_sees_each_package_once(catalogue: Catalogue, spec: str, variant: str, architecture: str, tmp_path: Path):
    # Each image once with all that syft has: the others are alike in what is not Debian's.
    whole = (variant, architecture) == ("", "amd64")
    alone = () if whole else ("--override-default-catalogers", "dpkg")
    read = scan_with_syft(f"oci-dir:{catalogue.layout(spec, variant, architecture)}", tmp_path, *alone)
    assert debs_of_syft(read) == expected_packages(catalogue, spec, variant, architecture)
    assert read["distro"]["versionID"] == ("12" if spec.endswith("-debian12") else "13")


@pytest.mark.parametrize(("spec", "variant", "architecture"), most(*SCANNED, of_variants=VARIED))
def test_trivy_sees_each_package_once(catalogue: Catalogue, spec: str, variant: str, architecture: str, tmp_path: Path):
    found = debs_of_trivy(catalogue.layout(spec, variant, architecture), tmp_path)
    assert found == expected_packages(catalogue, spec, variant, architecture)


def read_by_podman(podman: str, layout: Path, home: Path) -> dict[str, Any]:
    """Let podman pull an image and say what it is: with overlays or, where they cannot be, a copy of all below each layer."""
    # podman refuses a run root of more than 50 characters, which pytest's folders have.
    with tempfile.TemporaryDirectory(prefix="pod-", dir="/tmp") as short:
        for driver in ("overlay", "vfs"):
            storage = (podman, "--root", home / driver, "--runroot", short, "--storage-driver", driver)
            pulled = try_scanner(*storage, "pull", "-q", f"oci:{layout}:latest", home=home)
            if pulled.returncode == 0:
                break
        assert pulled.returncode == 0, pulled.stderr
        found: list[dict[str, Any]] = json.loads(
            run_scanner(*storage, "image", "inspect", pulled.stdout.strip(), home=home)
        )
    return found[0]


@pytest.mark.parametrize("spec", each(*((spec,) for spec in SPECS)))
def test_skopeo_umoci_and_podman_read_it(catalogue: Catalogue, spec: str, tmp_path: Path):
    layout = catalogue.layout(spec)
    podman, umoci, skopeo = needs("podman"), needs("umoci"), needs("skopeo")
    seen = json.loads(run_scanner(skopeo, "inspect", f"oci:{layout}:latest", home=tmp_path))
    assert (seen["Os"], seen["Architecture"]) == ("linux", "amd64")
    assert [one["digest"] for one in manifest(layout)["layers"]] == seen["Layers"]
    history = json.loads(run_scanner(umoci, "stat", "--json", "--image", f"{layout}:latest", home=tmp_path))["history"]
    assert [one["layer"]["digest"] for one in history if one.get("layer")] == seen["Layers"]
    read = read_by_podman(podman, layout, tmp_path)
    assert read["Config"]["User"] == "65532:65532"
    assert (
        read["RootFS"]["Layers"]
        == json.loads(run_scanner(skopeo, "inspect", "--config", f"oci:{layout}:latest", home=tmp_path))["rootfs"][
            "diff_ids"
        ]
    )


def test_every_spec_has_structure_tests():
    for spec in SPECS:
        assert len(structure_tests(spec)) == 3, spec
        assert len(structure_tests(spec, "dev")) in {2, 3}
