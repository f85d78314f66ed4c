"""Which known vulnerabilities are in an image or in what an SBOM lists: catalogue, ask the sources, put in order.

1. The image's SBOM, or the document's.
2. Every source that can be asked: the vendor's signed archive, and the advisory database.
3. What matches, each vulnerability once a package, with its layer, by risk; and what no source speaks about, as gaps.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prill.api.open_options import OpenOptions
from prill.api.package_places import put_in_place
from prill.api.sbom_documents import is_document, open_sbom
from prill.api.scanned_image import scanned_image
from prill.api.services import Services
from prill.api.vendor_release import support_note, vendor_release
from prill.distro.debian import DebianRelease
from prill.errors import PrillError
from prill.model import DebDetails, Gap, Package, Sbom
from prill.model.advisory import AdvisorySource
from prill.model.report import LICENCE_GAPS
from prill.model.sbom_diff import ecosystem_of
from prill.model.scan_report import ScanReport
from prill.model.value import dataclass, field, replace
from prill.model.vex import VexStatement, Waiver
from prill.model.vulnerability_match import VulnerabilityMatch
from prill.views.sizes import count
from prill.vuln.database import Database, open_database
from prill.vuln.database_match import match_database
from prill.vuln.foreign import foreign_vendor, spoken_of_apart
from prill.vuln.lookups import ecosystems_of
from prill.vuln.merge import enrich, merge_matches
from prill.vuln.risk import advise, order_by_risk
from prill.vuln.source_names import untold_sources, untold_sources_gap
from prill.vuln.support import support_gap
from prill.vuln.vex import judge

if TYPE_CHECKING:
    from prill.api.vex_publications import PublishedVex
    from prill.signing.images import ImageVerification

__all__ = ["ScanOptions", "scan", "scan_sbom"]

_HOUR, _DAY = 3600, 86_400
_LONGEST = 80
_MISSED = "{}: what {} said is missing here, not understood when it was imported"
_NO_SOURCE = "no source has advisories for these"
_NO_UNFIXED = (
    "what an upgrade fixes is known from the vendor's archive: nothing to fix means that the packages are current, no "
    "more; vulnerabilities without a fix are not known without a database: prill db --help"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """Whom to ask: the vendor's own ``archive``, and a ``database``; older data than ``max_age`` seconds is a gap.

    ``statements`` and ``waivers`` dismiss what they are about, as does what is ``published``; with ``attested``, so do
    those statements beside the image that ``verification`` verifies.
    """

    archive: bool = True
    database: Path | None = None
    max_age: int | None = None
    statements: tuple[VexStatement, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    published: "PublishedVex | None" = None
    attested: bool = False
    verification: "ImageVerification | None" = None


@dataclass(slots=True)
class _Answers:
    """What came of the sources so far; ``covered`` are the ecosystems of which some source has all advisories.

    ``partly`` says of others, of which there are some, why these are not all.
    """

    matches: list[VulnerabilityMatch] = field(default_factory=list)
    sources: list[AdvisorySource] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)
    partly: dict[str, str] = field(default_factory=dict)
    several: frozenset[str] = frozenset()
    named: dict[str, Package] = field(default_factory=dict)
    """Packages by purl with the sources that the vendor's archive, not the document, names."""
    deb: bool = False
    """Whether the vendor's archive is asked about Debian's packages."""


def scan(
    text: str, opening: OpenOptions, services: Services, options: ScanOptions
) -> tuple[ScanReport, tuple[str, ...]]:
    """Return what is known about the image or SBOM that ``text`` names, and notes for the person.

    Raise as `open_sbom` and `open_database` do.
    """
    if is_document(text):
        sbom, notes = open_sbom(text, opening)
        if not sbom.packages:
            sbom = replace(sbom, gaps=(*sbom.gaps, Gap(text, "the document lists no package, so nothing is known")))
        report = scan_sbom(sbom, services, options)
    else:
        with scanned_image(text, opening) as image:
            if options.archive:
                image.verify()  # nobody is asked about what may be something else
            report = scan_sbom(image.sbom, services, options)
            report = replace(report, matches=put_in_place(report.matches, image.places))
        notes = image.notes
    if options.published is not None:
        published = options.published
        gaps = tuple(sorted({*report.gaps, *published.gaps}))
        report = replace(report, sources=(*report.sources, *published.sources), gaps=gaps)
        options = replace(options, statements=(*options.statements, *published.statements))
    if options.attested:
        from prill.api.scan_attested import ask_attested  # noqa: PLC0415 - few ask for it

        report, statements = ask_attested(text, opening, report, options.verification, today=_today(services))
        options = replace(options, statements=(*options.statements, *statements))
    return _judged(report, services, options), notes


def _today(services: Services) -> str:
    return datetime.fromtimestamp(services.clock.now(), UTC).date().isoformat()


def _judged(report: ScanReport, services: Services, options: ScanOptions) -> ScanReport:
    """Return the report with its matches as statements and waivers leave them."""
    packages = report.sbom.packages if report.sbom else ()
    judged = judge(
        report.matches,
        options.statements,
        options.waivers,
        report.subject,
        today=_today(services),
        packages=packages,
        distro=report.distro,
    )
    ordered = order_by_risk(judged.matches)
    return replace(
        report,
        matches=ordered,
        advice=advise(ordered),
        notes=(*report.notes, *judged.notes),
        expired=judged.expired,
    )


