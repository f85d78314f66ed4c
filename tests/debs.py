"""Real Debian packages, fetched by apt in a root of its own from the machine's own mirror."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@cache
def mirror(label: str = "Debian") -> str:
    """Return the address the machine gets Debian's packages from; ``Debian-Security`` labels those of its fixes."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
    found = subprocess.run([*command, f"Label: {label}"], capture_output=True, text=True, check=False).stdout.split()
    if not found or not KEYRING.is_file():
        pytest.skip(f"the machine's apt sources name no mirror of {label}")
    return found[0]


def fetch(cache: Path, suite: str, architecture: str, packages: Iterable[str]) -> tuple[Path, ...]:
    """Fetch packages into a folder below ``cache`` that later runs use again; skip where that is not possible."""
    if shutil.which("apt-get") is None:
        pytest.skip("apt-get is not installed")
    root = cache / "apt" / f"{suite}-{architecture}"
    with _locked(cache / "apt" / f"{suite}-{architecture}.lock"):
        names = sorted(packages)
        missing = [name for name in names if not list(root.glob(f"debs/{name}_*.deb"))]
        if missing:
            _download(root, suite, architecture, missing)
        return tuple(next(root.glob(f"debs/{name}_*.deb")) for name in names)


def _download(root: Path, suite: str, architecture: str, packages: list[str]) -> None:
    """Download with the indexes of an earlier call; fetch them where there are none, or where they are too old."""
    options = _configured(root, suite, architecture)
    words = ["apt-get", *options, "download", "-qq", *packages]
    indexes = root / "indexes"
    if indexes.is_file() and subprocess.run(words, cwd=root / "debs", capture_output=True, check=False).returncode == 0:
        return
    for command in (["apt-get", *options, "update", "-qq"], ["apt-cache", *options, "gencaches", "-q"], words):
        done = subprocess.run(command, cwd=root / "debs", capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"{command[0]} for {suite} failed: {done.stderr.strip()[-200:]}")
    indexes.touch()


def _configured(root: Path, suite: str, architecture: str) -> list[str]:
    """Make an apt of its own in ``root``; return the options that make it use that."""
    for folder in ("etc/preferences.d", "lists/partial", "archives/partial", "debs"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    address = mirror("Debian-Security" if suite.endswith("-security") else "Debian")
    texts = {"status": "", "sources.list": f"deb [signed-by={KEYRING}] {address} {suite} main\n"}
    for name, text in texts.items():
        path = root / name
        if not path.is_file() or path.read_text() != text:  # apt's cache holds no longer once one is written
            path.write_text(text)
    settings = {
        "Dir::Etc": root / "etc",
        "Dir::Etc::sourcelist": root / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State": root,
        "Dir::State::lists": root / "lists",
        "Dir::State::status": root / "status",
        "Dir::Cache": root,
        # Debian's container images turn the one off and the other on, which costs a second each time.
        "Dir::Cache::pkgcache": "pkgcache.bin",
        "Acquire::GzipIndexes": "false",
        "APT::Architecture": architecture,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    return [*(f"-o{key}={value}" for key, value in settings.items()), f"-oAPT::Architectures::={architecture}"]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def unpack(debs: Iterable[Path], root: Path) -> None:
    """Unpack packages over each other into a merged-usr root, without a script."""
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for deb in debs:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as tar:
            subprocess.run(
                ["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", root], stdin=tar.stdout, check=True
            )


def member(deb: Path, path: str) -> bytes:
    """Return the bytes of the one file that a glob matches."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as tar:
        command = ["tar", "-xO", "--wildcards", f"./{path}"]
        return subprocess.run(command, stdin=tar.stdout, capture_output=True, check=True).stdout


def script(deb: Path, name: str) -> bytes:
    """Return a maintainer script's bytes."""
    return subprocess.run(["dpkg-deb", "-I", deb, name], capture_output=True, check=True).stdout
