"""Real Debian packages, fetched by apt in a root of its own from the machine's own mirror."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


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
    for folder in ("etc/preferences.d", "lists/partial", "archives/partial", "debs"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "status").touch()
    address = mirror("Debian-Security" if suite.endswith("-security") else "Debian")
    (root / "sources.list").write_text(f"deb [signed-by={KEYRING}] {address} {suite} main\n")
    settings = {
        "Dir::Etc": root / "etc",
        "Dir::Etc::sourcelist": root / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State": root,
        "Dir::State::lists": root / "lists",
        "Dir::State::status": root / "status",
        "Dir::Cache": root,
        "APT::Architecture": architecture,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    options = [f"-o{key}={value}" for key, value in settings.items()]
    options.append(f"-oAPT::Architectures::={architecture}")
    for command in (["update", "-qq"], ["download", "-qq", *packages]):
        done = subprocess.run(
            ["apt-get", *options, *command], cwd=root / "debs", capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"apt-get {command[0]} for {suite} failed: {done.stderr.strip()[-200:]}")


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
