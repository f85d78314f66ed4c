"""Several things at once, in processes: for work that is Python's own, which threads do not speed up."""

import gc
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from prill.errors import PrillError

__all__ = ["LEAST", "WorkerEnded", "run_processes"]

Item = TypeVar("Item")
Result = TypeVar("Result")

LEAST = 48
"""So few items are done faster by one process than by starting others."""
_FIRST = 4
"""So many are done before the others are forked: what they import, read and compile is then there in each process."""


class WorkerEnded(PrillError):
    """A process ended before it had done its share, for want of memory, or because somebody ended it."""


def run_processes(work: Callable[[Item], Result], items: Sequence[Item], *, workers: int) -> tuple[Result, ...]:
    """Return ``work(item)`` for each item, in their order, from at most ``workers`` processes, this one among them.

    The others are forked, so that what is imported is there at once, and so is ``work``; the caller has no threads.
    Each takes every so manieth of the items behind the first few; results and errors are pickled. The error of the
    first item that failed is raised; `WorkerEnded` where a process is gone.
    """
    if workers <= 1 or len(items) < LEAST:
        return tuple(map(work, items))
    import pickle  # noqa: F401, PLC0415 - each process needs it, and has it if it is there before

    head, items = tuple(map(work, items[:_FIRST])), items[_FIRST:]
    gc.freeze()  # what is there already is no garbage, and not written to in each process for the sake of looking
    shares = [items[first::workers] for first in range(workers)]
    begun: list[_Worker] = []
    done: list[tuple[list[Result], Exception | None]] = []
    try:
        begun.extend(_begin(work, share) for share in shares[1:])
        done += [_share(work, shares[0]), *map(_answer, begun)]
    finally:
        gc.unfreeze()
        for worker in begun:
            worker.end(answered=bool(done))
    failed = [(len(results) * workers + first, error) for first, (results, error) in enumerate(done) if error]
    if failed:
        raise min(failed, key=lambda one: one[0])[1]
    return (*head, *(done[number % workers][0][number // workers] for number in range(len(items))))


class _Worker(NamedTuple):
    """A process, and the pipe that its results come from."""

    pid: int
    pipe: int

    def end(self, *, answered: bool) -> None:
        """Have it gone: by itself, if it has answered, else whatever it does; it is no zombie afterwards."""
        os.close(self.pipe)
        if not answered:
            from signal import SIGKILL  # noqa: PLC0415 - start-up stays lazy

            with suppress(ProcessLookupError):
                os.kill(self.pid, SIGKILL)
        os.waitpid(self.pid, 0)


def _begin(work: Callable[[Any], Any], share: Sequence[Any]) -> _Worker:
    readable, writable = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writable)
        return _Worker(pid, readable)
    try:
        os.close(readable)
        results, error = _share(work, share)
        with os.fdopen(writable, "wb") as pipe:
            pipe.write(_pickled(results, error))
    finally:
        os._exit(0)  # nothing of the caller's may run here: no handlers, no buffers to be written again


def _pickled(results: list[Any], error: BaseException | None) -> bytes:
    import pickle  # noqa: PLC0415 - start-up stays lazy

    try:
        return pickle.dumps((results, error), pickle.HIGHEST_PROTOCOL)
    except Exception as unpicklable:  # noqa: BLE001 - a result's own code may raise anything
        return pickle.dumps(([], WorkerEnded(f"{error or unpicklable!r}")), pickle.HIGHEST_PROTOCOL)


def _share(work: Callable[[Any], Any], share: Sequence[Any]) -> tuple[list[Any], Exception | None]:
    """Return the results up to the first item that fails, and why that failed."""
    results: list[Any] = []
    try:
        for item in share:
            results.append(work(item))  # noqa: PERF401 - those before an error count
    except Exception as error:  # noqa: BLE001 - whatever the work raises is raised again where it is collected
        return results, error
    return results, None


def _answer(worker: _Worker) -> tuple[list[Any], Exception | None]:
    import pickle  # noqa: PLC0415 - start-up stays lazy

    with os.fdopen(os.dup(worker.pipe), "rb") as pipe:
        data = pipe.read()
    try:
        results, error = pickle.loads(data)  # noqa: S301 - from this program's own other half
    except (EOFError, pickle.UnpicklingError) as gone:
        raise WorkerEnded("a process ended before its work was done", hint="is there enough memory?") from gone
    return results, error
