"""Everything that is known of one vulnerability in an image: what it is, where, why it matches, and what fixes it."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from prill.model.vulnerability_match import MatchState, Origin, VulnerabilityMatch
from prill.views.columns import cut, printable

__all__ = ["explain_vulnerability"]

_MOST_PATHS = 5
_MEANINGS = {
    MatchState.FIXED: "fixed in",
    MatchState.AFFECTED: "affected, and no fixed version is known",
    MatchState.NO_DSA: "affected; too minor for an advisory of its own (no-dsa)",
    MatchState.POSTPONED: "affected; a fix will come with the next one",
    MatchState.UNIMPORTANT: "the vendor sees no security impact in this package",
    MatchState.WILL_NOT_FIX: "affected, and the vendor will not fix it",
    MatchState.END_OF_LIFE: "the vendor no longer supports this package",
    MatchState.UNDETERMINED: "the vendor has not said yet whether it is affected",
    MatchState.NOT_AFFECTED: "the vendor says that it is not affected",
}


def explain_vulnerability(matches: Sequence[VulnerabilityMatch], *, width: int) -> str:
    """Lay out the ``matches`` of one vulnerability, which must not be empty; what holds for several is said once."""
    lines = [*_vulnerability(matches[0], width)]
    for group in _groups(matches):
        lines += ["", *_place(group, width)]
    upgrades: dict[str, list[str]] = {}
    for match in matches:
        if match.counts and match.fixed_in:
            upgrades.setdefault(match.fixed_in, []).append(match.package.name)
    fixes = [f"{', '.join(sorted(set(names)))} to {version}" for version, names in sorted(upgrades.items())]
    without = (
        "nothing to upgrade to" if any(match.counts for match in matches) else "nothing to do, as it does not count"
    )
    lines += ["", *_wrapped("next: ", f"upgrade {'; '.join(fixes)}" if fixes else without, width)]
    return "\n".join(lines)


def _groups(matches: Iterable[VulnerabilityMatch]) -> Iterable[list[VulnerabilityMatch]]:
    """Put together what differs in nothing but the package's name and its places."""
    found: dict[tuple[object, ...], list[VulnerabilityMatch]] = {}
    for match in matches:
        where = (match.layer, match.origin, match.brought_by)
        key = (match.package.version, where, match.state, match.fixed_in, match.why, match.suppressed_by)
        found.setdefault(key, []).append(match)
    return found.values()


def _vulnerability(match: VulnerabilityMatch, width: int) -> Iterator[str]:
    advisory = match.advisory
    used = advisory.exploitation
    names = f", also {', '.join(advisory.aliases)}" if advisory.aliases else ""
    yield from _wrapped("", f"{advisory.id}{names}", width)
    if advisory.summary:
        yield from _wrapped("  ", advisory.summary, width)
    for rating in advisory.ratings:
        score = f", {rating.score}: {rating.vector}" if rating.vector else ""
        yield from _wrapped("  severity: ", f"{rating.level}, says {rating.source}{score}", width)
    if not advisory.ratings:
        yield "  severity: none of the sources says"
    if used.known_since:
        yield printable(f"  exploited: known since {used.known_since} (CISA KEV)")
    if used.epss is not None:
        rank = f", more probable than {used.percentile:.0%} of all" if used.percentile is not None else ""
        yield f"  exploited within 30 days: {used.epss:.1%} (EPSS){rank}"
    if advisory.published:
        yield f"  published: {printable(advisory.published)}"
    if advisory.details:
        yield from ("", *_wrapped("  ", cut(" ".join(advisory.details.split()), 8 * width), width))
    if advisory.references:
        yield ""
        yield from (f"  {printable(url)}" for url in advisory.references)


def _place(group: Sequence[VulnerabilityMatch], width: int) -> Iterator[str]:
    match = group[0]
    names = ", ".join(dict.fromkeys(one.package.name for one in group))
    yield from _wrapped("", f"{names} {match.package.version}", width)
    paths = sorted({f"/{location.path}" for one in group for location in one.package.locations})
    if paths:
        more = f" and {len(paths) - _MOST_PATHS} more" if len(paths) > _MOST_PATHS else ""
        yield from _wrapped("  where: ", ", ".join(paths[:_MOST_PATHS]) + more, width)
    code = list(dict.fromkeys(f"/{path}" for one in group for path in one.code))
    if code:
        yield from _wrapped(
            "  code: ", ", ".join(code[:_MOST_PATHS]) + (", …" if len(code) > _MOST_PATHS else ""), width
        )
    if match.layer:
        whose = "" if match.origin is Origin.UNKNOWN else f" ({match.origin})"
        yield from _wrapped("  layer: ", f"{match.layer}{whose}", width)
    if match.brought_by:
        yield from _wrapped("  made by: ", cut(match.brought_by, 3 * width), width)
    state = _MEANINGS[match.state]
    yield from _wrapped("  state: ", f"{state} {match.fixed_in}" if match.state is MatchState.FIXED else state, width)
    for claim in match.why:
        yield from _wrapped("  why: ", f"{claim.statement} [{claim.source}]", width)
        if claim.url:
            yield f"       {printable(claim.url)}"
    if match.suppressed_by:
        one = match.suppressed_by
        by, until = one.owner and f"by {one.owner}", one.expires and f"until {one.expires}"
        said = ", ".join(filter(None, (one.status, one.justification, one.reason, by, until)))
        yield from _wrapped("  does not count: ", f"{said} [{one.kind}: {one.source}]", width)


def _wrapped(label: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        printable(text),
        width,
        initial_indent=label,
        subsequent_indent=" " * max(2, len(label)),
        break_on_hyphens=False,
        break_long_words=False,
    )
