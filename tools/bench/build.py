"""Builds: Prill beside mmdebstrap and umoci, in one run, for Debian 12's python3 as distroless lists it.

Prints medians and ratios; nothing here passes or fails. The peers get the same packages: mmdebstrap with
``--variant=extract`` makes a tar of them, ``umoci raw add-layer`` compresses it into a layout.
"""

from __future__ import annotations

import gzip
import json
import platform
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measure import PRILL, ROUNDS, Run, Timed, machine, measure, timed

CHANGED = ("libexpat1", "libssl3")  # a small one, and one of the largest; the archive has two versions of each
COMPUTED = ("listing", "member", "layer", "content")


def _words(text: str) -> list[str]:
    return text.split()


# distroless's python3-debian12, at the commit named in docs/performance.md; base-files brings os-release and folders.
PACKAGES = _words("""
    base-files netbase tzdata media-types ca-certificates libc6 libssl3 libgomp1 libstdc++6 libgcc-s1
    gcc-12-base libbz2-1.0 libdb5.3 libexpat1 liblzma5 libsqlite3-0 libuuid1 libncursesw6 libtinfo6
    zlib1g libcom-err2 libcrypt1 libgssapi-krb5-2 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0
    libnsl2 libreadline8 libtirpc3 libffi8 libpython3.11-minimal libpython3.11-stdlib python3.11-minimal
    python3-distutils
""")
EXCLUDE = _words("""
    awk debconf debconf-2.0 cdebconf openssl python3 python3-lib2to3 readline-common libtirpc-common
""")
TRIM = _words("""
    docs man locales lintian gconv bash-completion debconf systemd terminfo scripts python-tests
""")


def spec_text(*, trimmed: bool, packages: list[str]) -> str:
    """Return the benchmark's spec as YAML (which JSON is)."""
    spec = {
        "name": "bench",
        "contents": {"distribution": "debian:12", "packages": packages, "exclude": EXCLUDE},
        "archs": ["amd64" if platform.machine() == "x86_64" else "arm64"],
        "entrypoint": {"command": "/usr/bin/python3.11"},
    }
    return json.dumps(spec | ({"trim": TRIM} if trimmed else {}), indent=1)


def build(spec: Path, out: Path, cache: Path) -> Timed:
    """Build once with Prill, process start included."""
    return timed([PRILL, "build", spec, "-o", out, "-q", "--offline"], {"XDG_CACHE_HOME": str(cache), "CI": "1"})


def lock(spec: Path, cache: Path) -> list[dict[str, object]]:
    """Lock a spec and return its packages."""
    timed([PRILL, "lock", spec, "-q"], {"XDG_CACHE_HOME": str(cache), "CI": "1"})
    return list(json.loads(spec.with_name(f"{spec.stem}.lock.json").read_text())["images"][0]["packages"])


def forget(cache: Path, *kinds: str) -> None:
    """Remove what the cache holds of some kinds of computed results."""
    for kind in kinds:
        shutil.rmtree(cache / "prill" / "derived" / kind, ignore_errors=True)


def layout_size(path: Path) -> tuple[int, int]:
    """Return compressed and unpacked bytes of a layout's layers, as `prill show` prints them, in bytes."""
    index = json.loads((path / "index.json").read_text())
    manifest = json.loads((path / "blobs" / index["manifests"][0]["digest"].replace(":", "/")).read_text())
    packed = sum(layer["size"] for layer in manifest["layers"])
    unpacked = 0
    for layer in manifest["layers"]:
        with gzip.open(path / "blobs" / layer["digest"].replace(":", "/")) as stream:
            while block := stream.read(1 << 20):
                unpacked += len(block)
    return packed, unpacked


def peers(work: Path, packages: list[dict[str, object]]) -> tuple[Run, Run, int] | None:
    """Measure mmdebstrap and umoci with the locked packages; None where they are not installed."""
    if not shutil.which("mmdebstrap") or not shutil.which("umoci"):
        return None
    names = ",".join(f"{one['name']}={one['version']}" for one in packages)
    root = work / "root.tar"
    sources = sources_list()
    debs = work / "debs"
    debs.mkdir()
    command = [
        "mmdebstrap",
        "--variant=extract",
        "--mode=root",
        "--format=tar",
        f"--include={names}",
        "--quiet",
        "--aptopt=Apt::Install-Recommends false",
        "--skip=output/mknod",
        # The same cached .debs in every round, as Prill has them: apt takes them from its archive folder.
        f'--setup-hook=mkdir -p "$1/var/cache/apt/archives"; cp -a {debs}/. "$1/var/cache/apt/archives/"',
        f'--customize-hook=cp -a "$1"/var/cache/apt/archives/*.deb {debs}/ 2>/dev/null || true',
        "--skip=essential/unlink",
        "bookworm",
        str(root),
        *sources,
    ]
    timed(command)  # fills the folder of .debs
    bootstrap, add = Run(), Run()
    layout = work / "umoci"
    size = 0
    for _ in range(ROUNDS):
        measure(bootstrap, lambda: timed(command))
        shutil.rmtree(layout, ignore_errors=True)
        timed(["umoci", "init", "--layout", layout])
        timed(["umoci", "new", "--image", f"{layout}:latest"])
        measure(add, lambda: timed(["umoci", "raw", "add-layer", "--image", f"{layout}:latest", root]))
        size = layout_size(layout)[0]
    return bootstrap, add, size


