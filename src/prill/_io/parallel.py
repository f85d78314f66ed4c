"""Several things at once, in a bounded number of threads."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from threading import Event

__all__ = ["run_parallel"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_parallel(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    workers: int,
    stop: "Event | None" = None,
    join: bool = False,
) -> tuple[Result, ...]:
    """Return ``work(item)`` for each item, in their order, from at most ``workers`` threads.

    After an error, or when the caller is interrupted, ``stop`` is set and no further item is begun; work that looks at
    ``stop`` ends early. The error of the first item that failed is raised, with ``join`` only when no work goes on.
    """
    if len(items) <= 1 or workers <= 1:
        return tuple(work(item) for item in items)
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait  # noqa: PLC0415 - brings logging along
    from threading import Event  # noqa: PLC0415

    ended = Event()

    def begin(item: Item) -> Result | None:
        # The thread that failed takes the next item before the caller hears of the error.
        if ended.is_set():
            return None
        try:
            return work(item)
        except BaseException:
            ended.set()
            raise

    with ThreadPoolExecutor(min(workers, len(items)), thread_name_prefix="prill") as pool:
        futures = [pool.submit(begin, item) for item in items]
        try:
            done = wait(futures, return_when=FIRST_EXCEPTION).done
            failed = [future for future in futures if future in done and future.exception()]
            return tuple(cast("Result", future.result()) for future in (failed or futures))
        except BaseException:
            ended.set()
            if stop is not None:
                stop.set()
            raise
        finally:
            pool.shutdown(wait=join, cancel_futures=True)
