"""How slow an answer may be: with a byte now and then, a server would hold a program for ever."""

import time
from collections.abc import Callable

from prill._io.fetch_errors import TooSlow
from prill.model.value import dataclass

__all__ = ["Budget", "Pace"]


class Budget:
    """How many seconds something may take altogether, which is made of many answers."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = clock() + seconds

    @property
    def spent(self) -> bool:
        """Tell whether the time is over."""
        return self._clock() > self._until


@dataclass(slots=True)
class Pace:
    """What came from ``shown`` in a window of ``window`` seconds of waiting: ``least`` bytes a second, or more.

    Only the time that was spent waiting for the server counts, not what was done with the bytes in between.
    """

    shown: str
    window: float
    least: int
    _came: int = 0
    _waited: float = 0.0

    def came(self, size: int, waited: float) -> None:
        """Count ``size`` more bytes, waited for so many seconds; raise `TooSlow` when a window ends with too few."""
        self._came += size
        self._waited += waited
        if self._waited <= self.window:
            return
        if self._came < self.least * self.window:
            raise TooSlow(f"{self.shown} sent {self._came} bytes in {self._waited:.0f} s", hint="try another mirror")
        self._came, self._waited = 0, 0.0
