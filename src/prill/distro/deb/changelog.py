"""Changelogs of Debian packages (deb-changelog(5)): what each version of a source changed.

A binary package has it as ``usr/share/doc/NAME/changelog.Debian.gz``, or ``changelog.gz`` where Debian is its author;
or that folder is a link to another package's (Debian Policy 12.3). Older entries may be cut off, which the file says.
"""

import re
from pathlib import Path

from prill.archive.bodies import read_up_to
from prill.archive.bounds import Limits
from prill.archive.codecs import Codec, decode
from prill.archive.tar import read_stream
from prill.distro.deb.package import open_data
from prill.errors import PrillError
from prill.model import FileKind
from prill.model.value import dataclass

__all__ = ["Changelog", "ChangelogEntry", "InvalidChangelog", "NoChangelog", "parse_changelog", "read_changelog"]

_DOC = "usr/share/doc/"
_MAX_PACKED = 16 << 20
_LIMITS = Limits(max_total_size=64 << 20, max_ratio=2000)
_HEAD = re.compile(
    r"(?P<source>[A-Za-z0-9][A-Za-z0-9+.-]*) \((?P<version>[^()\s]+)\)(?P<suites>(?:\s+[A-Za-z0-9+._~-]+)+)\s*;.*"
)
_TRAILER = re.compile(r" -- .*?>  ?(?P<date>.*)")
_CUT = ("# Older entries have been removed", "# For older changelog entries")


class NoChangelog(PrillError):
    """A package has no changelog."""


class InvalidChangelog(PrillError):
    """A file that should have been a changelog has no entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangelogEntry:
    """What one version changed. ``suites`` is where it was uploaded to, ``date`` as it stands there."""

    source: str
    version: str
    suites: str
    date: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changelog:
    """The entries, newest first; ``cut`` says that older ones were left out."""

    entries: tuple[ChangelogEntry, ...]
    cut: bool = False


def parse_changelog(data: bytes) -> Changelog:
    """Read a changelog; lines that are not UTF-8 are Latin-1, as they were once. Raise `InvalidChangelog`."""
    heads: list[re.Match[str]] = []
    dates: list[str] = []
    lines: list[list[str]] = []
    cut = False
    for line in map(_decoded, data.split(b"\n")):
        if head := _HEAD.fullmatch(line.rstrip()):
            heads.append(head)
            dates.append("")
            lines.append([])
        elif not heads:
            continue
        elif trailer := _TRAILER.match(line):
            dates[-1] = trailer["date"].strip()
        elif line.startswith(_CUT):
            cut = True
        elif line.strip():
            lines[-1].append(line.strip())
    if not heads:
        raise InvalidChangelog(f"a changelog without an entry: it begins with {data[:80]!r}")
    entries = (
        ChangelogEntry(
            source=head["source"],
            version=head["version"],
            suites=" ".join(head["suites"].split()),
            date=date,
            lines=tuple(said),
        )
        for head, date, said in zip(heads, dates, lines, strict=True)
    )
    return Changelog(entries=tuple(entries), cut=cut)


def read_changelog(deb: Path, package: str) -> bytes | str:
    """Return the changelog in a verified .deb, or the name of the package whose documentation this one links to.

    Raise `NoChangelog`, `InvalidDeb` and what reading archives raises. Nothing behind the changelog is read.
    """
    folder = f"{_DOC}{package}"
    wanted = (f"{folder}/changelog.Debian.gz", f"{folder}/changelog.Debian", f"{folder}/changelog.gz")
    found: dict[str, bytes] = {}
    with deb.open("rb") as raw:
        for entry, body in read_stream(open_data(raw, name=deb.name)):
            path, kind = entry.stat.path, entry.stat.kind
            if kind is FileKind.SYMLINK and (path == folder or path in wanted):
                return _owner(entry.stat.link, path, package)
            if kind is FileKind.FILE and path in wanted:
                found[path] = read_up_to(body, _MAX_PACKED)
                if path != wanted[-1]:
                    break
    for path in wanted:
        if path in found:
            packed = found[path]
            return decode(packed, Codec.GZIP, limits=_LIMITS) if path.endswith(".gz") else packed
    raise NoChangelog(f"{package} has no changelog")


def _owner(link: str, path: str, package: str) -> str:
    """Return the package that a link in ``usr/share/doc`` leads to; raise `NoChangelog` where it leads elsewhere."""
    parts: list[str] = [] if link.startswith("/") else path.split("/")[:-1]
    for part in link.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    target = "/".join(parts)
    name = target.removeprefix(_DOC).partition("/")[0]
    if not target.startswith(_DOC) or not name or name == package:
        raise NoChangelog(f"the documentation of {package} is a link to {link[:160]!r}, which is no package's")
    return name


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
