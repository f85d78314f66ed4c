"""The least that must come in a window of time."""

import pytest

from prill._io.fetch_errors import TooSlow
from prill._io.pace import Pace


def test_enough_in_every_window():
    pace = Pace("it", 10.0, 100)
    for _ in range(100):
        pace.came(500, 4.0)


def test_a_byte_now_and_then():
    pace = Pace("it", 10.0, 100)
    pace.came(1, 5.0)
    pace.came(1, 5.0)
    with pytest.raises(TooSlow, match="it sent 3 bytes in 15 s"):
        pace.came(1, 5.0)


def test_what_came_before_does_not_count():
    pace = Pace("it", 10.0, 100)
    pace.came(1 << 30, 11.0)
    with pytest.raises(TooSlow):
        pace.came(999, 11.0)
