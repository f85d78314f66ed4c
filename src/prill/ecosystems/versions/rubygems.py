"""RubyGems' versions (Gem::Version): numbers and words, where a word makes a prerelease.

Missing parts are zeros, and words sort before zero. So a zero sorts below or above "nothing more" as the first part
behind it that is no zero does; the key says at each zero which of the two it is.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, number, text

__all__ = ["sort_key"]

_VERSION = re.compile(
    r"\s*v?[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\s*|[0-9A-Za-z.-]+", re.ASCII
)
_SEGMENTS = re.compile(r"[0-9]+|[A-Za-z]+").findall
_WORD, _ZERO_BELOW, _END, _ZERO_ABOVE, _NUMBER = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion`."""
    if len(version) > MAX_LENGTH or not _VERSION.fullmatch(version):
        raise UnreadableVersion(version, "RubyGems", "a version is written 1.2.3 or 1.2.3.rc1")
    text_version = version.strip().removeprefix("v")
    segments = _SEGMENTS(text_version.replace("-", ".pre."))
    first_word = next((place for place, one in enumerate(segments) if not one[0].isdigit()), len(segments))
    kept = [*_without_zeros(segments[:first_word]), *_without_zeros(segments[first_word:])]
    parts: list[bytes] = [_END]
    zero = _END
    for segment in reversed(kept):
        if not segment[0].isdigit():
            parts.append(_WORD + text(segment))
            zero = _ZERO_BELOW
        elif segment.strip("0"):
            parts.append(_NUMBER + number(segment))
            zero = _ZERO_ABOVE
        else:
            parts.append(zero)
    return b"".join(reversed(parts))


def _without_zeros(segments: list[str]) -> list[str]:
    end = len(segments)
    while end and segments[end - 1][0].isdigit() and not segments[end - 1].strip("0"):
        end -= 1
    return segments[:end]
