"""Several large things at once, in forked processes: for work that is Python's own, which threads do not speed up.

1. A helper is a copy of this process, so what is imported, open and known is there at once. All take the number of what
   they do next from two pipes, which are full before the first helper begins: what is needed first, then what can wait.
2. What a helper made it leaves, pickled, in memory without a name that it shares with its parent alone.
3. What a helper did not do, because it failed or was killed, is done here once more. So errors are raised here.
"""

import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Generic, NoReturn, Self, TypeVar

__all__ = ["Forked", "can_fork"]

_NUMBER = struct.Struct("=H")
_SIZE = struct.Struct("=Q")
_MOST = 4096
"""Numbers of so many things fit into any pipe."""
_GIVES_WAY = 5
"""How much nicer a helper is that does what can wait: its parent, on which everything else waits, goes first."""
Result = TypeVar("Result")


def can_fork() -> bool:
    """Say whether this process may be copied: on Linux, and while it has no other thread, not even a library's own.

    A copy has the one thread that asked for it, and what the others held locked stays so in it for good.
    """
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names alone


class Forked(Generic[Result]):
    """Jobs for this process and its helpers, of which the first ``needed`` are waited for before the others.

    Jobs are begun in their order, so the longest come first. What they return must be picklable, and whatever else they
    do stays in the process that does it. While this process goes on with what the first made, its helpers do the
    others. Leaving the ``with`` block ends them: after an error, nobody goes on.
    """

    def __init__(self, jobs: Sequence[Callable[[], Result]], *, workers: int, needed: int) -> None:
        """Begin the helpers; with fewer of them, or none, where the system allows no more processes."""
        self._jobs = jobs
        self._needed = range(needed)
        self._others = range(needed, len(jobs))
        self._done: dict[int, Result] = {}
        self._helpers: list[_Helper] = []
        self._stack = ExitStack()
        if len(jobs) > _MOST:
            return
        with self._stack:
            self._queues = tuple(self._stack.enter_context(_Queue(part)) for part in (self._needed, self._others))
            with suppress(OSError):
                for _ in range(min(workers, len(jobs)) - 1):
                    self._helpers.append(self._stack.enter_context(_Helper(jobs, self._queues)))
            self._stack = self._stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the helpers, whatever they do."""
        self._stack.close()

    def needed(self) -> tuple[Result, ...]:
        """Return what the jobs return that are needed first."""
        return self._finished(self._needed, 0)

    def others(self) -> tuple[Result, ...]:
        """Return what the other jobs return; those that nobody has begun are done here, too."""
        return self._finished(self._others, 1)

    def _finished(self, numbers: range, part: int) -> tuple[Result, ...]:
        if self._helpers:
            self._done |= {number: self._jobs[number]() for number in self._queues[part]}
            for helper in self._helpers:
                self._done |= helper.results(part)  # 2
        return tuple(self._done[number] if number in self._done else self._jobs[number]() for number in numbers)  # 3


class _Queue:
    """The numbers of jobs that nobody has begun, shared with every helper."""

    def __init__(self, numbers: range) -> None:
        self._taking, giving = os.pipe()
        with os.fdopen(giving, "wb") as pipe:
            pipe.write(b"".join(map(_NUMBER.pack, numbers)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._taking)

    def __iter__(self) -> Iterator[int]:
        """Take one number after the other; a pipe hands out those few bytes whole, to one reader each."""
        while data := os.read(self._taking, _NUMBER.size):
            yield _NUMBER.unpack(data)[0]


class _Helper:
    """A process that does some of the jobs. It has ended before the ``with`` block has."""

    def __init__(self, jobs: Sequence[Callable[[], Any]], queues: Sequence[_Queue]) -> None:
        self._stages: list[int] = []
        """Pipes that end when the helper has come to the end of a queue, or to its own."""
        self._seen = 0
        self._made = os.memfd_create("prill")
        begun: list[int] = []
        try:
            for _ in queues:
                stage, end = os.pipe()
                self._stages.append(stage)
                begun.append(end)
            self._process = os.fork()
            if not self._process:
                self._help(jobs, queues, begun)
        except OSError:
            self._close()
            raise
        finally:
            for end in begun:
                os.close(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Where somebody ignores SIGCHLD, or waits for whatever ends, the number may be another process's by now.
        with suppress(ChildProcessError, ProcessLookupError):
            if not os.waitpid(self._process, os.WNOHANG)[0]:
                os.kill(self._process, signal.SIGKILL)
                os.waitpid(self._process, 0)
        self._close()

    def _close(self) -> None:
        for file in (self._made, *self._stages):
            os.close(file)

    def results(self, part: int) -> dict[int, Any]:
        """Wait until the helper is done with a queue, and return what it has made since, by the jobs' numbers."""
        os.read(self._stages[part], 1)
        found = {}
        while len(head := self._read(_SIZE.size)) == _SIZE.size:
            size = _SIZE.unpack(head)[0]
            data = self._read(size, _SIZE.size)
            if len(data) < size:  # it is being written, or a helper that was killed left a part
                break
            self._seen += _SIZE.size + len(data)
            with suppress(Exception):  # what cannot be read is done here once more
                number, result = pickle.loads(data)  # noqa: S301 - written by a copy of this process
                found[number] = result
        return found

    def _read(self, size: int, skip: int = 0) -> bytes:
        return os.pread(self._made, size, self._seen + skip)

    def _help(self, jobs: Sequence[Callable[[], Any]], queues: Sequence[_Queue], stages: Sequence[int]) -> NoReturn:
        """Do jobs until there are none; end without a word, whatever happens: this is a copy of somebody's process."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            with os.fdopen(self._made, "wb") as made:
                for queue, stage in zip(queues, stages, strict=True):
                    for number in queue:
                        data = pickle.dumps((number, jobs[number]()), pickle.HIGHEST_PROTOCOL)
                        made.write(_SIZE.pack(len(data)))
                        made.write(data)
                        made.flush()
                    os.close(stage)
                    os.nice(_GIVES_WAY)
        finally:
            os._exit(0)
