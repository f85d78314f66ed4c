"""Printing for people, in one place."""

import sys

__all__ = ["say"]


def say(text: str, *, quiet: bool = False) -> None:
    """Print a result for a person on standard output."""
    if not quiet:
        sys.stdout.write(text.rstrip("\n") + "\n")
