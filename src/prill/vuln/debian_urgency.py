"""Debian's urgencies: what its security tracker, and OSV's records made of it, say beside a vulnerability.

https://security-team.debian.org/security_tracker.html, "Severity levels"; a trailing ``**`` marks a word as guessed.
"""

from collections.abc import Iterable

from prill.model.vulnerability_match import MatchState

__all__ = ["highest_urgency", "state_of_urgency"]

_RATED = ("high", "medium", "low", "unimportant")


def state_of_urgency(urgency: str) -> MatchState | None:
    """Return the state of what has no fix where the urgency says one."""
    if urgency == "end-of-life":
        return MatchState.END_OF_LIFE
    return MatchState.UNIMPORTANT if urgency.startswith("unimportant") else None


def highest_urgency(urgencies: Iterable[str]) -> str:
    """Return the highest word that rates; "" where none does."""
    words = {urgency.rstrip("*") for urgency in urgencies}
    return next((word for word in _RATED if word in words), "")
