"""Who is told how far a long job is."""

from typing import Protocol

__all__ = ["Progress", "SilentProgress"]


class Progress(Protocol):
    """Is told how far a long job is; ``total`` 0 means that nobody knows."""

    def update(self, what: str, done: int, total: int) -> None:
        """Say that ``what`` is at ``done`` of ``total``."""


class SilentProgress:
    """Says nothing."""

    def update(self, what: str, done: int, total: int) -> None:
        """Ignore it."""