def scan_sbom(sbom: Sbom, services: Services, options: ScanOptions) -> ScanReport:
    """Return what is known about the packages of an SBOM."""
    now = services.clock.now()
    answers = _Answers(gaps=[gap for gap in sbom.gaps if gap.reason not in LICENCE_GAPS])
    release = vendor_release(sbom) if options.archive else None
    answered = release is not None and _ask_archive(sbom, release, services, answers)
    if options.database is not None:
        with open_database(options.database) as database:
            _ask_database(sbom, database, answers)
            _ask_support(sbom, database, answers, _today(services))
            _check_age(database, options.max_age, answers, now)
            merged = enrich(merge_matches(answers.matches, answers.several), database)
    else:
        _ask_support(sbom, None, answers, _today(services))
        merged = merge_matches(answers.matches)
    answers.gaps += _unspoken(sbom, answers)
    upgrades_only = answered and release is not None and f"Debian:{release.version}" not in answers.covered
    answers.notes += [_NO_UNFIXED] if upgrades_only else []
    matches = order_by_risk(merged)
    return ScanReport(
        subject=sbom.subject,
        distro=sbom.distro,
        packages=sum(not one.owner for one in sbom.packages),  # one under a second name is no second one
        matches=matches,
        sources=tuple(answers.sources),
        gaps=tuple(sorted(set(answers.gaps))),
        notes=tuple(answers.notes),
        upgrades_only=upgrades_only,
        advice=advise(matches),
        created=services.epoch if services.epoch is not None else now,
        sbom=sbom,
    )


def _ask_archive(sbom: Sbom, release: DebianRelease, services: Services, answers: _Answers) -> bool:
    """Add what the vendor's archive says, or a gap; return whether it said anything."""
    from prill.api.vendor import ask_vendor  # noqa: PLC0415 - a scan without the archive needs no signatures

    answers.deb = True
    answers.notes += filter(None, (support_note(release, services.clock.now()),))
    try:
        answer = ask_vendor(sbom, release, services)
    except PrillError as error:
        answers.gaps.append(Gap(str(release), f"the vendor's archive could not be asked: {error}"))
        return False
    answers.matches += answer.matches
    answers.sources += answer.sources
    answers.gaps += answer.gaps
    answers.named |= answer.named
    return True


def _ask_support(sbom: Sbom, database: Database | None, answers: _Answers, today: str) -> None:
    ended = support_gap(sbom.distro, database, today) if sbom.distro else None
    answers.gaps += [ended] if ended else []


def _ask_database(sbom: Sbom, database: Database, answers: _Answers) -> None:
    packages = [answers.named.get(package.purl, package) for package in sbom.packages]
    untold = [package for package in untold_sources(sbom.packages) if package.purl not in answers.named]
    answers.gaps += filter(None, (untold_sources_gap(untold),))
    answer = match_database(packages, sbom.distro, database)
    answers.matches += answer.matches
    answers.sources += database.sources
    answers.notes += (_MISSED.format(one.name, count(one.missed, "record")) for one in database.sources if one.missed)
    answers.gaps += answer.gaps
    answers.covered |= answer.covered
    answers.partly |= answer.partly
    answers.several = answer.several


def _check_age(database: Database, most: int | None, answers: _Answers, now: int) -> None:
    """Note which sources are older than they may be; without a bound none is refused, and the report says how old."""
    for source in database.sources:
        last = source.modified or source.retrieved
        if most is not None and last > now + _HOUR:
            answers.gaps.append(
                Gap(source.name, "it is dated in the future, so that --max-db-age cannot be held to it")
            )
        elif most is not None and now - last > most:
            # The report says how old it is as of its own date, which may be another one.
            day, allowed = datetime.fromtimestamp(last, UTC).date(), count(most // _DAY, "day")
            answers.gaps.append(Gap(source.name, f"it is of {day}, and --max-db-age allows {allowed}"))


def _unspoken(sbom: Sbom, answers: _Answers) -> list[Gap]:
    """Return a gap for each kind of package of which no source has all; what another package owns is no kind."""
    missing: dict[tuple[str, str], list[Package]] = {}
    for package in spoken_of_apart(sbom.packages, sbom.distro):
        ecosystems = ecosystems_of(package, sbom.distro)
        asked = answers.deb and isinstance(package.details, DebDetails)  # the archive's answer says what it has not
        if not asked and (vendor := foreign_vendor(package, sbom.distro)):
            why = f"{vendor[:_LONGEST]} built these, and no source has its advisories"
            missing.setdefault((ecosystem_of(package), why), []).append(package)
            continue
        if answers.covered.intersection(ecosystems) or asked:
            continue
        why = next((answers.partly[one] for one in ecosystems if one in answers.partly), _NO_SOURCE)
        missing.setdefault((ecosystem_of(package), why), []).append(package)
    distro = f"{sbom.distro.id} {sbom.distro.version}".strip() if sbom.distro else "a distribution that is not known"
    gaps = []
    for (kind, why), packages in sorted(missing.items()):
        of = f" of {distro}" if kind in ("deb", "apk", "rpm", "alpm") else ""
        names = ", ".join(sorted({one.name for one in packages})[:3])
        more = f" and {len(packages) - 3} more" if len(packages) > 3 else ""  # noqa: PLR2004 - three are named
        told = "nothing" if why == _NO_SOURCE else "no more"
        gaps.append(Gap(f"{kind}{of}", f"{why}, so {told} is known about {names}{more}"))
    return gaps
