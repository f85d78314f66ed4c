"""Several large things at once, in forked processes: for work that is Python's own, which threads do not speed up.

1. A helper is a copy of this process, so what is imported, open and known is there at once. All take the number of what
   they do next from one pipe, which is full before the first helper begins.
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
from typing import Any, NoReturn, Self, TypeVar

__all__ = ["can_fork", "run_forked"]

_NUMBER = struct.Struct("=H")
_SIZE = struct.Struct("=Q")
_MOST = 4096
"""Numbers of so many things fit into any pipe."""
Result = TypeVar("Result")


def can_fork() -> bool:
    """Say whether this process may be copied: on Linux, and while it has no other thread, not even a library's own.

    A copy has the one thread that asked for it, and what the others held locked stays so in it for good.
    """
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names alone


def run_forked(jobs: Sequence[Callable[[], Result]], *, workers: int) -> tuple[Result, ...]:
    """Return what each job returns, in their order, from this process and up to ``workers - 1`` helpers.

    Jobs are begun in their order, so the longest come first. What they return must be picklable, and whatever else they
    do stays in the process that does it. After an error, nobody goes on.
    """
    done: dict[int, Result] = {}
    with ExitStack() as stack:
        if len(jobs) <= _MOST:
            queue = stack.enter_context(_Queue(len(jobs)))
            helpers = []
            with suppress(OSError):  # with fewer helpers, or none, where the system allows no more processes
                for _ in range(min(workers, len(jobs)) - 1):
                    helpers.append(stack.enter_context(_Helper(jobs, queue)))  # noqa: PERF401 - those that there are
            done |= {number: jobs[number]() for number in queue}
            for helper in helpers:
                done |= helper.results()  # 2
        return tuple(done[number] if number in done else job() for number, job in enumerate(jobs))  # 3


class _Queue:
    """The numbers of jobs that nobody has begun, shared with every helper."""

    def __init__(self, count: int) -> None:
        self._taking, giving = os.pipe()
        with os.fdopen(giving, "wb") as pipe:
            pipe.write(b"".join(map(_NUMBER.pack, range(count))))

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

    def __init__(self, jobs: Sequence[Callable[[], Any]], queue: _Queue) -> None:
        self._made = os.fdopen(os.memfd_create("prill"), "w+b")
        try:
            self._process = os.fork()
        except OSError:
            self._made.close()
            raise
        if not self._process:
            self._help(jobs, queue)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            self._wait()
        self._made.close()

    def results(self) -> dict[int, Any]:
        """Wait for the helper, and return what it made, by the jobs' numbers."""
        self._wait()
        self._made.seek(0)
        found = {}
        while len(head := self._made.read(_SIZE.size)) == _SIZE.size:
            size = _SIZE.unpack(head)[0]
            data = self._made.read(size)
            if len(data) == size:  # a helper that was killed may have left a part
                number, result = pickle.loads(data)  # noqa: S301 - written by a copy of this process
                found[number] = result
        return found

    def _wait(self) -> None:
        os.waitpid(self._process, 0)
        self._process = 0

    def _help(self, jobs: Sequence[Callable[[], Any]], queue: _Queue) -> NoReturn:
        """Do jobs until there are none; end without a word, whatever happens: this is a copy of somebody's process."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            for number in queue:
                data = pickle.dumps((number, jobs[number]()), pickle.HIGHEST_PROTOCOL)
                self._made.write(_SIZE.pack(len(data)))
                self._made.write(data)
                self._made.flush()
        finally:
            os._exit(0)
