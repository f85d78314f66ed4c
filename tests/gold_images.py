"""The gold catalogue in a folder of a test's own: locked and built once a run, by the command line people use."""

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from prill.build.lock import Lock, LockedPlatform, decode_lock

GOLD = Path(__file__).resolve().parents[1] / "gold"
SPECS = tuple(sorted(path.stem for path in GOLD.glob("*.yaml")))


def prill(*words: str | Path, expect: int = 0) -> str:
    """Run ``prill`` as a process of its own; return what it printed to stdout."""
    finished = subprocess.run(
        [sys.executable, "-m", "prill", *words], capture_output=True, text=True, timeout=900, check=False
    )
    assert finished.returncode == expect, f"prill {' '.join(map(str, words))}\n{finished.stdout}{finished.stderr}"
    return finished.stdout


def structure_tests(spec: str, variant: str = "") -> list[Path]:
    """Return the files of tests that apply to an image; one without its own has its Debian 13 sibling's."""
    plain = spec.removesuffix("-debian12")
    own = f"-{variant}" if variant else ""
    files = [
        GOLD / "tests" / f"{variant or 'production'}.yaml",
        GOLD / "tests" / ("debian13.yaml" if plain == spec else "debian12.yaml"),
    ]
    named = [GOLD / "tests" / f"{spec}{own}.yaml", GOLD / "tests" / f"{plain}{own}.yaml"]
    return files + [path for path in named if path.is_file()][:1]


@dataclass
class Catalogue:
    """A copy of ``gold/`` in ``folder``, to which tests may add specs."""

    folder: Path
    _locks: dict[str, Lock] = field(default_factory=dict)

    @cached_property
    def gold(self) -> Path:
        """Copy the specs, without locks that somebody made earlier."""
        return Path(shutil.copytree(GOLD, self.folder / "gold", ignore=shutil.ignore_patterns("*.lock.json")))

    def lock(self, spec: str) -> Lock:
        """Lock a spec unless that was done."""
        if spec not in self._locks:
            prill("lock", "-q", self.gold / f"{spec}.yaml")
            self._locks[spec] = decode_lock((self.gold / f"{spec}.lock.json").read_bytes(), spec)
        return self._locks[spec]

    def locked(self, spec: str, variant: str = "", architecture: str = "amd64") -> LockedPlatform:
        """Return what the lock says of one image."""
        return self.lock(spec).image(f"linux/{architecture}", variant)

    def layout(self, spec: str, variant: str = "", architecture: str = "amd64") -> Path:
        """Return the OCI layout of one image, built unless that was done."""
        out = self.folder / "-".join(part for part in (spec, variant, architecture) if part)
        if not out.is_dir():
            self.lock(spec)
            words = ["build", "-q", self.gold / f"{spec}.yaml", "-o", out, "--arch", architecture]
            prill(*words, *(["--variant", variant] if variant else []))
        return out

    def unpacked(self, spec: str, variant: str = "", architecture: str = "amd64") -> Path:
        """Return a fresh root file system of an image, as umoci unpacks it."""
        layout = self.layout(spec, variant, architecture)
        roots = self.folder / "roots"
        roots.mkdir(exist_ok=True)
        root = roots / f"{layout.name}-{len(list(roots.iterdir()))}"
        subprocess.run(
            ["umoci", "raw", "unpack", "--image", f"{layout}:latest", root],
            capture_output=True,
            timeout=300,
            check=True,
        )
        return root

    def add(self, name: str, base: str, **fields: object) -> str:
        """Add a spec that includes another; return its name."""
        spec = {"include": f"{base}.yaml", **fields}
        (self.gold / f"{name}.yaml").write_bytes(msgspec.json.encode(spec))
        return name
