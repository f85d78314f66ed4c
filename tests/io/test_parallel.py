import threading

import pytest

from prill._io.parallel import run_parallel


def test_results_come_in_the_order_of_the_items():
    released = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert released.wait(10)
        released.set()
        return item * item

    assert run_parallel(work, range(20), workers=4) == tuple(item * item for item in range(20))


def test_never_more_threads_than_asked_for():
    guard, running, most = threading.Lock(), 0, 0

    def work(_: int) -> None:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.005)
        with guard:
            running -= 1

    run_parallel(work, range(30), workers=3)
    assert most == 3


def test_an_error_ends_the_others_without_waiting_for_the_first_item():
    stop = threading.Event()
    begun = []

    def work(item: int) -> None:
        begun.append(item)
        if item == 1:
            raise ValueError(item)
        assert stop.wait(10)

    with pytest.raises(ValueError, match="1"):
        run_parallel(work, range(100), workers=2, stop=stop)
    assert stop.is_set()
    assert len(begun) <= 3


@pytest.mark.parametrize("items", [[], [7]])
def test_little_work_needs_no_thread(items: list[int]):
    assert run_parallel(lambda _: threading.current_thread(), items, workers=8) == (threading.main_thread(),) * len(
        items
    )
