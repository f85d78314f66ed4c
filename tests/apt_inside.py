"""Running an unpacked image's own programs as root, and a snapshot service for its apt-get."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from loopback import Handler, Loopback
from prill.distro.deb.apt_sources import read_apt_sources
from prill.distro.deb.snapshot import SNAPSHOT, parse_timestamp

_SOURCES = "etc/apt/sources.list.d/debian.sources"
_PATH = re.compile(r"/archive/(debian|debian-security)/([0-9]{8}T[0-9]{6}Z)/(.+)")
_SNAPSHOTS_APART = 6 * 60 * 60


def inside(root: Path, *command: str, work: Path, network: bool = False) -> str:
    """Run a program of an unpacked image with ``work`` at ``/mnt/work``; as root, so that it may install and compile."""
    bwrap = shutil.which("bwrap") or pytest.skip("bwrap is not installed")
    options = ["--unshare-all", "--die-with-parent", "--bind", root, "/", "--dev", "/dev", "--proc", "/proc"]
    options += ["--perms", "1777", "--tmpfs", "/tmp", "--bind", work, "/mnt/work", "--chdir", "/mnt/work", "--clearenv"]
    if os.geteuid() == 0:
        options = [one for one in options if one != "--unshare-all"] + ["--unshare-pid", "--cap-add", "ALL"]
        options += [] if network else ["--unshare-net"]
    for name, value in (("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("HOME", "/tmp"), ("LANG", "C.UTF-8")):
        options += ["--setenv", name, value]
    finished = subprocess.run(
        [bwrap, *options, "--", *command], capture_output=True, text=True, timeout=600, check=False
    )
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr[-2000:]
    return finished.stdout


class Snapshots(Loopback):
    """Answers as snapshot.debian.org would: with the machine's mirrors, from the first snapshot after ``released``.

    At any time before that it has nothing, where the real one has an older state.
    """

    def __init__(self, released: int) -> None:
        super().__init__()
        mirrors = read_apt_sources(Path("/")).mirrors or pytest.skip("this machine has no apt sources")
        self.oldest = released + _SNAPSHOTS_APART
        self.mirrors = {
            name: next(one.url.rstrip("/") for one in mirrors if one.url.rstrip("/").endswith(f"/{name}"))
            for name in ("debian", "debian-security")
        }
        self.behaviour["*"] = self._answer

    def _answer(self, handler: Handler) -> None:
        match = _PATH.fullmatch(handler.path)
        if match is None or parse_timestamp(match[2]) < self.oldest:
            handler.send_file(None)
        else:
            handler.redirect(f"{self.mirrors[match[1]]}/{match[3]}")


def apt_get(root: Path, script: str, *, snapshots: Snapshots, work: Path) -> str:
    """Run a bash script in an unpacked image whose sources are as shipped, but for the host that they name."""
    if os.geteuid() != 0:
        pytest.skip("only root can unpack an image with its owners")
    sources = root / _SOURCES
    shipped = sources.read_text()
    assert shipped.count(f"URIs: {SNAPSHOT}/archive/") == 2
    sources.write_text(shipped.replace(SNAPSHOT, snapshots.url))
    for name in ("resolv.conf", "hosts"):
        shutil.copy(Path("/etc") / name, root / "etc" / name)
    (work / "script").write_text(f"set -e\nexport DEBIAN_FRONTEND=noninteractive\n{script}")
    said = inside(root, "bash", "/mnt/work/script", work=work, network=True)
    assert any(path.startswith("/archive/debian-security/") for path in snapshots.paths)
    return said
