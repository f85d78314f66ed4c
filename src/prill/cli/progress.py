"""Progress for people: a line on a terminal, nothing in CI, in a pipe or with ``--quiet``.

There is no bar, and no thread that draws one, until a job says how far it is: a process with threads cannot be copied,
and reading an image is done by copies. Until then the seconds are told, by a signal.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from prill.api.progress import Progress, SilentProgress

if TYPE_CHECKING:
    from types import FrameType

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

__all__ = ["progress_for"]

_PATIENCE = 1.0
"""After so many seconds a person wants to know whether something is going on."""

_COUNTED = 10_000
"""Below, it is files or images that are counted; no download is so small that its bytes need a bar."""


@contextmanager
def progress_for(*, quiet: bool) -> Iterator[Progress]:
    """Return what reports progress; rich is imported only when somebody looks."""
    if quiet or os.environ.get("CI") or not sys.stderr.isatty():
        yield SilentProgress()
        return
    progress = _Bars(_Seconds())
    try:
        yield progress
    finally:
        progress.end()


class _Seconds:
    """Tells on one line for how many seconds something has been going on, until it ends."""

    def __init__(self) -> None:
        import signal  # noqa: PLC0415 - only when a person looks

        self._signals = signal
        self._begun, self._told, self._over = monotonic(), False, False
        self._before = signal.signal(signal.SIGALRM, self._tell)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE, _PATIENCE)

    def _tell(self, _signal: int, _frame: "FrameType | None") -> None:
        if self._over:
            return
        self._told = True
        os.write(2, f"\rreading, {monotonic() - self._begun:.0f} s".encode())

    def stop(self) -> None:
        """Take the line away; any thread may."""
        self._signals.setitimer(self._signals.ITIMER_REAL, 0)
        if self._told and not self._over:
            os.write(2, b"\r\x1b[K")
        self._over = True

    def end(self) -> None:
        """Stop, and leave signals as they were."""
        self.stop()
        self._signals.signal(self._signals.SIGALRM, self._before)


class _Bars:
    """One bar a job, made when it is first heard of; before the first there are ``seconds``."""

    def __init__(self, seconds: _Seconds) -> None:
        self._seconds = seconds
        self._bars: RichProgress | None = None
        self._tasks: dict[str, TaskID] = {}

    def update(self, what: str, done: int, total: int) -> None:
        """Move the bar of ``what``."""
        if self._bars is None:
            self._seconds.stop()
            self._bars = _begun()
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total or None, amount="")
        amount = "" if not total else f"{done} of {total}" if total < _COUNTED else _sizes(done, total)
        self._bars.update(self._tasks[what], completed=done, total=total or None, amount=amount)

    def end(self) -> None:
        """Leave nothing on the terminal."""
        self._seconds.end()
        if self._bars is not None:
            self._bars.stop()


def _sizes(done: int, total: int) -> str:
    from prill.views.sizes import human_size  # noqa: PLC0415 - only when a person looks

    return f"{human_size(done)} of {human_size(total)}"


def _begun() -> "RichProgress":
    from rich.console import Console  # noqa: PLC0415 - only when a person looks
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[amount]}"))
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    bars.start()
    return bars
