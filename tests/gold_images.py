"""The gold catalogue: locked and built once a run, by the command line people use, for the tests of all processes."""

import fcntl
import gzip
import json
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from posixpath import normpath
from typing import Any

import msgspec
import pytest

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


def manifest(layout: Path) -> dict[str, Any]:
    """Return the manifest that a layout's index names first."""
    found: dict[str, Any] = json.loads(
        blob(layout, json.loads((layout / "index.json").read_bytes())["manifests"][0]).read_bytes()
    )
    return found


def blob(layout: Path, descriptor: dict[str, str]) -> Path:
    return layout / "blobs" / descriptor["digest"].replace(":", "/")


def contents(layout: Path) -> dict[str, tuple[int, bytes]]:
    """Return by path what Python's tarfile reads in the layers: mode and first two bytes of files, 0 and none of others.

    That is a root file system's content without the time and the room to write it; nothing in it may hide another.
    """
    found: dict[str, tuple[int, bytes]] = {}
    for layer in manifest(layout)["layers"]:
        # Not "r|gz", which ends with the first of several gzip members.
        with gzip.open(blob(layout, layer)) as data, tarfile.open(fileobj=data, mode="r|") as tar:
            for entry in tar:
                path = normpath(entry.name)
                assert ".wh." not in path
                file = tar.extractfile(entry) if entry.isreg() else None
                read = (entry.mode, file.read(2)) if file else (0, b"")
                found[path] = found[normpath(entry.linkname)] if entry.islnk() else read
    return found


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
    """A copy of ``gold/`` in ``folder``, to which tests may add specs, each under a name of its own.

    Several processes may use one folder: what one of them makes, the others wait for.
    """

    folder: Path
    _locks: dict[str, Lock] = field(default_factory=dict)

    @classmethod
    def of_this_run(cls, factory: pytest.TempPathFactory) -> "Catalogue":
        """Return the one that all tests of a run share, whichever of xdist's processes they are in."""
        folder = factory.getbasetemp()
        return cls((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "gold-catalogue")

    @cached_property
    def gold(self) -> Path:
        """Copy the specs, without locks that somebody made earlier."""
        gold = self.folder / "gold"
        with self._alone("gold"):
            if not gold.is_dir():
                shutil.copytree(GOLD, gold, ignore=shutil.ignore_patterns("*.lock.json"))
        return gold

    def lock(self, spec: str) -> Lock:
        """Lock a spec unless that was done."""
        if spec not in self._locks:
            path = self.gold / f"{spec}.lock.json"
            with self._alone(f"lock-{spec}"):
                if not path.is_file():
                    prill("lock", "-q", self.gold / f"{spec}.yaml")
            self._locks[spec] = decode_lock(path.read_bytes(), spec)
        return self._locks[spec]

    def locked(self, spec: str, variant: str = "", architecture: str = "amd64") -> LockedPlatform:
        """Return what the lock says of one image."""
        return self.lock(spec).image(f"linux/{architecture}", variant)

    def layout(self, spec: str, variant: str = "", architecture: str = "amd64") -> Path:
        """Return the OCI layout of one image, built unless that was done."""
        out = self.folder / "-".join(part for part in (spec, variant, architecture) if part)
        self.lock(spec)
        with self._alone(out.name):
            if not (out / "index.json").is_file():
                words = ["build", "-q", self.gold / f"{spec}.yaml", "-o", out, "--arch", architecture]
                prill(*words, *(["--variant", variant] if variant else []))
        return out

    def unpacked(self, spec: str, variant: str = "", architecture: str = "amd64") -> Path:
        """Return a fresh root file system of an image, as umoci unpacks it."""
        layout = self.layout(spec, variant, architecture)
        roots = self.folder / "roots"
        roots.mkdir(exist_ok=True)
        root = roots / f"{layout.name}-{secrets.token_hex(4)}"
        subprocess.run(
            ["umoci", "raw", "unpack", "--image", f"{layout}:latest", root],
            capture_output=True,
            timeout=300,
            check=True,
        )
        return root

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Let one process at a time do what goes by ``name``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f".{name}.waiting").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def add(self, name: str, base: str, **fields: object) -> str:
        """Add a spec that includes another; return its name."""
        spec = {"include": f"{base}.yaml", **fields}
        (self.gold / f"{name}.yaml").write_bytes(msgspec.json.encode(spec))
        return name
