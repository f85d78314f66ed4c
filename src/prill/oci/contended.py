"""Lists that several write at once: a referrers tag, or the older layout's tag for signatures.

A registry cannot be asked to write only what nobody has changed in the meantime (distribution-spec, "Referrers Tag
Schema"): who read the list before another wrote it, and writes it after, takes the other's entry away. So whoever has
written looks again, after a pause that is longer than what it took to read and to write; and adds what was lost. The
pauses are of unequal length, or all would write in step.
"""

import secrets
import time
from collections.abc import Callable

__all__ = ["settle"]

_ATTEMPTS = 10
_LEAST = 0.1
_TIMES = 3.0
_GROWTH = 1.3
_LONGEST = 10.0
_FINE = 1000


def settle(
    change: Callable[[], bool],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Call ``change`` until it finds that there is nothing to change; return False where others never let it.

    ``change`` reads the list, writes it if something is missing, and says whether it wrote.
    """
    for attempt in range(_ATTEMPTS):
        begun = clock()
        if not change():
            return True
        pause = max(_LEAST, _TIMES * (clock() - begun)) * _GROWTH**attempt
        sleep(min(pause, _LONGEST) * (1 + secrets.randbelow(_FINE) / _FINE))
    return not change()  # the last one that was written was waited for, too
