"""Exit codes: the same in every command, documented in docs/exit-codes.md, tested."""

from enum import IntEnum

__all__ = ["Exit"]


class Exit(IntEnum):
    """What a process says when it ends."""

    GOOD = 0
    """It did what was asked."""
    BROKE = 1
    """It failed: a file, the network, a bug."""
    MISUSED = 2
    """The command line, a spec or a setting is wrong."""
    NOTHING = 3
    """There was nothing to look at."""
    INCOMPLETE = 4
    """It is done, but something was skipped or could not be known."""
    NO = 10
    """The answer is no: a test failed, a rebuild differs, a lock does not match."""
