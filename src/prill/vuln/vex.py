"""Putting statements and waivers to what was found: which matches they dismiss, and which of them concern nothing.

Of several statements about one match the newest counts. Where that one has expired, nothing is dismissed, and it is
told.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec.structs import replace

from prill.archive.globs import compile_glob
from prill.model import ApkDetails, DebDetails, Distro, Package, RpmDetails, Subject
from prill.model.value import dataclass
from prill.model.vex import VexStatement, VexStatus, Waiver
from prill.model.vulnerability_match import Dismissal, MatchState, VulnerabilityMatch
from prill.views.sizes import count
from prill.vuln.vex_products import ScannedImage, is_package, product_concerns

__all__ = ["Judged", "judge"]

_DISMISSING = (VexStatus.NOT_AFFECTED, VexStatus.FIXED)
_FIX_STATES = {
    MatchState.FIXED: "fixed",
    MatchState.AFFECTED: "not-fixed",
    MatchState.UNIMPORTANT: "not-fixed",
    MatchState.UNDETERMINED: "not-fixed",
    MatchState.NO_DSA: "wont-fix",
    MatchState.WILL_NOT_FIX: "wont-fix",
    MatchState.END_OF_LIFE: "wont-fix",
}
"""Grype's word for what a vendor says; of what is put off it has none that is sure, so that it counts."""
_UNDATED = datetime.min.replace(tzinfo=UTC)
_ANY = "*"
"""The id of Grype's exceptions for whatever is found in a package; nobody else's `*` means all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The matches, some dismissed; ``notes`` name what concerned nothing, ``expired`` what would have, but ended."""

    matches: tuple[VulnerabilityMatch, ...]
    notes: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()


