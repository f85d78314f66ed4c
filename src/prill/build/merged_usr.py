"""Merged /usr: ``/bin``, ``/lib`` and their like are links into ``/usr`` (Debian DEP 17)."""

from typing import Final

__all__ = ["MERGED", "merged_usr"]

MERGED: Final = frozenset({"bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32"})


def merged_usr(path: str) -> str:
    """Return where ``path`` lies once those folders are links."""
    head, slash, rest = path.partition("/")
    return f"usr/{head}{slash}{rest}" if head in MERGED else path
