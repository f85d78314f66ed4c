"""Debian's own archive as a source of advisories: what an upgrade fixes, by the changelogs of the newer packages.

1. The verified indexes say which installed packages are behind, as apt would find it.
2. Of each source that is behind, one package's .deb is fetched: the smallest. Its changelog is read, or that of the
   package to which its documentation is a link. What was read is kept by the .deb's SHA-256.
3. Every CVE that a version above the installed one names, up to the newest, is fixed by the upgrade.

Nothing is known this way about vulnerabilities that no version in the archive has fixed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from prill._io.cache import ContentCache
from prill._io.parallel import run_parallel
from prill.distro.deb.archive import Archive, NotCached, Wanted
from prill.distro.deb.downloads import Progress
from prill.distro.deb.release import SignedRelease
from prill.distro.deb.version import InvalidVersion, sort_key
from prill.errors import PrillError
from prill.model import DebDetails, Gap, Package
from prill.model.advisory import Advisory, AdvisorySource
from prill.model.regex import regex
from prill.model.typed_json import ready
from prill.model.value import dataclass, field
from prill.model.vulnerability_match import Claim, MatchState, VulnerabilityMatch
from prill.vuln.changelog_fixes import ChangelogFixes, Fix, VersionFixes, fixes_between, named_before, standing_fixes
from prill.vuln.newest_packages import Newest, NewestPackages
from prill.vuln.source_names import name_sources

__all__ = ["VendorAnswer", "ask_archive", "find_behind"]

_KIND = "changelogs"
_VERSION = 4
_WORKERS = 2
_MOST_FAILED = 3
_REBUILD = regex(r"\+b[0-9]+$")
_NEWER = "{} is newer than what the vendor's archive has, {}: it is from elsewhere, so nothing is known of it"
_TRACKER = "https://security-tracker.debian.org/tracker/"


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorAnswer:
    """What the archive knows. ``behind`` are the installed packages that it has in a newer version, with that one.

    ``named`` are packages by purl, with their sources, of which the document that lists them does not say these.
    """

    matches: tuple[VulnerabilityMatch, ...]
    behind: tuple[tuple[Package, Newest], ...]
    sources: tuple[AdvisorySource, ...] = ()
    gaps: tuple[Gap, ...] = ()
    named: Mapping[str, Package] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """A source of which packages are behind."""

    source: str
    newest: str
    packages: list[tuple[Package, Newest]] = field(default_factory=list)

    @property
    def smallest(self) -> Newest:
        """The package to fetch."""
        return min((record for _, record in self.packages), key=lambda one: (one.size, one.name))


def ask_archive(
    packages: Sequence[Package],
    archive: Archive,
    cache: ContentCache,
    *,
    architecture: str,
    progress: Callable[[Progress], None] | None = None,
) -> VendorAnswer:
    """Return what upgrades from ``archive`` fix; raise what verifying and fetching it raises.

    ``architecture`` is the image's. Packages that the archive does not have at all are a gap.
    """
    newest = NewestPackages(archive, cache, architecture)
    there = newest.of(package.name for package in packages)
    named = name_sources(packages, there)
    behind, gaps = find_behind([named.get(one.purl, one) for one in packages], there, architecture)
    by_source = _by_source(behind)
    releases = {release.pocket: release for release in newest.releases}
    asked = _Changelogs(archive, cache, releases, newest, progress)
    found = asked.of({one.source: one.smallest for one in by_source})
    matches: list[VulnerabilityMatch] = []
    for one in by_source:
        made, gap = _matches(one, found[one.source])
        matches += made
        gaps += gap
    return VendorAnswer(
        matches=tuple(matches),
        behind=tuple(behind),
        sources=tuple(
            AdvisorySource(
                id="vendor-archive",
                name=f"{archive.release}, {release.pocket}, changelogs",
                url=release.url,
                modified=release.date,
            )
            for release in releases.values()
        ),
        gaps=tuple(sorted(set(gaps))),
        named=named,
    )


def find_behind(
    packages: Iterable[Package], newest: Mapping[str, Newest | str], architecture: str
) -> tuple[list[tuple[Package, Newest]], list[Gap]]:
    """Return the packages of which ``newest`` has a newer version, with it, and those of which nothing is known.

    Of these are packages that ``newest`` has older versions of: backports, and what others than the vendor built.
    """
    behind, gaps = [], []
    for package in packages:
        if not isinstance(package.details, DebDetails):
            continue
        if package.details.architecture not in (architecture, "all"):
            gaps.append(Gap(package.name, f"it is of {package.details.architecture}, and {architecture} was looked at"))
            continue
        found = newest.get(package.name)
        if found is None:
            gaps.append(
                Gap(package.name, "the vendor's archive has no package of this name, so nothing is known of it")
            )
            continue
        if isinstance(found, str):
            gaps.append(Gap(package.name, found))
            continue
        try:
            installed, there = sort_key(package.version), sort_key(found.version)
            if there > installed:
                behind.append((package, found))
            elif installed > there and package.details.source_version != found.source_version:
                gaps.append(Gap(package.name, _NEWER.format(package.version, found.version)))
        except InvalidVersion as error:
            gaps.append(Gap(package.name, str(error)))
    return behind, gaps


def _by_source(behind: Iterable[tuple[Package, Newest]]) -> list[_Behind]:
    """Group by source and newest version; a rebuild of the same source fixes nothing and is left out."""
    found: dict[tuple[str, str], _Behind] = {}
    for package, record in behind:
        assert isinstance(package.details, DebDetails)  # noqa: S101 - only those are behind
        if (
            package.details.source_name == record.source_name
            and package.details.source_version == record.source_version
        ):
            continue
        key = (record.source_name, record.source_version)
        found.setdefault(key, _Behind(source="\0".join(key), newest=record.source_version)).packages.append(
            (package, record)
        )
    return [found[key] for key in sorted(found)]


class _Changelogs:
    """Fetches and reads changelogs, once each."""

    def __init__(
        self,
        archive: Archive,
        cache: ContentCache,
        releases: Mapping[str, SignedRelease],
        newest: NewestPackages,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._archive = archive
        self._cache = cache
        self._releases = releases
        self._newest = newest
        self._progress = progress

    def of(self, wanted: Mapping[str, Newest]) -> dict[str, ChangelogFixes]:
        """Return the changelog of each wanted package; where one is a link, that of the package it leads to."""
        found = dict(zip(wanted, self._read(list(wanted.values())), strict=True))
        linked = {
            key: self._newest.same_source(one.link, wanted[key].source_version)
            for key, one in found.items()
            if one.link
        }
        there = {key: record for key, record in linked.items() if record is not None}
        found |= dict(zip(there, self._read(list(there.values()), alone=False), strict=True))
        for key, one in found.items():
            if one.link:
                found[key] = ChangelogFixes(missing=f"its documentation is a link to {one.link}, which has none either")
        return found

    def _read(self, records: Sequence[Newest], *, alone: bool = True) -> list[ChangelogFixes]:
        known = [self._known(record) for record in records]
        missing = [record for record, one in zip(records, known, strict=True) if one is None]
        paths, failed = self._fetched(missing, alone=alone and len(missing) == len(records))
        there = [record for record in missing if record.sha256 in paths]
        read = run_parallel(lambda record: self._open(record, paths[record.sha256]), there, workers=_WORKERS)
        found = failed | {record.sha256: one for record, one in zip(there, read, strict=True)}
        return [found[record.sha256] if one is None else one for record, one in zip(records, known, strict=True)]

    def _fetched(self, records: Sequence[Newest], *, alone: bool) -> tuple[dict[str, Path], dict[str, ChangelogFixes]]:
        """Return by their SHA-256 where packages lie, and of those that could not be had why.

        Raise what was wrong where these are ``alone`` and none could be had, or several could not be fetched: then it
        is the mirror.
        """
        wanted = {record.sha256: self._wanted(record) for record in records}
        try:
            return self._archive.fetch_all(list(wanted.values()), progress=self._progress), {}
        except PrillError as wrong:
            paths: dict[str, Path] = {}
            failed: dict[str, ChangelogFixes] = {}
            for sha256, one in wanted.items():
                try:
                    paths |= self._archive.fetch_all([one])
                except PrillError as error:
                    failed[sha256] = ChangelogFixes(missing=str(error))
                    if len(failed) > _MOST_FAILED and not isinstance(error, NotCached):
                        break
            if (alone and not paths) or len(paths) + len(failed) < len(wanted):
                raise wrong from None
            return paths, failed

    def _wanted(self, record: Newest) -> Wanted:
        return Wanted(
            filename=record.filename,
            size=record.size,
            sha256=record.sha256,
            pocket=record.pocket,
            released=self._releases[record.pocket].date,
        )

    def _known(self, record: Newest) -> ChangelogFixes | None:
        kept = self._cache.derived(_KIND, _key(record))
        try:
            return msgspec.json.decode(kept, type=ready(ChangelogFixes)) if kept is not None else None
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def _open(self, record: Newest, deb: Path) -> ChangelogFixes:
        from prill.vuln.changelog_items import read_fixes  # noqa: PLC0415 - what was read is remembered

        try:
            fixes = read_fixes(deb, record.name)
        except PrillError as error:
            fixes = ChangelogFixes(missing=str(error))
        self._cache.put_derived(_KIND, _key(record), msgspec.json.encode(fixes))
        return fixes


def _key(record: Newest) -> str:
    return f"{_VERSION} {record.name} {record.sha256}"


def _matches(one: _Behind, fixes: ChangelogFixes) -> tuple[list[VulnerabilityMatch], list[Gap]]:
    matches, gaps = [], []
    for package, record in one.packages:
        details = package.details
        assert isinstance(details, DebDetails)  # noqa: S101 - only those are behind
        installed = details.source_version or package.version
        between, incomplete = fixes_between(fixes, installed, one.newest)
        if fixes.missing:
            gaps.append(Gap(package.name, f"what {record.version} fixes is not known: {fixes.missing}"))
        elif incomplete:
            gaps.append(Gap(package.name, f"the changelog of {record.version} {incomplete}"))
        before = named_before(fixes, installed)
        # Else the binary package has a numbering of its own. A rebuild, +b1, has its source's.
        same = _REBUILD.sub("", package.version) == installed
        matches += [
            VulnerabilityMatch(
                advisory=Advisory(id=id_),
                package=package,
                state=MatchState.FIXED,
                fixed_in=version.version if same else record.version,
                why=tuple(_claims(record, version, fix, again=id_ in before)),
            )
            for id_, (fix, version) in sorted(standing_fixes(between).items())
        ]
    return matches, gaps


def _claims(record: Newest, version: VersionFixes, fix: Fix, *, again: bool) -> Iterator[Claim]:
    source = f"changelog of {record.source_name} in {record.pocket}"
    yield Claim(
        source=source,
        statement=f"{version.version} ({version.suites}, {version.date}): {fix.line}",
        url=f"{_TRACKER}{fix.id}",
    )
    if again:
        yield Claim(source=source, statement="a version that is installed or older names it too: it was fixed in part")
    if fix.within:
        yield Claim(source=source, statement=f"what is fixed there is {fix.within}: this one may only be mentioned")