def sources_list() -> list[str]:
    """Return one-line sources for bookworm from the machine's own apt sources."""
    text = (
        Path("/etc/apt/sources.list.d/debian.sources").read_text()
        if Path("/etc/apt/sources.list.d/debian.sources").exists()
        else ""
    )
    uris = re.findall(r"^URIs:\s*(\S+)", text, re.MULTILINE)
    main = next(uri for uri in uris if not uri.rstrip("/").endswith("-security"))
    security = next((uri for uri in uris if uri.rstrip("/").endswith("-security")), f"{main}-security")
    return [
        f"deb {main} bookworm main",
        f"deb {main} bookworm-updates main",
        f"deb {security} bookworm-security main",
    ]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="prill-bench-") as folder:
        work = Path(folder)
        cache = work / "cache"
        spec, plain = work / "bench.yaml", work / "plain.yaml"
        spec.write_text(spec_text(trimmed=True, packages=PACKAGES))
        plain.write_text(spec_text(trimmed=False, packages=PACKAGES))
        packages = lock(spec, cache)
        lock(plain, cache)
        out = work / "out"

        cold = Run()
        for _ in range(ROUNDS):
            forget(cache, *COMPUTED)
            shutil.rmtree(out, ignore_errors=True)
            measure(cold, lambda: build(spec, out, cache))
        size, unpacked = layout_size(out)
        build(plain, work / "plain", cache)
        untrimmed, _ = layout_size(work / "plain")

        same, changed = Run(), {}
        for name in CHANGED:
            changed[name] = one_changed(name, work, cache, packages, same)
        start = Run()
        for _ in range(4 * ROUNDS):
            measure(start, lambda: timed([PRILL, "--version"]))
        sizes = Sizes(size, unpacked, untrimmed)
        report(Runs(cold, changed, same, start), sizes, len(packages), peers(work, packages))


def one_changed(name: str, work: Path, cache: Path, packages: list[dict[str, object]], same: Run) -> Run:
    """Measure builds that know everything of the image with the former version of ``name``, nothing of the new one."""
    spec, out = work / "bench.yaml", work / "out"
    version = next(str(one["version"]) for one in packages if one["name"] == name)
    former = work / f"former-{name}.yaml"
    wanted = [f"{one}<<{version}" if one == name else one for one in PACKAGES]
    former.write_text(spec_text(trimmed=True, packages=wanted))
    lock(former, cache)
    forget(cache, *COMPUTED)
    build(former, work / "former", cache)
    kept = work / f"kept-{name}"
    shutil.copytree(cache / "prill" / "derived", kept)
    run = Run()
    for _ in range(ROUNDS):
        shutil.rmtree(cache / "prill" / "derived")
        shutil.copytree(kept, cache / "prill" / "derived")
        shutil.rmtree(out, ignore_errors=True)
        measure(run, lambda: build(spec, out, cache))
        shutil.rmtree(out, ignore_errors=True)
        measure(same, lambda: build(spec, out, cache))
    return run


@dataclass
class Runs:
    """Prill's measurements."""

    cold: Run
    changed: dict[str, Run]
    same: Run
    start: Run


@dataclass
class Sizes:
    """Bytes: the image compressed and unpacked, and compressed without trimming."""

    compressed: int
    unpacked: int
    untrimmed: int


def report(runs: Runs, sizes: Sizes, packages: int, others: tuple[Run, Run, int] | None) -> None:
    """Print the table of docs/performance.md."""
    print(
        f"{time.strftime('%Y-%m-%d')}, {machine()}, {ROUNDS} rounds, medians; Debian 12's python3, {packages} packages"
    )
    print()
    rows = [
        ("Prill, cached .debs, cold member cache", runs.cold),
        *((f"Prill, warm cache, {name} changed", run) for name, run in runs.changed.items()),
        ("Prill, warm cache, nothing changed", runs.same),
        ("prill --version", runs.start),
    ]
    peer = None
    if others is not None:
        bootstrap, add, peer_size = others
        peer = bootstrap.median + add.median
        rows += [("mmdebstrap --variant=extract, cached .debs", bootstrap), ("umoci raw add-layer", add)]
    print(f"| {'what':<44} | seconds | lowest | peak memory |")
    print(f"|{'-' * 46}|--------:|-------:|------------:|")
    for name, run in rows:
        print(f"| {name:<44} | {run.median:7.3f} | {min(run.seconds):6.3f} | {run.peak / 1e6:8.0f} MB |")
    print()
    if peer is not None:
        print(f"mmdebstrap and umoci {peer:.2f} s, {peer_size / 1e6:.1f} MB")
        print(f"  cold: {peer / runs.cold.median:.1f} times faster (wanted: 3)")
        for name, run in runs.changed.items():
            print(f"  {name} changed: {peer / run.median:.1f} times faster (wanted: 15, and below 0.5 s)")
    else:
        print("mmdebstrap or umoci is not installed: no comparison")
    print(f"peak memory / uncompressed image: {runs.cold.peak / sizes.unpacked:.2f} (wanted: below 4)")
    print(f"trimmed / untrimmed, compressed: {sizes.compressed / sizes.untrimmed:.2f} (wanted: at most 0.85)")
    untrimmed = f"untrimmed {sizes.untrimmed / 1e6:.1f} MB"
    print(f"image: {sizes.compressed / 1e6:.1f} MB compressed, {sizes.unpacked / 1e6:.1f} MB unpacked, {untrimmed}")
