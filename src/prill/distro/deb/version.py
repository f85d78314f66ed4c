"""Debian versions: one key per version, whose bytes sort as ``dpkg --compare-versions`` does.

deb-version(7) compares the epoch as a number, then the upstream version, then the revision. Each of the two is read as
alternating runs of non-digits and digits. In a run of non-digits ``~`` comes before the run's end, the end before
letters, letters before everything else; a run of digits is a number, and an absent one is zero.

A key spells this out in bytes: ``~`` is 01, the end of a run or of a part 02, letters keep their code, other characters
get theirs plus 80 (hex); a number is its count of digits, then the digits without leading zeros. A part that does not
end in a number gets a zero, hence ``1.`` and ``1.0`` share a key, as do ``1`` and ``0:1-0``: to dpkg they are equal.
"""

import re

from prill.errors import PrillError

__all__ = ["InvalidVersion", "sort_key"]

_MAX_LENGTH = 4096
_MAX_EPOCH = 2**31 - 1  # deb-version(7) gives no bound; dpkg keeps the epoch in a C int

_PART_END = ord("/")  # no version may contain it, so it can stand for the end of a part until the translation
_ORDER = bytes(
    0x01 if code == ord("~") else 0x02 if code == _PART_END else code | 0x80 if chr(code) in "+-.:" else code
    for code in range(256)
)
_ALLOWED = re.compile(rb"[A-Za-z0-9.+~:-]+").fullmatch
_SPLIT_NUMBERS = re.compile(rb"([0-9]+)").split


class InvalidVersion(PrillError):
    """A text that should have been a Debian version is none."""

    def __init__(self, version: str, problem: str) -> None:
        super().__init__(
            f"not a Debian version: {version[:160]!r}: {problem}",
            hint="a version is written [epoch:]upstream[-revision]",
        )


class _Numbers(dict[bytes, bytes]):
    """Runs of digits as they stand in a key; remembers the short ones."""

    def __missing__(self, digits: bytes) -> bytes:
        number = digits.lstrip(b"0")
        length = len(number)
        encoded = b"\x02" + (bytes((length,)) if length < 0xFF else b"\xff" + length.to_bytes(4, "big")) + number  # noqa: PLR2004
        if len(digits) <= 4:  # noqa: PLR2004 - at most 11,110 entries
            self[digits] = encoded
        return encoded


_encode_number = _Numbers().__getitem__


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; equal keys are equal versions; raise `InvalidVersion`."""
    try:
        upstream = version.encode("ascii")
    except UnicodeEncodeError:
        raise InvalidVersion(version, "a character that is not ASCII") from None
    if not _ALLOWED(upstream) or len(upstream) > _MAX_LENGTH:
        raise InvalidVersion(version, _problem(version))
    epoch = revision = b"0"
    if b":" in upstream:
        epoch, _, upstream = upstream.partition(b":")
        if not epoch.isdigit() or len(epoch) > 4300 or int(epoch) > _MAX_EPOCH:  # noqa: PLR2004 - int()'s own bound
            raise InvalidVersion(version, f"the epoch is not a number up to {_MAX_EPOCH}")
    if b"-" in upstream:
        upstream, _, revision = upstream.rpartition(b"-")
        if not revision:
            raise InvalidVersion(version, "the revision is empty")
    if not upstream:
        raise InvalidVersion(version, "the upstream version is empty")
    if not upstream[-1:].isdigit():
        upstream += b"0"
    if not revision[-1:].isdigit():
        revision += b"0"
    runs = _SPLIT_NUMBERS((b"%b/%b/%b/" % (epoch, upstream, revision)).translate(_ORDER))
    runs[1::2] = map(_encode_number, runs[1::2])
    return b"".join(runs)


def _problem(version: str) -> str:
    if not version:
        return "it is empty"
    if len(version) > _MAX_LENGTH:
        return f"it is longer than {_MAX_LENGTH} characters"
    return "only letters, digits and . + ~ : - may stand in it"
