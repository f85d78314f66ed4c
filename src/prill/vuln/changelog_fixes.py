"""The vulnerabilities that a Debian changelog says were fixed between two versions."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import msgspec

from prill.distro.deb.changelog import Changelog
from prill.distro.deb.version import InvalidVersion, sort_key

__all__ = ["ChangelogFixes", "Fix", "VersionFixes", "fixes_between", "fixes_of", "named_before", "standing_fixes"]

_ID = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}(?![0-9])", re.IGNORECASE)
_NUMBER = r"[0-9]{4,19}(?![0-9])"
# Further numbers of the year: CVE-2026-3333, -3334 or CVE-2026-3333/3334, but not a file CVE-2026-3333/0001-x.patch.
_MORE = rf"(?:(?:(?:\s?[,/&]|\s?,?\sand)\s?-|[/,]){_NUMBER}(?!\.?[\w-]))*"
_IDS = re.compile(
    rf"CVE-(?P<year>[0-9]{{4}})-(?:\{{(?P<braced>[0-9,\s]+)\}}|(?P<plain>{_NUMBER}{_MORE}))", re.IGNORECASE
)
_ONE = re.compile(_NUMBER)
_BEFORE = r"(?:CVE-[0-9{},/&\s-]+(?:(?:and|or)\s+)?)*$"
_OTHERS = re.compile(
    r"\b(?:(?:not\s+(?:be\s+)?affected|unaffected)\s+by|not\s+vulnerable\s+to)\s+(?:the\s+)?" + _BEFORE, re.IGNORECASE
)
_OTHERS_AFTER = re.compile(
    r"[\s:,(\u2013-]*(?:(?:is|are|was|were)\s+)?"
    r"(?:not\s+(?:affected|vulnerable|applicable)|do(?:es)?\s+not\s+(?:affect|apply))\b",
    re.IGNORECASE,
)
_UNDONE = re.compile(
    r"\b(?:revert(?:s|ed|ing)?|back(?:s|ed|ing)?\s+out)[\s:]+"
    r"(?:(?:the|our|previous|upstream|incomplete|security)\s+)*[\"'\u201c]?"
    r"(?:(?:fix(?:es)?|patch(?:es)?|changes?|commits?)\s+)?(?:(?:for|of|to|from|in)\s+)?(?:the\s+)?"
    r"(?:d(?:ebian)?/p(?:atches)?/)?" + _BEFORE,
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\b(?:for|of|by|to|revert\w*)$", re.IGNORECASE)
_LEADING = re.compile(
    rf"(?:[*+-]\s*)?(?:fix(?:es|ed)?\s+)?(?:d(?:ebian)?/p(?:atches)?/)?({_ID.pattern})(?:\.patch)?:\s", re.IGNORECASE
)
_BULLETS = ("* ", "- ", "+ ", "[ ")
_MAX_TEXT = 300


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


def fixes_of(changelog: Changelog) -> ChangelogFixes:
    """Keep what is said about vulnerabilities; each id once a version, with the first item that names it.

    An item that is about it comes before one that is about another vulnerability, and both before one that takes a fix
    away.
    """
    versions = []
    for entry in changelog.entries:
        found: dict[str, Fix] = {}
        for item in _items(entry.lines):
            for fix in _fixes(item):
                if fix.id not in found or _rank(fix) < _rank(found[fix.id]):
                    found[fix.id] = fix
        versions.append(
            VersionFixes(entry.version, entry.suites, entry.date, tuple(found[one] for one in sorted(found)))
        )
    return ChangelogFixes(versions=tuple(versions), cut=changelog.cut)


def _rank(fix: Fix) -> tuple[bool, bool]:
    return fix.undone, bool(fix.within)


def _items(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the lines of each item: it begins with a bullet or an id, what comes below continues it."""
    item: list[str] = []
    for line in lines:
        if item and (line.startswith(_BULLETS) or (_ID.match(line) and not _GOES_ON.search(item[-1]))):
            yield item
            item = []
        item.append(line)
    if item:
        yield item


def _fixes(lines: Sequence[str]) -> Iterator[Fix]:
    """Yield what an item names, with its text as far as there is room, or the line itself where that stands below.

    What it says that the package is not affected by is left out.
    """
    whole = " ".join(lines)
    leading = _LEADING.match(whole[:_MAX_TEXT])
    first = leading[1].upper() if leading else ""
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    for match in _IDS.finditer(whole):
        before = whole[max(0, match.start() - _MAX_TEXT) : match.start()]
        if _OTHERS.search(before) or _OTHERS_AFTER.match(whole, match.end()):
            continue
        undone = _UNDONE.search(before) is not None
        below = lines[bisect_right(starts, match.start()) - 1][:_MAX_TEXT]
        shown = whole[:_MAX_TEXT] if match.end() <= _MAX_TEXT else below
        for number in _ONE.findall(match["braced"] or match["plain"]):
            id_ = f"CVE-{match['year']}-{number}"
            yield Fix(id_, shown, first if first != id_ else "", undone)


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


def fixes_between(fixes: ChangelogFixes, installed: str, newest: str) -> tuple[tuple[VersionFixes, ...], bool]:
    """Return the versions after ``installed`` up to ``newest``, and whether the changelog reaches down so far.

    Both are versions of the source. Raise `InvalidVersion` where one of the two is none.
    """
    low, high = sort_key(installed), sort_key(newest)
    between: list[VersionFixes] = []
    for version, key in _keyed(fixes.versions):
        if key <= low:
            return tuple(between), True
        if key <= high:
            between.append(version)
    return tuple(between), not fixes.cut


def named_before(fixes: ChangelogFixes, installed: str) -> frozenset[str]:
    """Return the ids that ``installed`` or an older version names too: what a later one fixes was fixed in part."""
    low = sort_key(installed)
    return frozenset(
        fix.id for version, key in _keyed(fixes.versions) if key <= low for fix in version.fixes if not fix.undone
    )


def _keyed(versions: tuple[VersionFixes, ...]) -> Iterator[tuple[VersionFixes, bytes]]:
    """Yield each version with its key; one that is no version is passed over, as old entries have some."""
    for version in versions:
        try:
            yield version, sort_key(version.version)
        except InvalidVersion:
            continue
