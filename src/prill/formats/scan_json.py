"""A scan as Prill's own JSON, described in docs/scan.md: everything that the report holds, sorted by risk."""

from collections.abc import Iterable

from prill.formats._json import pretty_json
from prill.model import Gap, Package
from prill.model.advisory import Advisory, AdvisorySource, Rating
from prill.model.scan_report import Advice, ScanReport
from prill.model.vulnerability_match import Dismissal, VulnerabilityMatch

__all__ = ["SCHEMA_VERSION", "encode_scan", "scan_document", "source_document"]

SCHEMA_VERSION = 1
"""Counts up whenever a reader of the former version would be wrong about the new one."""

_Json = dict[str, object]


def encode_scan(report: ScanReport, *, tool: str) -> bytes:
    """Return the report as JSON; ``tool`` is Prill with its version."""
    return pretty_json(scan_document(report, tool=tool), ascii_only=False)


def scan_document(report: ScanReport, *, tool: str) -> _Json:
    """Return the report as what JSON can hold."""
    subject, distro = report.subject, report.distro
    return {
        "schemaVersion": SCHEMA_VERSION,
        "tool": tool,
        "created": report.created,
        "subject": _some(
            name=subject.name,
            digest=str(subject.digest or ""),
            platform=str(subject.platform or ""),
            version=subject.version,
            purl=subject.purl,
        ),
        "distribution": _some(id=distro.id, version=distro.version, name=distro.name) if distro else None,
        "packages": report.packages,
        "complete": not report.gaps,
        "upgradesOnly": report.upgrades_only,
        "findings": [_finding(match) for match in report.matches],
        "advice": _advice(report.advice),
        "sources": [source_document(source) for source in report.sources],
        "gaps": _gaps(report.gaps),
        "notes": list(report.notes),
        "expired": list(report.expired),
    }


def _finding(match: VulnerabilityMatch) -> _Json:
    return {
        **_vulnerability(match.advisory),
        "state": str(match.state),
        "fixedIn": match.fixed_in or None,
        "package": _package(match.package),
        "layer": match.layer or None,
        "broughtBy": match.brought_by or None,
        "origin": str(match.origin),
        "absentFiles": list(match.absent),
        "codeFiles": list(match.code),
        "why": [_some(source=one.source, statement=one.statement, url=one.url) for one in match.why],
        "suppressedBy": _suppression(match.suppressed_by) if match.suppressed_by else None,
    }


def _vulnerability(advisory: Advisory) -> _Json:
    used = advisory.exploitation
    return {
        "id": advisory.id,
        "aliases": list(advisory.aliases),
        "severity": str(advisory.level),
        "ratings": [_rating(rating) for rating in advisory.ratings],
        "knownExploitedSince": used.known_since or None,
        "epss": used.epss,
        "epssPercentile": used.percentile,
        "summary": advisory.summary,
        "published": advisory.published or None,
        "modified": advisory.modified or None,
        "references": list(advisory.references),
    }


def _rating(rating: Rating) -> _Json:
    return _some(severity=str(rating.level), source=rating.source, vector=rating.vector, score=rating.score)


def _package(package: Package) -> _Json:
    return {
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "paths": sorted({location.path for location in package.locations}),
    }


def _suppression(one: Dismissal) -> _Json:
    return _some(
        kind=one.kind,
        status=one.status,
        justification=one.justification,
        source=one.source,
        reason=one.reason,
        owner=one.owner,
        expires=one.expires,
    )


def _advice(advice: Advice) -> _Json:
    return {
        "upgrades": [
            {"name": one.name, "version": one.version, "packages": list(one.packages), "removes": one.removes}
            for one in advice.upgrades
        ],
        "removes": advice.removes,
        "remain": advice.remain,
    }


def source_document(source: AdvisorySource) -> _Json:
    """Return where advisories came from, with its times in seconds since 1970."""
    return _some(
        id=source.id,
        name=source.name,
        url=source.url,
        retrieved=source.retrieved,
        modified=source.modified,
        records=source.records,
        missed=source.missed,
        license=source.license,
    )


def _gaps(gaps: Iterable[Gap]) -> list[_Json]:
    return [{"subject": gap.subject, "reason": gap.reason} for gap in gaps]


def _some(**members: object) -> _Json:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value not in ("", None, 0)}
