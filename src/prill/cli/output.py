"""Printing for people, in one place."""

import sys

__all__ = ["say", "say_json", "shown", "utc", "warn"]


def say(text: str, *, quiet: bool = False) -> None:
    """Print a result for a person on standard output."""
    if not quiet:
        sys.stdout.write(text.rstrip("\n") + "\n")


def say_json(document: object) -> None:
    """Print a document for programs on standard output, in UTF-8; what has no bytes in it is escaped."""
    import json  # noqa: PLC0415 - start-up stays lazy

    text = json.dumps(document, indent=2, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")


def warn(text: str, *, quiet: bool = False) -> None:
    """Tell a person something on standard error; what an image or a document says in it cannot command the terminal."""
    if not quiet:
        sys.stderr.write(f"prill: {shown(text)}\n")


def shown(text: str) -> str:
    """Return a line as `prill.views.columns.printable` does, which is loaded where there is something to write out."""
    if text.isprintable():
        return text
    from prill.views.columns import printable  # noqa: PLC0415 - see above

    return printable(text)


def utc(seconds: int) -> str:
    """Return a time in seconds since 1970 as RFC 3339 has it, such as ``2026-07-11T12:00:00Z``."""
    from datetime import UTC, datetime  # noqa: PLC0415 - start-up stays lazy

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
