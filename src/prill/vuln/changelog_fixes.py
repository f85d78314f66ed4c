"""The vulnerabilities that a Debian changelog says were fixed between two versions."""

from collections.abc import Iterable, Iterator

import msgspec

from prill.distro.deb.version import InvalidVersion, sort_key

__all__ = ["ChangelogFixes", "Fix", "VersionFixes", "fixes_between", "named_before", "standing_fixes"]


class Fix(msgspec.Struct, frozen=True, array_like=True):
    """One vulnerability, and the item that names it.

    ``within`` is the vulnerability that the item begins with, where that is another one: this may be a mention. With
    ``undone`` the version takes an older one's fix away.
    """

    id: str
    line: str
    within: str = ""
    undone: bool = False


class VersionFixes(msgspec.Struct, frozen=True, array_like=True):
    """What one version of a source fixed; ``suites`` and ``date`` are the changelog's."""

    version: str
    suites: str
    date: str
    fixes: tuple[Fix, ...]


class ChangelogFixes(msgspec.Struct, frozen=True):
    """What is kept of a changelog, newest version first. ``link`` names the package that has it in this one's place.

    ``missing`` says why there is neither.
    """

    versions: tuple[VersionFixes, ...] = ()
    cut: bool = False
    link: str = ""
    missing: str = ""


def standing_fixes(between: Iterable[VersionFixes]) -> dict[str, tuple[Fix, VersionFixes]]:
    """Return what versions, newest first, fix, each with the oldest that does; not what a newer one took away."""
    found: dict[str, tuple[Fix, VersionFixes]] = {}
    for version in reversed(tuple(between)):
        for fix in version.fixes:
            if fix.undone:
                found.pop(fix.id, None)
            else:
                found.setdefault(fix.id, (fix, version))
    return found


def fixes_between(fixes: ChangelogFixes, installed: str, newest: str) -> tuple[tuple[VersionFixes, ...], str]:
    """Return the versions after ``installed`` up to ``newest``, and what keeps these from being all; "" for nothing.

    Both are versions of the source. Raise `InvalidVersion` where one of the two is none.
    """
    low, high = sort_key(installed), sort_key(newest)
    between: list[VersionFixes] = []
    named, reaches = False, False
    for version, key in _keyed(fixes.versions):
        if key <= low:
            reaches = True
            break
        if key <= high:
            between.append(version)
            named = named or key == high
    missing = "" if reaches else f"is cut off above the installed {installed}"
    return tuple(between), missing if named or low >= high else f"does not name {newest}"


def named_before(fixes: ChangelogFixes, installed: str) -> frozenset[str]:
    """Return the ids that ``installed`` or an older version names too: what a later one fixes was fixed in part."""
    low = sort_key(installed)
    naming = tuple(version for version in fixes.versions if version.fixes)
    return frozenset(fix.id for version, key in _keyed(naming) if key <= low for fix in version.fixes if not fix.undone)


def _keyed(versions: tuple[VersionFixes, ...]) -> Iterator[tuple[VersionFixes, bytes]]:
    """Yield each version with its key; one that is no version is passed over, as old entries have some."""
    for version in versions:
        try:
            yield version, sort_key(version.version)
        except InvalidVersion:
            continue
