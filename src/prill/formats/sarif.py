"""Findings as SARIF 2.1.0: rules with their pages, places to the column, fixes, suppressions, gaps as notifications."""

import hashlib
from urllib.parse import quote

from prill.formats._json import pretty_json
from prill.model.finding import Finding, Fix, Location, Report, RuleInfo, Severity

__all__ = ["encode_sarif", "unlinked"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.STYLE: "note"}
_KINDS = {"pragma": "inSource"}


def encode_sarif(report: Report, rules: tuple[RuleInfo, ...], version: str) -> bytes:
    """Return the document: one run; ``rules`` that found something are described in it."""
    found = {finding.code for finding in report.findings}
    described = [rule for rule in sorted(rules, key=lambda rule: rule.id) if rule.id in found]
    indexes = {rule.id: index for index, rule in enumerate(described)}
    run: dict[str, object] = {
        "tool": {"driver": {"name": "prill", "version": version, "rules": [_rule(rule) for rule in described]}},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(subject)}} for subject in report.subjects],
        "results": [_result(finding, indexes) for finding in report.findings],
    }
    invocation: dict[str, object] = {"executionSuccessful": not report.gaps}
    if report.gaps:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": f"{gap.subject}: {gap.reason}"}} for gap in report.gaps
        ]
    run["invocations"] = [invocation]
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return pretty_json(document)


def _rule(rule: RuleInfo) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.split("-")),
        "shortDescription": {"text": rule.summary + "."},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": list(rule.aliases)},
    }


def _result(finding: Finding, indexes: dict[str, int]) -> dict[str, object]:
    place: dict[str, object] = {
        "artifactLocation": {"uri": _uri(finding.location.path)},
        "region": _region(finding.location),
    }
    if finding.within is not None:
        place["contextRegion"] = _region(finding.within)
    result: dict[str, object] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": unlinked(finding.message)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"prillFinding/v1": fingerprint(finding)},
    }
    if finding.code in indexes:
        result["ruleIndex"] = indexes[finding.code]
    if finding.fixes:
        result["fixes"] = [_fix(fix, finding.location.path) for fix in finding.fixes]
    if finding.suppressed_by is not None:
        suppression = {"kind": _KINDS.get(finding.suppressed_by.kind, "external"), "status": "accepted"}
        if finding.suppressed_by.reason:
            suppression["justification"] = finding.suppressed_by.reason
        result["suppressions"] = [suppression]
    return result


def unlinked(message: str) -> str:
    """Return a message without links: what stands in an image or a file must not become one (SARIF, 3.11.6)."""
    return message.replace("](", "] (")


def fingerprint(finding: Finding) -> str:
    """Return what stays the same while lines move: the file, the rule and what it says."""
    text = f"{finding.location.path}\0{finding.rule}\0{finding.message}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _region(location: Location) -> dict[str, int]:
    return {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
        "byteOffset": location.start_byte,
        "byteLength": location.end_byte - location.start_byte,
    }


def _fix(fix: Fix, path: str) -> dict[str, object]:
    replacements = [
        {
            "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    return {
        "description": {"text": fix.message + ("" if fix.safe else " (may change what the image does)")},
        "artifactChanges": [{"artifactLocation": {"uri": _uri(path)}, "replacements": replacements}],
    }


def _uri(path: str) -> str:
    return quote(path, safe="/", errors="surrogateescape")
