"""A report of findings as JSON: Prill's own form, everything in it, suppressed findings included."""

from prill.formats._json import pretty_json
from prill.model.finding import Finding, Fix, Location, Report

__all__ = ["encode_findings_json"]


def encode_findings_json(report: Report) -> bytes:
    """Return the document, indented, keys in a fixed order."""
    document = {
        "schema": "prill-findings-1",
        "subjects": list(report.subjects),
        "findings": [_finding(finding) for finding in report.findings],
        "gaps": [{"subject": gap.subject, "reason": gap.reason} for gap in report.gaps],
    }
    return pretty_json(document)


def _finding(finding: Finding) -> dict[str, object]:
    suppressed = finding.suppressed_by
    return {
        "rule": finding.rule,
        "aliases": list(finding.aliases),
        "severity": finding.severity.value,
        "message": finding.message,
        "location": _location(finding.location),
        "within": _location(finding.within) if finding.within else None,
        "fixes": [_fix(fix) for fix in finding.fixes],
        "suppressed": {"kind": suppressed.kind, "reason": suppressed.reason} if suppressed else None,
    }


def _location(location: Location) -> dict[str, object]:
    return {
        "path": location.path,
        "start": {"line": location.line, "column": location.column, "byte": location.start_byte},
        "end": {"line": location.end_line, "column": location.end_column, "byte": location.end_byte},
    }


def _fix(fix: Fix) -> dict[str, object]:
    edits = [{"start": edit.start, "end": edit.end, "text": edit.text} for edit in fix.edits]
    return {"message": fix.message, "safe": fix.safe, "edits": edits}
