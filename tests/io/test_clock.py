import time

from prill._io.clock import FixedClock, SystemClock


def test_the_system_clock_tells_the_machines_time():
    before = int(time.time())
    assert before <= SystemClock().now() <= time.time()


def test_a_fixed_clock_stands_still():
    clock = FixedClock(at=1_234)
    assert (clock.now(), clock.now()) == (1_234, 1_234)
