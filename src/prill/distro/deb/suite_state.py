"""What was seen of each suite, so that no mirror can go back in time.

For each mirror and pocket one file holds the newest InRelease that was accepted, behind one line of JSON. It serves two
ends: a Release that is older than it is refused, and ``--offline`` has something to begin with. The files are written
atomically, under a lock that is held from the comparison to the rename, so that of two processes the newer Release
stays. A file that cannot be read counts as never seen: who can write to this folder can remove it as well.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prill._io.atomic import write_atomic, writing
from prill._io.urls import redact
from prill.distro.deb.release import MAX_INRELEASE, SignedRelease
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["ReleaseWentBack", "SeenRelease", "SuiteState"]


class ReleaseWentBack(PrillError):
    """A mirror serves an older Release than it did before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRelease:
    """An InRelease that was accepted: its date, when that was, and its bytes, to be verified again."""

    date: int
    seen: int
    data: bytes


class SuiteState:
    """The folder that remembers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last(self, root: str, pocket: str) -> SeenRelease | None:
        """Return the newest Release that the mirror at ``root`` served for ``pocket``, or None."""
        try:
            with self._path(root, pocket).open("rb") as file:
                stored = file.read(MAX_INRELEASE + 4096)
            head, _, data = stored.partition(b"\n")
            facts = json.loads(head)
            seen = SeenRelease(date=int(facts["date"]), seen=int(facts["seen"]), data=data)
            return seen if facts["sha256"] == hashlib.sha256(data).hexdigest() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def accept(self, root: str, release: SignedRelease, data: bytes, *, now: int) -> None:
        """Remember ``release``, whose InRelease is ``data``; raise `ReleaseWentBack` if a newer one was seen."""
        path = self._path(root, release.pocket)
        with self._locked():
            last = self.last(root, release.pocket)
            if last and release.date < last.date:
                raise ReleaseWentBack(
                    f"{redact(root)} serves a Release of {release.pocket} that is {last.date - release.date} seconds"
                    " older than the one it served before",
                    hint="the mirror is out of step, or someone holds updates back; use another mirror, or a snapshot",
                )
            facts = {
                "mirror": redact(root),
                "pocket": release.pocket,
                "date": release.date,
                "sha256": release.inrelease_sha256,
                "seen": now,
            }
            write_atomic(path, json.dumps(facts, sort_keys=True).encode() + b"\n" + data)

    def _path(self, root: str, pocket: str) -> Path:
        name = hashlib.sha256(f"{redact(root)}\n{pocket}".encode()).hexdigest()
        return self._folder / f"{pocket}-{name[:32]}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        path = self._folder / "lock"
        with writing(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            file = path.open("ab")
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
