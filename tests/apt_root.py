"""A private apt: its own sources, indexes and cache, and nothing installed."""

import fcntl
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from prill.distro.deb.apt_sources import read_apt_sources
from prill.distro.deb.index import PackageIndex, Universe
from prill.distro.deb.mirrors import choose_mirrors, roots_for
from prill.distro.debian import DebianRelease, Pocket

_URI = re.compile(r"^'[^']*' ([^_' ]+)_([^_' ]+)_[a-z0-9]+\.deb \d+ \S*$", re.MULTILINE)
_SIMULATED = re.compile(r"^Inst ([^: ]+)(?::\S+)? \((\S+) ", re.MULTILINE)
_REFUSALS = ("unmet dependencies", "have held broken packages", "conflicting requests")


@dataclass(frozen=True)
class Answer:
    """What apt would install, as ``(name, version)``; None and apt's words where it refuses."""

    packages: frozenset[tuple[str, str]] | None
    words: str


@dataclass(frozen=True)
class AptRoot:
    """apt for one release and architecture; make it with `prepare`."""

    folder: Path
    release: DebianRelease
    architecture: str

    @classmethod
    def prepare(cls, cache: Path, release: DebianRelease, architecture: str) -> "AptRoot":
        """Download the indexes unless an earlier run did; skip where that cannot be."""
        if shutil.which("apt-get") is None:
            pytest.skip("apt-get is not installed")
        root = cls(cache / "apt-resolver" / f"{release.codename}-{architecture}", release, architecture)
        root.folder.mkdir(parents=True, exist_ok=True)
        with (root.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # tests in another process want the same
            if not (root.folder / "ready").exists():
                root._fetch()
        return root

    def universe(self) -> Universe:
        """Read the very indexes that apt reads."""
        return Universe.of(
            PackageIndex.parse(path.read_bytes(), pocket=pocket.name)
            for pocket in self.release.pockets
            for path in self._lists(pocket)
        )

    def install(self, *requirements: str) -> Answer:
        """Ask apt what it would fetch for these; unlike ``-s`` it does not also act out each step."""
        return self._ask("--print-uris", _URI, requirements)

    def simulate(self, *requirements: str) -> Answer:
        """Ask apt to act out the installation."""
        return self._ask("--simulate", _SIMULATED, requirements)

    def simulate_upgrade(self, status: Path) -> str:
        """Return what apt prints when it acts out an upgrade of the packages that ``status`` says are installed."""
        done = self._run(
            "apt-get", "dist-upgrade", "-s", "-o", f"Dir::State::status={status}", "-o", "Dir::Cache::pkgcache="
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _ask(self, how: str, shape: re.Pattern[str], requirements: tuple[str, ...]) -> Answer:
        done = self._run("apt-get", "install", "-y", "-q", how, "--no-install-recommends", *requirements)
        words = done.stdout + done.stderr
        if done.returncode:
            assert any(sign in words for sign in _REFUSALS), words
            return Answer(None, words)
        found = frozenset((name, version.replace("%3a", ":")) for name, version in shape.findall(done.stdout))
        assert found, words
        return Answer(found, words)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C.UTF-8"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)

    def _fetch(self) -> None:
        self._configure()
        update = self._run("apt-get", "update", "-qq", "-o", "APT::Update::Error-Mode=any")
        if update.returncode:
            pytest.skip(f"apt-get cannot fetch {self.release}: {update.stderr.strip()}")
        self._run("apt-cache", "gencaches")
        (self.folder / "ready").touch()

    def _lists(self, pocket: Pocket) -> list[Path]:
        return sorted((self.folder / "lists").glob(f"*_dists_{pocket.name}_main_binary-{self.architecture}_Packages"))

    def _configure(self) -> None:
        mirrors = choose_mirrors(apt=read_apt_sources())
        lines = []
        for pocket in self.release.pockets:
            roots = roots_for(mirrors, pocket.area)
            if not roots:
                pytest.skip("this machine has no apt sources")
            keys = ",".join(map(str, pocket.keys))
            lines.append(f"deb [signed-by={keys}] {roots[0][1]} {pocket.name} main\n")
        for path in (
            "etc/apt.conf.d",
            "etc/preferences.d",
            "etc/sources.list.d",
            "lists/partial",
            "cache/archives/partial",
        ):
            (self.folder / path).mkdir(parents=True, exist_ok=True)
        (self.folder / "etc/sources.list").write_text("".join(lines))
        (self.folder / "status").write_text("")
        settings = {
            "Dir::Etc": self.folder / "etc",
            "Dir::State": self.folder,
            "Dir::State::lists": self.folder / "lists",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "APT::Architecture": self.architecture,
            "APT::Architectures::": self.architecture,
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::GzipIndexes": "false",
            "Debug::NoLocking": "true",
            # Written for each answer, into the machine's own /var/log.
            "Dir::Log::Solver": "",
            "Dir::Log::Planner": "",
        }
        (self.folder / "apt.conf").write_text("".join(f'{name} "{value}";\n' for name, value in settings.items()))
