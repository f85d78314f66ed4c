"""Files whose size and digest are known already: from the cache, else from the first root that has them.

Where a file comes from does not matter once a signed index said what it is. So a mirror that is down, has lost it, or
sends something else is passed over and noted, and the next one is asked.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from prill._io.cache import ContentCache
from prill._io.fetch_errors import FetchFailed, NotFound, TimedOut, Unreachable
from prill._io.http import Fetcher, Sink
from prill._io.urls import RedirectRefused, redact
from prill._io.verified import DigestMismatch, SizeMismatch
from prill.errors import PrillError
from prill.model import Digest, Gap
from prill.model.value import dataclass

__all__ = ["Cancelled", "Downloads", "Gone", "Notes", "Progress", "ProgressMeter"]


class Gone(PrillError):
    """No mirror, and no snapshot, has a file any more."""


class Cancelled(PrillError):
    """A download was given up because another one failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the downloads are."""

    files: int
    total_files: int
    bytes: int
    total_bytes: int


class ProgressMeter:
    """Adds up what several threads report, and tells ``progress``, from one thread at a time.

    When ``stop`` is set, the next report raises `Cancelled`, which ends the download it came from.
    """

    def __init__(self, progress: Callable[[Progress], None] | None, *, files: int, size: int) -> None:
        self._tell = progress or (lambda _: None)
        self._totals = (files, size)
        self._files = self._bytes = 0
        self._guard = threading.Lock()
        self.stop = threading.Event()

    def add(self, size: int, *, files: int = 0) -> None:
        """Note ``size`` more bytes, and ``files`` finished ones."""
        if self.stop.is_set():
            raise Cancelled("another download failed first")
        with self._guard:
            self._bytes += size
            self._files += files
            self._tell(
                Progress(files=self._files, total_files=self._totals[0], bytes=self._bytes, total_bytes=self._totals[1])
            )


class Notes:
    """What did not work on the way, each once, for the report."""

    def __init__(self) -> None:
        self._gaps: dict[Gap, None] = {}

    def add(self, subject: str, reason: object) -> None:
        """Note that ``subject`` was passed over, and why."""
        self._gaps.setdefault(Gap(redact(subject), str(reason)))

    def all(self) -> tuple[Gap, ...]:
        """Return the notes, sorted."""
        return tuple(sorted(self._gaps))


class Downloads:
    """Fetches files by digest, into the cache or into a sink, from several threads."""

    def __init__(self, fetcher: Fetcher, cache: ContentCache, notes: Notes) -> None:
        self._fetcher = fetcher
        self._cache = cache
        self._notes = notes
        self._down: set[str] = set()

    def into_cache(
        self, sources: Iterable[tuple[str, str]], digest: Digest, size: int, *, on_bytes: Callable[[int], None]
    ) -> Path:
        """Return where the file of ``digest`` lies; fetch it unless it is there, whole. ``sources`` as in `fetch`."""
        found = self._cache.find_good(digest, size)
        if found is not None:
            on_bytes(size)
            return found
        with self._cache.adding(digest, size) as file:
            self.fetch(sources, file, digest, size, on_bytes=on_bytes)
        found = self._cache.find(digest)
        if found is None:
            raise Gone(f"{digest} was removed from the cache while it was added", hint="run it again")
        return found

    def fetch(
        self,
        sources: Iterable[tuple[str, str]],
        sink: Sink,
        digest: Digest,
        size: int,
        *,
        on_bytes: Callable[[int], None] | None = None,
    ) -> None:
        """Fetch the file of ``digest`` from the first of ``sources``, roots and paths on them, that has it.

        Raise `Gone` where none has it, or what was wrong with what one sent.
        """
        problems: list[tuple[str, PrillError]] = []
        looked: list[tuple[str, str]] = []
        for root, path in sources:
            looked.append((root, path))
            if root in self._down:
                continue
            sink.seek(0)
            sink.truncate()
            try:
                self._fetcher.fetch(
                    f"{root}/{path}", sink, max_size=size, expected_size=size, expected=digest, on_bytes=on_bytes
                )
            except (FetchFailed, RedirectRefused, SizeMismatch, DigestMismatch) as error:
                problems.append((root, error))
                if isinstance(error, Unreachable | TimedOut):
                    self._down.add(root)
                    self._notes.add(root, error)
            else:
                self._note(root, problems)
                return
        raise _worst([error for _, error in problems], looked)

    def _note(self, chosen: str, problems: Sequence[tuple[str, PrillError]]) -> None:
        """Note what was wrong elsewhere; that ``chosen`` has a file under its second name only is no problem."""
        for root, error in problems:
            if root != chosen or not isinstance(error, NotFound):
                self._notes.add(root, error)


def _worst(problems: Sequence[PrillError], sources: Iterable[tuple[str, str]]) -> PrillError:
    """Return the error to raise: a changed file before a missing one."""
    for problem in problems:
        if isinstance(problem, SizeMismatch | DigestMismatch | RedirectRefused):
            return problem
    path = next((path for _, path in sources), "")
    tried = ", ".join(dict.fromkeys(redact(root) for root, _ in sources)) or "no mirror"
    last = f"; at last: {problems[-1]}" if problems else ""
    return Gone(
        f"{path.rpartition('/')[2] or path!r} is nowhere to be had; asked: {tried}{last}",
        hint="check the mirrors, or lock again to move to what the archive has now",
    )
