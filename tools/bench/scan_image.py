"""The image that scanners are compared on, as a docker-archive and as an OCI archive with gzip layers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measure import ROOT

DOCKER, OCI = "bench-image.tar", "bench-image-oci.tar"
RECIPE = ROOT.parent / "shared" / "bench-image"
SMALL = "python3,perl,openssl,git,ca-certificates,curl"


@dataclass(frozen=True)
class ScanImage:
    """Where both forms of the image lie, and what it is."""

    docker: Path
    oci: Path
    title: str


def find_image(folder: Path | None, *, recipe: bool) -> ScanImage | None:
    """Return the image in ``folder``, in the user's cache, or made there; None where it cannot be made.

    The whole image, 1.5 GB with Debian, npm, PyPI and Java packages, takes the recipe beside this checkout some eight
    minutes, and is made when ``recipe`` asks for it. Without it the image is Debian 12 with some programs, 0.3 GB.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prill-bench"
    for place in (folder, cache / "whole"):
        if place and (place / DOCKER).exists() and (place / OCI).exists():
            return ScanImage(place / DOCKER, place / OCI, "the comparison image")
    if folder:
        sys.exit(f"there is no {DOCKER} and {OCI} in {folder}")
    if recipe and RECIPE.is_dir():
        shutil.copytree(RECIPE, cache / "whole", dirs_exist_ok=True)
        subprocess.run(["bash", "make.sh"], cwd=cache / "whole", check=True, stdout=subprocess.DEVNULL)
        return ScanImage(cache / "whole" / DOCKER, cache / "whole" / OCI, "the comparison image")
    return _small(cache / "small")


def _small(place: Path) -> ScanImage | None:
    """Make Debian 12 with some programs."""
    title = f"Debian 12 with {SMALL}"
    if not (place / DOCKER).exists():
        if any(shutil.which(program) is None for program in ("mmdebstrap", "umoci", "skopeo")):
            return None
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="prill-bench-") as folder:
            root, layout = Path(folder) / "root.tar", Path(folder) / "oci"
            options = ["--variant=minbase", "--mode=root", f"--include={SMALL}", "--skip=output/mknod", "--quiet"]
            for command in (
                ["mmdebstrap", *options, "bookworm", str(root)],
                ["umoci", "init", "--layout", str(layout)],
                ["umoci", "new", "--image", f"{layout}:bench"],
                ["umoci", "raw", "add-layer", "--image", f"{layout}:bench", str(root)],
                ["tar", "-C", str(layout), "-cf", str(place / OCI), "oci-layout", "index.json", "blobs"],
                ["skopeo", "copy", "-q", f"oci:{layout}:bench", f"docker-archive:{place / DOCKER}:bench:latest"],
            ):
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return ScanImage(place / DOCKER, place / OCI, title)
