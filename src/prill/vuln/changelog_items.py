"""What a Debian changelog says about vulnerabilities: the ids in its items, and whether these fix or take away."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from prill.distro.deb.changelog import Changelog, parse_changelog, read_changelog
from prill.vuln.changelog_fixes import ChangelogFixes, Fix, VersionFixes

__all__ = ["fixes_of", "read_fixes"]

_CVE = "(?<![A-Za-z])CVE[- ]"
"""Some write ``CVE 2026-33416``."""

_ID = re.compile(rf"{_CVE}[0-9]{{4}}-[0-9]{{4,19}}(?![0-9])", re.IGNORECASE)
_NUMBER = r"[0-9]{4,19}(?![0-9])"
# Further numbers of the year: CVE-2026-3333, -3334 or CVE-2026-3333/3334, but not a file CVE-2026-3333/0001-x.patch.
_MORE = rf"(?:(?:(?:\s?[,/&]|\s?,?\sand)\s?-|[/,]){_NUMBER}(?!\.?[\w-]))*"
_IDS = re.compile(
    rf"{_CVE}(?P<year>[0-9]{{4}})-(?:\{{(?P<braced>[0-9,\s]+)\}}|(?P<plain>{_NUMBER}{_MORE}))", re.IGNORECASE
)
_ONE = re.compile(_NUMBER)
_BEFORE = r"(?:CVE[- ][0-9{},/&\s-]+(?:(?:and|or)\s+)?)*$"
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


def read_fixes(deb: Path, name: str) -> ChangelogFixes:
    """Read the changelog of the package ``name`` in its .deb; raise as `read_changelog` and `parse_changelog`."""
    read = read_changelog(deb, name)
    return ChangelogFixes(link=read) if isinstance(read, str) else fixes_of(parse_changelog(read))


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
    first = leading[1].upper().replace(" ", "-") if leading else ""
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
