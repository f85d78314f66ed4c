import errno
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

import pytest

from prill._io.forked import Forked, can_fork

# Whoever runs the tests may have threads of their own, which these jobs need nothing from.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


class Unreadable:
    """Is pickled as something that nobody can make again."""

    def __reduce__(self) -> tuple[type[int], tuple[str]]:
        return int, ("no number",)


def run_forked(jobs: Sequence[Callable[[], object]], *, workers: int) -> tuple[object, ...]:
    """Do jobs all of which are needed."""
    with Forked(jobs, workers=workers, needed=len(jobs)) as forked:
        return forked.needed()


class Meeting:
    """Jobs that wait for each other, so that two processes have to do them."""

    def __init__(self, count: int) -> None:
        self.here = os.getpid()
        self._pipes = [os.pipe() for _ in range(count)]

    def job(self, own: int, other: int, result: object) -> Callable[[], object]:
        def work() -> object:
            os.write(self._pipes[own][1], b"!")
            os.read(self._pipes[other][0], 1)
            return result, os.getpid() != self.here

        return work


def test_results_keep_their_order_whoever_did_the_job():
    assert run_forked([lambda number=number: number * 2 for number in range(200)], workers=3) == tuple(range(0, 400, 2))
    assert run_forked([], workers=3) == ()


def test_two_jobs_are_done_at_once_by_two_processes():
    meeting = Meeting(2)
    results = run_forked([meeting.job(0, 1, "a"), meeting.job(1, 0, "b")], workers=2)
    assert [result for result, _ in results] == ["a", "b"]
    assert sorted(elsewhere for _, elsewhere in results) == [False, True]


def test_one_worker_is_this_process():
    assert set(run_forked([os.getpid] * 9, workers=1)) == {os.getpid()}


def test_more_jobs_than_a_pipe_has_room_for_stay_here():
    assert set(run_forked([os.getpid] * 5000, workers=2)) == {os.getpid()}


@pytest.mark.parametrize("end", ["killed", "error", "cannot be pickled", "cannot be read"])
def test_what_a_helper_did_not_do_is_done_here(end: str):
    here = os.getpid()
    meeting = Meeting(2)

    def failing(job: Callable[[], object]) -> Callable[[], object]:
        def work() -> object:
            job()
            if os.getpid() == here:
                return "done"
            if end == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if end == "error":
                raise OSError(errno.EIO, "gone")
            return Unreadable() if end == "cannot be read" else lambda: "cannot be pickled"

        return work

    class Once:
        """Waits for the other in each process once: what is done again finds nobody to wait for."""

        def __init__(self, job: Callable[[], object]) -> None:
            self.job = job
            self.begun = False

        def __call__(self) -> None:
            if os.getpid() == here and any(one.begun for one in once):
                return
            self.begun = True
            self.job()

    once = [Once(meeting.job(0, 1, None)), Once(meeting.job(1, 0, None))]
    assert run_forked([failing(one) for one in once], workers=2) == ("done", "done")


def test_what_can_wait_is_done_while_this_process_goes_on():
    begun, ended = os.pipe(), os.pipe()

    def later() -> int:
        os.write(begun[1], b"!")
        os.read(ended[0], 1)
        return os.getpid()

    with Forked([os.getpid, later], workers=2, needed=1) as forked:
        assert len(forked.needed()) == 1
        assert os.read(begun[0], 1) == b"!"  # nobody has asked for it yet
        os.write(ended[1], b"!")
        (process,) = forked.others()
        assert process != os.getpid()


def test_what_can_wait_is_done_here_where_the_helper_was_killed():
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done"

    with Forked([work, work, work], workers=2, needed=1) as forked:
        assert forked.needed() == ("done",)
        assert forked.others() == ("done", "done")


def test_leaving_ends_a_helper_that_nobody_waits_for():
    told = os.pipe()

    def work() -> None:
        os.write(told[1], os.getpid().to_bytes(8, "big"))
        signal.pause()

    with Forked([work, work], workers=2, needed=0):
        helper = int.from_bytes(os.read(told[0], 8), "big")
    with pytest.raises(ProcessLookupError):
        os.kill(helper, 0)


@pytest.mark.parametrize("long", [True, False])
def test_a_helper_may_be_gone_already_where_nobody_hears_of_it(long: bool):  # noqa: FBT001
    here = os.getpid()

    def work() -> str:
        if long and os.getpid() != here:
            signal.pause()
        return "done"

    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with Forked([work, work], workers=2, needed=0 if long else 2) as forked:
            assert forked.needed() == (() if long else ("done", "done"))
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_an_error_is_raised_here_and_no_helper_goes_on():
    pids = os.pipe()
    meeting = os.pipe()
    here = os.getpid()

    def work() -> None:
        if os.getpid() == here:
            os.read(meeting[0], 1)
            raise ZeroDivisionError
        os.write(pids[1], os.getpid().to_bytes(8, "big"))
        os.write(meeting[1], b"!")
        signal.pause()

    with pytest.raises(ZeroDivisionError):
        run_forked([work, work], workers=2)
    helper = int.from_bytes(os.read(pids[0], 8), "big")
    with pytest.raises(ProcessLookupError):
        os.kill(helper, 0)


def test_no_file_stays_open():
    before = len(tuple(Path("/proc/self/fd").iterdir()))
    run_forked([os.getpid] * 8, workers=3)
    assert len(tuple(Path("/proc/self/fd").iterdir())) == before


def test_a_process_with_another_thread_is_not_copied():
    end = Event()
    other = Thread(target=end.wait)
    other.start()
    try:
        assert not can_fork()
    finally:
        end.set()
        other.join()
