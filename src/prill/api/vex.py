"""Statements about an image: what a scan dismissed, as VEX for those who use it."""

from prill.errors import PrillError
from prill.model import Subject
from prill.model.purl import InvalidPurl, Purl, oci_purl
from prill.model.scan_report import ScanReport
from prill.model.value import replace
from prill.model.vex import VexProduct, VexStatement, VexStatus
from prill.model.vulnerability_match import MatchState, VulnerabilityMatch

__all__ = ["NothingToState", "product_of", "report_statements"]

_DESCRIPTIVE = frozenset({"distro", "upstream"})
"""Qualifiers that tools write each in its own way: ``debian-12`` is ``debian-12.5`` to Trivy, which names no source."""


class NothingToState(PrillError):
    """There is nothing to make a VEX document of: one has at least one statement."""


def report_statements(report: ScanReport) -> tuple[VexStatement, ...]:
    """Return a statement for each vulnerability and package of a report: affected, or why it is not.

    Raise `NothingToState` for a report without findings.
    """
    if not report.matches:
        raise NothingToState(f"nothing was found in {report.subject.name}, so there is nothing to state")
    product = product_of(report.subject)
    return tuple(sorted((_statement(match, product) for match in report.matches), key=_key))


def product_of(subject: Subject) -> str:
    """Return how a statement names an image: by its digest where it has one."""
    if subject.digest is None:
        return subject.purl or subject.name
    architecture = subject.platform.architecture if subject.platform else ""
    try:
        return oci_purl(name=subject.name, digest=subject.digest, architecture=architecture)
    except InvalidPurl:  # a name of which nothing is left
        return oci_purl(name="image", digest=subject.digest, architecture=architecture)


def _key(one: VexStatement) -> tuple[str, tuple[VexProduct, ...]]:
    return one.vulnerabilities[0], one.products


def _statement(match: VulnerabilityMatch, product: str) -> VexStatement:
    advisory, one = match.advisory, match.suppressed_by
    status, justification, reason, author, expires = VexStatus.AFFECTED, "", "", "", ""
    if one is not None and one.status in tuple(VexStatus):
        status = VexStatus(one.status)
        justification, reason, author, expires = one.justification, one.reason, one.owner, one.expires
    elif match.state is MatchState.NOT_AFFECTED:
        status, reason = VexStatus.NOT_AFFECTED, "the vendor of the package says that it is not affected"
    elif match.state is MatchState.UNDETERMINED:
        status = VexStatus.UNDER_INVESTIGATION
    if status is VexStatus.AFFECTED:
        accepted = f"accepted: {one.reason or one.kind}" if one else ""
        upgrade = f"upgrade {match.package.name} to {match.fixed_in}" if match.fixed_in else f"no fix ({match.state})"
        reason = "; ".join(filter(None, (upgrade, accepted)))
        expires = one.expires if one else ""
    return VexStatement(
        vulnerabilities=(advisory.id, *advisory.aliases),
        products=(VexProduct(product, (_part(match.package.purl),)),),
        status=status,
        source="prill scan",
        justification=justification,
        reason=reason,
        author=author,
        expires=expires,
    )


def _part(purl: str) -> str:
    """Return the purl of a package in an image as all who look for it there have it: a statement's says no more."""
    try:
        parsed = Purl.parse(purl)
    except InvalidPurl:
        return purl
    said = tuple(one for one in parsed.qualifiers if one[0] not in _DESCRIPTIVE)
    return str(replace(parsed, qualifiers=said)) if said != parsed.qualifiers else purl
