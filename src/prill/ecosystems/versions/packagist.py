"""Packagist's versions, as PHP's ``version_compare`` orders them.

Separators and every change between digits and letters part a version; words sort as ``dev`` < ``alpha`` < ``beta`` <
``rc`` < the end < numbers < ``pl``, by how they begin, and all other words alike before these.

There is a key but for one oddity of PHP: a lone ``#`` equals every number and the end as well, though numbers are
greater than the end, and nothing that is equal to both can have a place between them. `compare` does as PHP does;
`sort_key` refuses such a version, which Composer does not publish.

To PHP ``1.0`` is before ``1.0.0``. Composer never asks it so: it gives all versions four numbers, leaves out builds
(``+1``) and the word ``stable``, and takes a branch (``1.x-dev``) for the last of its versions (``VersionParser``).
What is in which range is a question to Composer, so `range_key` does the same.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, is_number, number

__all__ = ["compare", "range_key", "sort_key"]

_PARTS = re.compile(r"[0-9]+|[^0-9.+_\s-]+").findall
_FORMS = (
    ("dev", 2),
    ("alpha", 3),
    ("a", 3),
    ("beta", 4),
    ("b", 4),
    ("RC", 5),
    ("rc", 5),
    ("#", 7),
    ("pl", 8),
    ("p", 8),
)
_OTHER, _END, _NUMBER = 1, 6, 7
_NUMBERS = 4  # so many does each version have in Composer
_LONGEST_NUMBER = 5  # what begins with a longer one is a date, and stays as it is
_BRANCH = re.compile(r"v?[0-9]+(?:\.(?:[0-9]+|[x*])){0,3}\.[x*][.-]?dev").fullmatch
_LAST = "9999999"
_STABLE = re.compile(r"[._-]?stable(?:[.-]?[0-9]+)*")
_PHP_END = _NUMBER  # what PHP compares the rest of the longer version with: any number


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts to PHP; raise `UnreadableVersion`."""
    return _key(version, _split(version))


def range_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts to Composer; raise `UnreadableVersion`."""
    return _key(version, _composed(version))


def _key(version: str, parts: list[str]) -> bytes:
    if any(part.startswith("#") for part in parts):
        raise UnreadableVersion(version, "Packagist")
    return b"".join((*map(_encode, parts), bytes((_END,))))


def _composed(version: str) -> list[str]:
    """Return the parts of a version as Composer normalises it."""
    lower = _STABLE.sub("", version.strip().lower().partition("+")[0])
    branch = bool(_BRANCH(lower))
    parts = [_LAST if branch and part in ("x", "*") else part for part in _split(lower)]
    numbers = next((place for place, part in enumerate(parts) if not is_number(part)), len(parts))
    if not numbers or len(parts[0]) > _LONGEST_NUMBER:
        return parts
    return [*parts[:numbers], *[_LAST if branch else "0"] * (_NUMBERS - numbers), *parts[numbers:]]


def compare(one: str, other: str) -> int:
    """Return -1, 0 or 1, as ``one`` is before, equal to or after ``other``; raise `UnreadableVersion`."""
    left, right = _split(one), _split(other)
    for mine, theirs in zip(left, right, strict=False):
        if is_number(mine) and is_number(theirs):
            difference = _sign(number(mine), number(theirs))
        else:
            difference = _sign(_rank(mine), _rank(theirs))
        if difference:
            return difference
    longer = _against_end(left[len(right) :] or right[len(left) :])
    return longer if len(left) > len(right) else -longer


def _against_end(rest: list[str]) -> int:
    """Say how what is left of the longer version compares with the end of the other one."""
    for part in rest:
        difference = 1 if is_number(part) else _sign(_rank(part), _PHP_END)
        if difference:
            return difference
    return 0


def _split(version: str) -> list[str]:
    if len(version) > MAX_LENGTH or not version.strip():
        raise UnreadableVersion(version, "Packagist")
    return _PARTS(version.strip().removeprefix("v").removeprefix("V"))


def _rank(part: str) -> int:
    if is_number(part):
        return _NUMBER
    return next((rank for form, rank in _FORMS if part.startswith(form)), _OTHER)


def _encode(part: str) -> bytes:
    return bytes((_NUMBER,)) + number(part) if is_number(part) else bytes((_rank(part),))


def _sign(one: bytes | int, other: bytes | int) -> int:
    return (one > other) - (one < other)  # type: ignore[operator]
