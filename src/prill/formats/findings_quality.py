"""Findings as code quality services take them: Code Climate, GitLab, SonarQube."""

import json

from prill.formats._json import pretty_json
from prill.formats.sarif import fingerprint
from prill.model.finding import Finding, Report, RuleInfo, Severity

__all__ = ["encode_codeclimate", "encode_gitlab", "encode_sonarqube"]

_CODE_CLIMATE = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "minor", Severity.STYLE: "info"}
_SONAR = {Severity.ERROR: "HIGH", Severity.WARNING: "MEDIUM", Severity.INFO: "LOW", Severity.STYLE: "LOW"}


def encode_codeclimate(report: Report) -> bytes:
    """Return the issues one after the other, each ended by a NUL (Code Climate's specification, "Output")."""
    return b"".join(_dump(_issue(finding)) + b"\0" for finding in report.counted)


def encode_gitlab(report: Report) -> bytes:
    """Return the issues as one array with fingerprints that differ, as GitLab's code quality report wants them."""
    issues: list[dict[str, object]] = []
    seen: dict[str, int] = {}
    for finding in report.counted:
        print_ = fingerprint(finding)
        seen[print_] = seen.get(print_, 0) + 1
        issues.append({**_issue(finding), "fingerprint": f"{print_}-{seen[print_]}"})
    return _dump(issues) + b"\n"


def _issue(finding: Finding) -> dict[str, object]:
    place = finding.location
    return {
        "type": "issue",
        "check_name": finding.code,
        "description": finding.message,
        "categories": ["Style" if finding.severity is Severity.STYLE else "Bug Risk"],
        "severity": _CODE_CLIMATE[finding.severity],
        "location": {
            "path": place.path,
            "positions": {
                "begin": {"line": place.line, "column": place.column},
                "end": {"line": place.end_line, "column": place.end_column},
            },
            "lines": {"begin": place.line, "end": place.end_line},
        },
    }


def encode_sonarqube(report: Report, rules: tuple[RuleInfo, ...]) -> bytes:
    """Return SonarQube's generic issues (10.3 and later), with the rules that found something."""
    found = {finding.code for finding in report.counted}
    document = {
        "rules": [_rule(rule) for rule in sorted(rules, key=lambda rule: rule.id) if rule.id in found],
        "issues": [_sonar_issue(finding) for finding in report.counted],
    }
    return pretty_json(document)


def _rule(rule: RuleInfo) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": rule.summary,
        "description": rule.page,
        "engineId": "prill",
        "cleanCodeAttribute": "CONVENTIONAL",
        "impacts": [{"softwareQuality": "MAINTAINABILITY", "severity": _SONAR[rule.severity]}],
    }


def _sonar_issue(finding: Finding) -> dict[str, object]:
    place = finding.location
    text = {"startLine": place.line, "endLine": place.end_line}
    if (place.line, place.column) != (place.end_line, place.end_column):
        text |= {"startColumn": place.column - 1, "endColumn": place.end_column - 1}  # SonarQube counts from 0
    return {
        "ruleId": finding.code,
        "primaryLocation": {"message": finding.message, "filePath": place.path, "textRange": text},
    }


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode("ascii")
