"""Verifying: Prill beside cosign 3, the whole process, one image in each layout and many at once; rounds interleaved.

The registry is Debian's docker-registry on loopback; the key is a file, and no log is asked. cosign is the one on PATH,
or what COSIGN names, or the one that the tests unpacked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from measure import PRILL, ROOT, ROUNDS, Run, machine, measure, timed
from registry import docker_registry

sys.path.insert(0, str(ROOT / "tests"))

from images import file, image_of
from prill.model import ImageReference
from prill.oci.push import push
from prill.oci.registry import connect

MANY = 100
LAYOUTS = ("bundle", "legacy")
WANTED = {"bundle": 1.5, "legacy": 2.5}
WANTED_MANY = 0.2


def main() -> None:
    """Measure and print."""
    cosign = _cosign()
    if cosign is None or shutil.which("docker-registry") is None:
        print("no verification is measured: it takes cosign 3 (PATH, or COSIGN) and docker-registry")
        return
    with tempfile.TemporaryDirectory(prefix="prill-bench-") as name, docker_registry(Path(name) / "registry") as host:
        work = Path(name)
        key = _key(work)
        images = [_push(host, str(number)) for number in range(MANY)]
        print(f"prill verify --key, beside cosign verify --key ({machine()}; medians of {ROUNDS} rounds)\n")
        print("| what | Prill | cosign 3 | ratio | wanted | processor, Prill | processor, cosign 3 | ratio |")
        print("|---|--:|--:|--:|--:|--:|--:|--:|")
        for layout in LAYOUTS:
            image = _push(host, layout)
            _prill("sign", image, "--key", key, "--layout", layout)
            _line(layout, WANTED[layout], _prill_words([image], key), [_cosign_words(cosign, image, key)], work)
        _prill("sign", *images, "--key", key)
        many = [_cosign_words(cosign, one, key) for one in images]
        _line(f"{MANY} images", WANTED_MANY, _prill_words(images, key), many, work)


def _line(what: str, wanted: float, ours: list[str | Path], theirs: list[list[str | Path]], home: Path) -> None:
    """Print wall time and processor time, the latter being what other work on the machine changes least."""
    mine, peer = Run(), Run()
    for _ in range(ROUNDS if len(theirs) == 1 else 1):
        measure(mine, lambda: timed(ours))
        begun = [timed(command, {"HOME": str(home)}) for command in theirs]
        peer.seconds.append(sum(seconds for seconds, _, _ in begun))
        peer.busy.append(sum(busy for _, _, busy in begun))
    cells = (
        what,
        _ms(mine.median),
        _ms(peer.median),
        f"{mine.median / peer.median:.2f}",
        f"{wanted:.1f}",
        _ms(mine.processor),
        _ms(peer.processor),
        f"{mine.processor / peer.processor:.2f}",
    )
    print(f"| {' | '.join(cells)} |")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _prill_words(images: list[str], key: Path) -> list[str | Path]:
    return [PRILL, "verify", *images, "--key", key.with_suffix(".pub"), "--plain-http", "-q"]


def _cosign_words(cosign: str, image: str, key: Path) -> list[str | Path]:
    words = ("--insecure-ignore-tlog=true", "--allow-insecure-registry")
    return [cosign, "verify", "--key", key.with_suffix(".pub"), *words, image]


def _prill(*words: str | Path) -> None:
    subprocess.run([PRILL, *words, "--plain-http", "-q"], check=True)


def _key(work: Path) -> Path:
    os.environ["PRILL_KEY_PASSWORD"] = ""
    subprocess.run([PRILL, "keys", "new", "-q", "-o", work / "bench"], check=True)
    return work / "bench.key"


def _push(host: str, content: str) -> str:
    made = image_of([file("content", content)])
    with closing(connect(ImageReference.parse(f"{host}/app:1"), plain_http=True, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    return f"{host}/app@{made.manifest.digest}"


def _cosign() -> str | None:
    named = os.environ.get("COSIGN") or shutil.which("cosign")
    if named:
        return named
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prill-tests" / "programs" / "sid"
    return next((str(path) for path in sorted(cache.glob("cosign_3*/usr/bin/cosign"))), None)