def judge(
    matches: Sequence[VulnerabilityMatch],
    statements: Sequence[VexStatement],
    waivers: Sequence[Waiver],
    subject: Subject,
    *,
    today: str,
    packages: Sequence[Package] = (),
    distro: Distro | None = None,
) -> Judged:
    """Apply statements, then waivers, to matches. ``today`` is a day such as ``2026-07-11``.

    ``packages`` and ``distro`` are the image's: a statement about a part of a package is about that part where it is,
    not elsewhere, one about a release's package about no other release's.
    """
    image = ScannedImage(subject, packages, distro)
    concerned: set[int] = set()
    expired: dict[str, None] = {}
    judged = []
    everything: list[VexStatement | Waiver] = [*statements, *waivers]
    by_id = _by_id(everything)
    for match in matches:
        ids = {match.advisory.id, *match.advisory.aliases}
        found = sorted({number for id_ in (*ids, _ANY) for number in by_id.get(id_, ())})
        ours = [number for number in found if _concerns(everything[number], match, image)]
        concerned.update(ours)
        verdict = _verdict(match, [everything[number] for number in ours], today)
        expired |= dict.fromkeys(verdict.expired)
        judged.append(replace(match, suppressed_by=verdict.dismissal))
    unmatched = [one for number, one in enumerate(everything) if number not in concerned]
    return Judged(
        matches=tuple(judged),
        notes=(*_unclear(everything[number] for number in sorted(concerned)), *_unmatched(unmatched)),
        expired=tuple(expired),
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What becomes of a match, and what no longer dismisses it."""

    dismissal: Dismissal | None
    expired: tuple[str, ...] = ()


def _verdict(match: VulnerabilityMatch, said: Sequence[VexStatement | Waiver], today: str) -> _Verdict:
    """Return what counts of all that is said about a match: the newest statement, else the first exception.

    A statement that has expired still is the newest: what was said before it does not come back.
    """
    statements = [one for one in said if isinstance(one, VexStatement)]
    waivers = [one for one in said if isinstance(one, Waiver)]
    # Of several of one time the last counts.
    newest = max(reversed(statements), key=lambda one: _moment(one.time), default=None)
    dismissal = match.suppressed_by
    ended: list[VexStatement | Waiver] = [one for one in waivers if _has_ended(one, today)]
    if newest is not None and newest.status in _DISMISSING:
        if _has_ended(newest, today):
            ended.insert(0, newest)
        else:
            dismissal = _dismissal(newest)
    standing = next((one for one in waivers if not _has_ended(one, today)), None)
    if dismissal is None and standing is not None:
        dismissal = _waived(standing)
    then = f"; {match.advisory.id} counts again" if dismissal is None else ""
    return _Verdict(dismissal, tuple(f"{_name(one)} expired on {one.expires} ({one.source}){then}" for one in ended))


def _has_ended(one: VexStatement | Waiver, today: str) -> bool:
    return bool(one.expires) and one.expires < today


def _moment(time: str) -> datetime:
    """Return when a statement was made, in UTC where it names no zone; what has no time is older than all."""
    try:
        moment = datetime.fromisoformat(time.upper())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return _UNDATED


def _name(one: VexStatement | Waiver) -> str:
    if isinstance(one, Waiver):
        what = one.name or one.version or one.type or next(iter(one.paths), "anything")
        return f"the exception for {one.id if one.id != _ANY else f'all in {what}'}"
    return f"the statement that {one.vulnerabilities[0]} is {one.status}"


def _by_id(everything: Iterable[VexStatement | Waiver]) -> dict[str, list[int]]:
    """Return the places of statements and waivers by the ids that they are about."""
    found: dict[str, list[int]] = {}
    for number, one in enumerate(everything):
        for id_ in (one.id,) if isinstance(one, Waiver) else one.vulnerabilities:
            if id_ != _ANY or (isinstance(one, Waiver) and one.kind == "grype"):
                found.setdefault(id_, []).append(number)
    return found


def _unclear(everything: Iterable[VexStatement | Waiver]) -> Iterator[str]:
    """Name the statements of which it is not known when they end."""
    for one in everything:
        if isinstance(one, VexStatement) and one.unclear_expiry:
            yield (
                f"{_name(one)} ends on {one.unclear_expiry!r}, which is no day such as 2027-01-31, so it never ends "
                f"({one.source})"
            )


def _unmatched(everything: Iterable[VexStatement | Waiver]) -> Iterator[str]:
    """Name what concerned nothing: one by one, or of a publisher, who speaks of much that nobody has, how many."""
    published: dict[str, int] = {}
    for one in everything:
        if isinstance(one, VexStatement) and one.publisher:
            published[one.publisher] = published.get(one.publisher, 0) + 1
        else:
            within = {product.id for product in one.products if product.parts} if isinstance(one, VexStatement) else ()
            where = "".join(f", about {product}" for product in sorted(within))
            yield f"{_name(one)} concerns nothing that was found ({one.source}{where})"
    for publisher, number in published.items():
        yield f"nothing that was found is concerned by {count(number, 'statement')} of {publisher}"


def _concerns(one: VexStatement | Waiver, match: VulnerabilityMatch, image: ScannedImage) -> bool:
    """Return whether what is said about a vulnerability of the match is about its package."""
    if isinstance(one, Waiver):
        package = match.package
        return (
            _any_glob(one.packages, (package.name, package.purl, f"{package.name}@{package.version}"))
            and _any_glob(one.images, (image.subject.name, str(image.subject.digest or "")))
            and (not one.purls or any(is_package(purl, package.purl) for purl in one.purls))
            and (not one.paths or _lies_at(package, one.paths))
            and (not one.name or _expression(one.name).fullmatch(package.name) is not None)
            and one.version in ("", package.version)
            and (not one.type or package.purl.startswith(f"pkg:{one.type}/"))
            and (not one.upstream or _expression(one.upstream).fullmatch(_upstream(package)) is not None)
            and (not one.fix_state or _FIX_STATES.get(match.state) == one.fix_state)
        )
    return any(product_concerns(product, match, image) for product in one.products)


def _upstream(package: Package) -> str:
    """Return the name of a package's source; "" where it is the package's own, or there is none."""
    match package.details:
        case DebDetails(source_name=name) | ApkDetails(origin=name):
            pass
        case RpmDetails(source_rpm=file):
            name = file.rsplit("-", 2)[0]
        case _:
            name = ""
    return name if name != package.name else ""


@lru_cache(maxsize=1000)
def _expression(text: str) -> re.Pattern[str]:
    from prill.model.go_regex import GoRegex  # noqa: PLC0415 - Grype's rules alone have them

    return re.compile(GoRegex.parse(text).python)


def _lies_at(package: Package, patterns: Iterable[str]) -> bool:
    """Return whether every place of a package is one that a pattern means: elsewhere it counts."""
    found = [compile_glob(pattern.removeprefix("/")).fullmatch for pattern in patterns]
    places = [location.path for location in package.locations]
    return bool(places) and all(any(matches(place) for matches in found) for place in places)


def _any_glob(patterns: Iterable[str], texts: Sequence[str]) -> bool:
    """Return whether any pattern matches any text; without patterns everything matches."""
    wanted = tuple(patterns)
    return not wanted or any(fnmatchcase(text, pattern) for pattern in wanted for text in texts)


def _dismissal(one: VexStatement) -> Dismissal:
    return Dismissal(
        kind="vex",
        status=str(one.status),
        source=one.source,
        justification=one.justification,
        reason=one.reason,
        owner=one.author,
        expires=one.expires,
    )


def _waived(one: Waiver) -> Dismissal:
    reason = f"{one.reason} ({one.ticket})" if one.reason and one.ticket else one.reason or one.ticket
    return Dismissal(
        kind=one.kind, status="accepted", source=one.source, reason=reason, owner=one.owner, expires=one.expires
    )
