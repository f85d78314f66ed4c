"""What time it is, as an argument.

Only the command line makes a `SystemClock`; everything else is handed one, so that a test, a snapshot or
``SOURCE_DATE_EPOCH`` can say otherwise.
"""

import time
from typing import Protocol

from prill.model.value import dataclass

__all__ = ["Clock", "FixedClock", "SystemClock"]


class Clock(Protocol):
    """Tells the time in whole seconds since 1970, UTC."""

    def now(self) -> int:
        """Return the current second."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Return the machine's second."""
        return int(time.time())


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still at ``at``."""

    at: int

    def now(self) -> int:
        """Return ``at``."""
        return self.at
