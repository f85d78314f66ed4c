"""Progress for people: a line on a terminal, nothing in CI, in a pipe or with ``--quiet``."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prill.api.progress import Progress, SilentProgress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

__all__ = ["progress_for"]


@contextmanager
def progress_for(*, quiet: bool) -> Iterator[Progress]:
    """Return what reports progress; rich is imported only when somebody looks."""
    if quiet or os.environ.get("CI") or not sys.stderr.isatty():
        yield SilentProgress()
        return
    from rich.console import Console  # noqa: PLC0415 - only when a person looks
    from rich.progress import BarColumn, DownloadColumn, SpinnerColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415

    bars = Bars(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bars:
        yield _Bars(bars)


class _Bars:
    """One bar a job, made when it is first heard of."""

    def __init__(self, bars: "RichProgress") -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def update(self, what: str, done: int, total: int) -> None:
        """Move the bar of ``what``."""
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total or None)
        self._bars.update(self._tasks[what], completed=done, total=total or None)
