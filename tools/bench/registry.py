"""Registries: Prill beside skopeo, pushing and copying an image of 500 MB over loopback; rounds interleaved.

The registry is Debian's docker-registry, a new one for each round, so that everything has to be sent; and Prill's own
for comparison. Both programs read gzip layers of bytes that cannot be compressed, and send them as they are.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

from measure import PRILL, ROUNDS, Run, Timed, machine, measure, timed

from prill.model import Digest, Platform
from prill.oci.config import ImageConfig, rfc3339
from prill.oci.descriptor import Descriptor
from prill.oci.layout_writer import write_layout
from prill.oci.manifest import Manifest
from prill.oci.media_types import LAYER_GZIP
from prill.oci.memory import MemoryStore
from prill.oci.store import Blob

LAYERS = 8
LAYER_SIZE = 500_000_000 // LAYERS
WAIT = 100
SKOPEO = ("skopeo", "--insecure-policy", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false")


def main() -> None:
    """Measure and print."""
    if shutil.which("skopeo") is None or shutil.which("docker-registry") is None:
        print("no push is measured: skopeo and docker-registry are not installed")
        return
    with tempfile.TemporaryDirectory(prefix="prill-bench-") as name:
        work = Path(name)
        layout = work / "layout"
        _make(layout, work)
        for title, serve in (("docker-registry", docker_registry), ("prill registry serve", _own_registry)):
            _report(title, _rounds(work, layout, serve))


def _rounds(work: Path, layout: Path, serve: Callable[[Path], AbstractContextManager[str]]) -> dict[str, Run]:
    runs = {name: Run() for name in ("Prill, push", "skopeo, push", "Prill, copy", "skopeo, copy")}
    for _ in range(ROUNDS):
        for who in ("Prill", "skopeo"):
            with serve(work / "a") as first, serve(work / "b") as second:
                measure(runs[f"{who}, push"], partial(_push, who, layout, first, work))
                measure(runs[f"{who}, copy"], partial(_copy, who, first, second, work))
    return runs


def _push(who: str, layout: Path, host: str, work: Path) -> Timed:
    if who == "Prill":
        return timed([PRILL, "push", layout, f"{host}/app:1", "--plain-http", "-q"])
    return timed([*SKOPEO, f"oci:{layout}:1", f"docker://{host}/app:1"], {"HOME": str(work / "home")})


def _copy(who: str, source: str, target: str, work: Path) -> Timed:
    if who == "Prill":
        return timed([PRILL, "copy", f"{source}/app:1", f"{target}/app:1", "--plain-http", "-q"])
    # skopeo remembers in its home where it has seen a blob; here it has seen none at the other registry.
    return timed([*SKOPEO, f"docker://{source}/app:1", f"docker://{target}/app:1"], {"HOME": str(work / "home")})


def _report(title: str, runs: dict[str, Run]) -> None:
    size = LAYERS * LAYER_SIZE / 1e6
    print(f"{machine()}, {ROUNDS} rounds, medians; {size:.0f} MB in {LAYERS} layers, to {title} on loopback\n")
    print("| what         | seconds | processor | peak memory |\n|--------------|--------:|----------:|------------:|")
    for name, run in runs.items():
        print(f"| {name:<12} | {run.median:>7.3f} | {run.processor:>9.3f} | {run.peak / 1e6:>8.0f} MB |")
    for what in ("push", "copy"):
        ratio = runs[f"Prill, {what}"].median / runs[f"skopeo, {what}"].median
        print(f"{what}: {ratio:.2f} times skopeo's time (wanted: at most 1)")
    print()


def _make(layout: Path, work: Path) -> None:
    """Write an image of layers that cannot be compressed, each a gzip of a tar with one file."""
    blobs, diff_ids, layers = [], [], []
    for number in range(LAYERS):
        plain, packed = work / "plain", work / f"layer-{number}"
        with tarfile.open(plain, mode="w") as archive, Path("/dev/urandom").open("rb") as noise:
            entry = tarfile.TarInfo(f"file-{number}")
            entry.size = LAYER_SIZE
            archive.addfile(entry, noise)
        with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=0) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        diff_ids.append(_digest(plain))
        digest, size = _digest(packed), packed.stat().st_size
        layers.append(Descriptor(media_type=LAYER_GZIP, digest=digest, size=size))
        blobs.append(Blob(digest=digest, size=size, content=packed))
    config = ImageConfig(platform=Platform("linux", "amd64"), diff_ids=tuple(diff_ids), created=rfc3339(0))
    manifest = Manifest(config=config.descriptor(), layers=tuple(layers))
    store = MemoryStore([*blobs, Blob.of(config.raw), Blob.of(manifest.raw)])
    write_layout(layout, blobs=store, entries=[manifest.descriptor()], tag="1")


def _digest(path: Path) -> Digest:
    with path.open("rb") as file:
        return Digest("sha256", hashlib.file_digest(file, "sha256").hexdigest())


@contextmanager
def docker_registry(folder: Path) -> Iterator[str]:
    """Serve an empty registry of Debian's, kept in ``folder``; yield ``host:port``."""
    host = _free_address()
    settings = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "content")}},
        "http": {"addr": host},
    }
    folder.mkdir()
    (folder / "registry.yml").write_text(json.dumps(settings))
    with _running(["docker-registry", "serve", folder / "registry.yml"], host):
        yield host
    shutil.rmtree(folder)


@contextmanager
def _own_registry(folder: Path) -> Iterator[str]:
    host = _free_address()
    with _running([PRILL, "registry", "serve", folder, "--listen", host, "-q"], host):
        yield host
    shutil.rmtree(folder)


def _free_address() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def _running(command: list[str | Path], host: str) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            name, _, port = host.rpartition(":")
            for _ in range(WAIT):
                try:
                    socket.create_connection((name, int(port)), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(20)


if __name__ == "__main__":
    main()
