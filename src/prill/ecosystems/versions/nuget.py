"""NuGet's versions: semantic ones with up to four numbers, whose prereleases do not care for upper and lower case."""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, number
from prill.ecosystems.versions.semver import identifiers

__all__ = ["sort_key"]

_VERSION = re.compile(
    r"\s*[vV]?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([^+\s\0]*))?(?:\+\S*)?\s*", re.ASCII
)


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion`."""
    match = _VERSION.fullmatch(version) if len(version) <= MAX_LENGTH else None
    if match is None:
        raise UnreadableVersion(version, "NuGet", "a version is written major.minor[.patch[.revision]][-prerelease]")
    numbers = b"".join(number(match[group] or "") for group in (1, 2, 3, 4))
    return numbers + identifiers((match[5] or "").lower())
