"""A scan as SARIF 2.1.0: a rule a vulnerability, a result a package that has it, as GitHub's viewer shows them."""

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import quote

from prill.formats._json import pretty_json
from prill.formats.sarif import unlinked
from prill.model.advisory import Advisory, Level
from prill.model.scan_report import ScanReport
from prill.model.vulnerability_match import MatchState, VulnerabilityMatch

__all__ = ["encode_scan_sarif"]

_Json = dict[str, object]
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "ROOTPATH"
_LEVELS = {
    Level.CRITICAL: ("error", "9.5"),
    Level.HIGH: ("error", "8.0"),
    Level.MEDIUM: ("warning", "5.5"),
    Level.LOW: ("note", "2.0"),
    Level.NEGLIGIBLE: ("note", "0.1"),
    Level.UNKNOWN: ("warning", ""),
}
"""SARIF's level, and the score that GitHub orders by where no CVSS score of that level says another."""

_LONGEST = 1024
"""How long GitHub lets a rule's descriptions be (its "SARIF support for code scanning")."""

_MOST_PLACES = 1000
"""How many locations GitHub takes of a result; it shows a tenth."""

_IN_URL = r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_URL = re.compile(rf"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?]{_IN_URL})?(?:#{_IN_URL})?")
"""What RFC 3986 takes: a document with another ``helpUri`` is refused."""


def encode_scan_sarif(report: ScanReport, *, tool: str, version: str) -> bytes:
    """Return the report as SARIF; gaps are notifications of the run, dismissed matches are suppressed results."""
    advisories = {match.advisory.id: match.advisory for match in report.matches}
    indexes = {id_: number for number, id_ in enumerate(sorted(advisories))}
    run: _Json = {
        "tool": {
            "driver": {
                "name": tool,
                "version": version,
                "rules": [_rule(advisories[id_]) for id_ in sorted(advisories)],
            }
        },
        "originalUriBaseIds": {_ROOT: {"uri": "file:///", "description": {"text": "the image's root"}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "results": [_result(match, report, indexes[match.advisory.id]) for match in report.matches],
        "properties": {"image": report.subject.name, "digest": str(report.subject.digest or "")},
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return pretty_json(document, ascii_only=False)


def _rule(advisory: Advisory) -> _Json:
    level, usual = _LEVELS[advisory.level]
    same = (one.score for one in advisory.ratings if one.level is advisory.level and one.score is not None)
    score = next((f"{score:.1f}" for score in same), usual)
    url = next(iter(_urls(advisory.references)), "")
    names = ", ".join((advisory.id, *advisory.aliases))
    properties: _Json = {"tags": ["security", "vulnerability", str(advisory.level)], "precision": "very-high"}
    if score:
        properties["security-severity"] = score
    rule: _Json = {
        "id": advisory.id,
        "name": "Vulnerability",
        "shortDescription": {"text": (advisory.summary or advisory.id)[:_LONGEST]},
        "fullDescription": {"text": (advisory.details or advisory.summary or advisory.id)[:_LONGEST]},
        "defaultConfiguration": {"level": level},
        "help": {"text": "\n".join((names, *advisory.references)), "markdown": _help(advisory)},
        "properties": properties,
    }
    if url:
        rule["helpUri"] = url
    return rule


def _help(advisory: Advisory) -> str:
    links = [f"- <{url}>" for url in _urls(advisory.references)]
    return "\n".join((f"**{advisory.id}**, {advisory.level}", "", *links))


def _result(match: VulnerabilityMatch, report: ScanReport, index: int) -> _Json:
    package = match.package
    fixed = f"fixed in {match.fixed_in}" if match.fixed_in else f"no fix ({match.state})"
    denied = match.state is MatchState.NOT_AFFECTED
    told = f"is not affected by {match.advisory.id}" if denied else f"has {match.advisory.id}: {fixed}"
    result: _Json = {
        "ruleId": match.advisory.id,
        "ruleIndex": index,
        "level": _LEVELS[match.advisory.level][0],
        "message": {"text": unlinked(f"{package.name} {package.version} {told}")},
        "locations": [_location(path, match) for path in _paths(match)[:_MOST_PLACES] or (_name(report),)],
        "partialFingerprints": _fingerprints(f"{match.advisory.id} {package.purl}"),
        "properties": {
            "purl": package.purl,
            "state": str(match.state),
            "fixedIn": match.fixed_in,
            "why": [claim.statement for claim in match.why],
        },
    }
    if match.suppressed_by:
        one = match.suppressed_by
        said = ": ".join(filter(None, (one.status, one.justification, one.reason)))
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": said}]
    elif denied:
        said = "the vendor says that it is not affected"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": said}]
    return result


def _fingerprints(what: str) -> _Json:
    """Return what tells a result again; GitHub cannot make its own: the file is not in a repository."""
    return {
        "prill/v1": what,
        "primaryLocationLineHash": f"{hashlib.sha256(what.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}:1",
    }


def _location(path: str, match: VulnerabilityMatch) -> _Json:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path, safe="/+,=@~-._"), "uriBaseId": _ROOT},
            "region": {"startLine": 1},
        },
        "message": {"text": unlinked(f"{match.package.name} {match.package.version}")},
    }


def _paths(match: VulnerabilityMatch) -> tuple[str, ...]:
    """Return the files in the image that the package is known by; of one inside an archive, the archive."""
    return tuple(sorted({location.path.partition("!/")[0] for location in match.package.locations}))


def _name(report: ScanReport) -> str:
    return report.subject.name.rpartition(":")[2].strip("/") or "image"


def _notifications(report: ScanReport) -> list[_Json]:
    return [{"level": "warning", "message": {"text": f"{gap.subject}: {gap.reason}"}} for gap in report.gaps]


def _urls(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if _URL.fullmatch(text)]
