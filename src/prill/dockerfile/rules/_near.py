"""What somebody may have meant who wrote a name that there is not."""

from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the name that is most like ``name``; "" where none is like it."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    return next(iter(get_close_matches(name, known, n=1, cutoff=cutoff)), "")
