"""Images side by side: each inspected and scanned, each compared with the first."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from prill.api.image_diff import PACKAGES_HAVE_GAPS, diff_images
from prill.api.inspect import inspect_image
from prill.api.opening import OpenOptions
from prill.api.scan import ScanOptions, scan
from prill.api.services import Services
from prill.model import Gap
from prill.model.advisory import AdvisorySource, Level
from prill.model.comparison import Comparison, Figure, Row, VulnerabilityDelta
from prill.model.fact_values import Dates, ImageKind, ImageSize, PackageCount, ProgramFound, Release, RunAs
from prill.model.facts import ImageFacts
from prill.model.file_facts import PrivilegedFile
from prill.model.image_diff import ImageDiff
from prill.model.report import LICENCE_GAPS
from prill.model.scan_report import ScanReport
from prill.model.value import dataclass
from prill.views.sizes import count, human_size

__all__ = ["compare_images"]

_DAY = 86_400
_LAYERS = "the image's layers"
_SOURCES = 4
_ARCHIVE = "vendor-archive"
_ELSEWHERE = ("kev", "epss", "end-of-life", "vex-publisher")
_LEVELS = {Level.UNKNOWN: "of unknown severity"}


@dataclass(frozen=True, slots=True)
class _Looked:
    facts: ImageFacts
    report: ScanReport

    @property
    def counted(self) -> dict[str, Level]:
        """The vulnerabilities that count, with their severities, the worst first."""
        return {match.advisory.id: match.advisory.level for match in self.report.matches if match.counts}

    @property
    def gaps(self) -> bool:
        """Whether something could not be looked at, so that a zero may be none."""
        return bool(self.report.gaps)

    @property
    def partial(self) -> bool:
        """Whether there may be more vulnerabilities than are known: after gaps, and where only fixed ones are known."""
        return self.gaps or self.report.upgrades_only

    def would_know(self, other: "_Looked") -> bool:
        """Whether a vulnerability of ``other`` that is not among this image's is not in it.

        Where only fixed ones are known, those of another release may be here and have no fix.
        """
        return not self.gaps and (not self.report.upgrades_only or self.report.distro == other.report.distro)


def compare_images(
    names: Sequence[str], opening: OpenOptions, services: Services, options: ScanOptions
) -> tuple[Comparison, tuple[str, ...]]:
    """Compare two or more images, and return notes for the person; raise as inspecting and scanning does."""
    now = services.clock.now()
    images: list[_Looked] = []
    notes: list[str] = []
    for name in names:
        facts, said = inspect_image(name, opening, now=now)
        report, more = scan(name, opening, services, options)
        images.append(_Looked(facts, report))
        notes += (*said, *more)
    deltas = []
    gaps: list[Gap] = []
    for name, image in zip(names[1:], images[1:], strict=True):
        diff, _ = diff_images(names[0], name, opening)
        deltas.append(_delta(images[0], image, diff))
        gaps += (gap for gap in diff.gaps if not gap.reason.startswith(PACKAGES_HAVE_GAPS))  # the facts have each
    found = (gap for image in images for gap in (*image.facts.gaps, *image.report.gaps))
    gaps += (gap for gap in found if gap.reason not in LICENCE_GAPS)
    asked = [source for image in images for source in image.report.sources]
    sources = {(one.id, one.name, one.url, one.modified): one for one in asked}
    return (
        Comparison(
            images=tuple(image.report.subject for image in images),
            rows=tuple(_rows(images, now)),
            deltas=tuple(deltas),
            sources=tuple(sources.values()),
            gaps=tuple(sorted(set(gaps))),
            notes=tuple(dict.fromkeys(note for image in images for note in image.report.notes)),
            created=services.epoch if services.epoch is not None else now,
        ),
        tuple(dict.fromkeys(notes)),
    )


def _delta(first: _Looked, image: _Looked, diff: ImageDiff) -> VulnerabilityDelta:
    was, now = first.counted.keys(), image.counted.keys()
    gone = tuple(one for one in first.counted if one not in now)
    new = tuple(one for one in image.counted if one not in was)
    is_gone, is_new = image.would_know(first), first.would_know(image)
    return VulnerabilityDelta(
        gone=gone if is_gone else (),
        new=new if is_new else (),
        same=len(was & now),
        diff=diff,
        unknown=() if is_gone else gone,
        unknown_before=() if is_new else new,
    )


def _rows(images: Sequence[_Looked], now: int) -> list[Row]:
    facts_of = f"the image, as of {datetime.fromtimestamp(now, UTC).date()}"

    def row(id_: str, title: str, figure: Callable[[_Looked], Figure], source: str, *, size: bool = False) -> Row:
        return Row(id=id_, title=title, figures=tuple(map(figure, images)), source=source, size=size)

    advisories = _advisories([source for image in images for source in image.report.sources])
    rows = [
        row("type", "type", _kind, facts_of),
        row("distribution", "distribution", _distribution, facts_of),
        row("support", "supported until", _support, _support_source(images)),
        row("longer-support", "longer support until", _longer_support, _support_source(images)),
        row("compressed", "size, compressed", lambda one: _size(one, compressed=True), _LAYERS, size=True),
        row("unpacked", "size, unpacked", lambda one: _size(one, compressed=False), _LAYERS, size=True),
        row("packages", "packages", _packages, facts_of),
        row("files", "files", _files, _LAYERS),
        row("shells", "shells", lambda one: _programs(one, "shells"), facts_of),
        row("package-managers", "package managers", lambda one: _programs(one, "package-managers"), facts_of),
        row("setuid", "setuid and setgid files", _privileged, _LAYERS),
        row("user", "runs as", _user, "the image's config"),
        row("age", "made", lambda one: _age(one, now), "the image's config"),
        row("vulnerabilities", "vulnerabilities", lambda one: _count(len(one.counted), one.partial), advisories),
    ]
    rows += [
        row(f"vulnerabilities-{level}", f"  {_LEVELS.get(level, level)}", partial(_level, level), advisories)
        for level in reversed(Level)
    ]
    rows.append(row("fixable", "  fixed by upgrades", _fixable, advisories))
    rows.append(row("kev", "  known to be exploited", _exploited, _exploits_source(images)))
    return rows


def _advisories(sources: Iterable[AdvisorySource]) -> str:
    """Name whose advisories these are, and as of when: archives, one for all its pockets, then what the database has.

    What is said of exploits and ends of life is in rows of its own. A source that bears no date was read on a day.
    """
    names: dict[tuple[bool, str], tuple[int, bool]] = {}
    for one in sources:
        if one.id in _ELSEWHERE:
            continue
        release, comma, kind = one.name.partition(",")
        archive = one.id == _ARCHIVE
        name = f"{release},{kind.rpartition(',')[2]}" if archive and comma else one.name
        when, dated = one.modified or one.retrieved, bool(one.modified)
        names[not archive, name] = max(names.get((not archive, name), (0, False)), (when, dated))
    return _named((name, *said) for (_, name), said in sorted(names.items()))


def _named(sources: Iterable[tuple[str, int, bool]]) -> str:
    """Name sources and their days, the first few of them."""
    all_ = [
        f"{name}{' of' if dated else ', read on'} {datetime.fromtimestamp(when, UTC).date()}"
        for name, when, dated in sources
    ]
    more = f" and {len(all_) - _SOURCES} more" if len(all_) > _SOURCES else ""
    return f"{'; '.join(all_[:_SOURCES])}{more}" or "nobody was asked"


def _exploits_source(images: Sequence[_Looked]) -> str:
    sources = {
        (one.name, one.modified or one.retrieved, bool(one.modified))
        for image in images
        for one in image.report.sources
        if one.id == "kev"
    }
    return _named(sorted(sources)) if sources else "no CISA KEV"


def _text(text: str) -> Figure:
    return Figure(text=text or "-", unknown=not text)


def _number(number: int, names: Sequence[str] = ()) -> Figure:
    shown = ", ".join(sorted(set(names))[:3])
    more = "…" if len(set(names)) > 3 else ""  # noqa: PLR2004 - three are named
    return Figure(text=f"{number:,}: {shown}{more}" if shown else f"{number:,}", number=number)


def _count(number: int, partial: bool) -> Figure:  # noqa: FBT001 - there is no third argument
    """Return a count of vulnerabilities; where not all are known, it is at least so many."""
    if partial and not number:
        return Figure(text="unknown", unknown=True)
    return Figure(text=f"{number:,}{' or more' if partial else ''}", number=number)


def _kind(image: _Looked) -> Figure:
    value = image.facts.value(ImageKind)
    return _text(value.kind if value else "")


def _distribution(image: _Looked) -> Figure:
    value = image.facts.value(Release)
    return _text(f"{value.id} {value.version}".strip() if value else "")


def _support(image: _Looked) -> Figure:
    value = image.facts.value(Release)
    if value is None or value.support is None:
        return _text("")
    return _text(value.support.ends or value.support.status)


def _longer_support(image: _Looked) -> Figure:
    value = image.facts.value(Release)
    support = value.support if value else None
    if support is None or support.status == "unknown":
        return _text("")
    return _text(f"{support.extended} ({support.extended_name or 'extended'})" if support.extended else "none")


def _support_source(images: Sequence[_Looked]) -> str:
    """Name whose word the ends of support are, and as of when."""
    releases = filter(None, (image.facts.value(Release) for image in images))
    said = {
        f"{one.support.source}, as of {one.support.dated}" for one in releases if one.support and one.support.source
    }
    return "; ".join(sorted(said)) or "nobody says"


def _size(image: _Looked, *, compressed: bool) -> Figure:
    value = image.facts.value(ImageSize)
    number = (value.compressed if compressed else value.unpacked) if value else 0
    return Figure(text=human_size(number), number=number) if number else _text("")


def _packages(image: _Looked) -> Figure:
    return _number(sum(value.packages for value in image.facts.values(PackageCount)))


def _files(image: _Looked) -> Figure:
    value = image.facts.value(ImageSize)
    return _number(value.files) if value else _text("")


def _programs(image: _Looked, fact: str) -> Figure:
    names = [value.name for value in image.facts.values(ProgramFound, fact)]
    return _number(len(set(names)), names)


def _privileged(image: _Looked) -> Figure:
    return _number(sum(1 for _ in image.facts.values(PrivilegedFile)))


def _user(image: _Looked) -> Figure:
    value = image.facts.value(RunAs)
    if value is None:
        return _text("")
    name = value.user or value.configured or "root"
    return _text(f"{name} (root)" if value.root and name != "root" else name)


def _age(image: _Looked, now: int) -> Figure:
    value = image.facts.value(Dates)
    if value is None or not value.created:
        return _text("")
    try:
        made = int(datetime.fromisoformat(value.created).timestamp())
    except ValueError:
        return _text("")
    days = max(0, now - made) // _DAY
    return Figure(text=f"{value.created[:10]} ({count(days, 'day')})", number=days)


def _level(level: Level, image: _Looked) -> Figure:
    return _count(sum(one is level for one in image.counted.values()), image.partial)


def _fixable(image: _Looked) -> Figure:
    return _count(len({one.advisory.id for one in image.report.matches if one.counts and one.fixed_in}), image.gaps)


def _exploited(image: _Looked) -> Figure:
    if not any(source.id == "kev" for source in image.report.sources):
        return Figure(text="unknown", unknown=True)
    used = {one.advisory.id for one in image.report.matches if one.counts and one.advisory.exploitation.known_since}
    if image.partial and image.counted and not used:
        return Figure(text=f"none of {len(image.counted):,} known", unknown=True)
    return _count(len(used), image.partial)
