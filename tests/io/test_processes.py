import os

import pytest

from prill._io.processes import WorkerEnded, run_processes


def test_results_keep_their_order():
    assert run_processes(lambda number: number * 2, range(200), workers=2) == tuple(range(0, 400, 2))


def test_few_items_stay_in_this_process():
    assert set(run_processes(lambda _: os.getpid(), range(5), workers=2)) == {os.getpid()}
    assert len(set(run_processes(lambda _: os.getpid(), range(100), workers=2))) == 2


def test_what_the_first_items_load_is_there_in_every_process():
    loaded: list[int] = []

    def work(number: int) -> bool:
        loads = not loaded
        loaded.append(number)
        return loads

    assert sum(run_processes(work, range(100), workers=3)) == 1


def test_an_error_is_raised_here():
    def work(number: int) -> int:
        return 1 // (number - 70)

    with pytest.raises(ZeroDivisionError):
        run_processes(work, range(100), workers=2)


def test_the_error_of_the_first_item_counts_whoever_meets_it():
    def work(number: int) -> int:
        if number in {61, 80}:
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match="61"):
        run_processes(work, range(100), workers=3)


def test_a_process_that_is_gone_is_told():
    here = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != here and number > 50:
            os._exit(9)
        return number

    with pytest.raises(WorkerEnded, match="ended before"):
        run_processes(work, range(100), workers=2)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_what_cannot_be_handed_over_is_told():
    with pytest.raises(WorkerEnded, match="pickle"):
        run_processes(lambda number: lambda: number, range(100), workers=2)
