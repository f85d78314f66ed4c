"""``make bench``: Prill beside its peers: builds, scans, registries, verifications, lints. Nothing passes or fails."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import lint
import registry
import scan
import vulnerabilities
from measure import ROOT

import build
import signing

PARTS = ("build", "scan", "vulnerabilities", "registry", "signing", "lint")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], default=list(PARTS), help="what to measure (default: all)"
    )
    parser.add_argument(
        "--image",
        type=Path,
        default=os.environ.get("BENCH_IMAGE"),
        help="a folder with bench-image.tar and bench-image-oci.tar (default: BENCH_IMAGE, else a smaller one is made)",
    )
    parser.add_argument("--recipe", action="store_true", help="make the whole comparison image, once: some 8 minutes")
    arguments = parser.parse_args()
    # An installed package has its byte code; a checkout has it once it is compiled, whatever the environment says.
    subprocess.run([sys.executable, "-m", "compileall", "-q", ROOT / "src"], check=True)
    if "build" in arguments.parts:
        build.main()
        print()
    if "scan" in arguments.parts:
        scan.main(Path(arguments.image) if arguments.image else None, recipe=arguments.recipe)
        print()
    if "vulnerabilities" in arguments.parts:
        vulnerabilities.main(Path(arguments.image) if arguments.image else None, recipe=arguments.recipe)
        print()
    if "registry" in arguments.parts:
        registry.main()
        print()
    if "signing" in arguments.parts:
        signing.main()
        print()
    if "lint" in arguments.parts:
        lint.main()


if __name__ == "__main__":
    main()
