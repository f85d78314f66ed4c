"""Printing for people, in one place."""

import sys

__all__ = ["say", "warn"]


def say(text: str, *, quiet: bool = False) -> None:
    """Print a result for a person on standard output."""
    if not quiet:
        sys.stdout.write(text.rstrip("\n") + "\n")


def warn(text: str, *, quiet: bool = False) -> None:
    """Tell a person something on standard error; what an image or a document says in it cannot command the terminal."""
    from prill.views.columns import printable  # noqa: PLC0415 - start-up stays lazy

    if not quiet:
        sys.stderr.write(f"prill: {printable(text)}\n")
