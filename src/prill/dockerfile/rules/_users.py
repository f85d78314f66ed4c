"""Who is root, however it is written."""

import re

__all__ = ["is_root"]

_ZERO = re.compile(r"0+")


def is_root(name: str) -> bool:
    """Whether a user or a group is root's: the name, or a number that is zero, as ``00``."""
    return name == "root" or _ZERO.fullmatch(name) is not None
