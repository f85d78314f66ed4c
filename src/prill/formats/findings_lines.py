"""Findings as lines: GNU's, which editors jump to, GitHub's workflow commands, and hadolint's JSON in one line."""

import json

from prill.model.finding import Finding, Location, Report, Severity

__all__ = ["encode_github", "encode_gnu", "encode_hadolint_json"]

_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice", Severity.STYLE: "notice"}


def encode_gnu(report: Report) -> bytes:
    """Return ``file:line.column-line.column: severity: message [rule]`` (GNU Coding Standards, section 4.4)."""
    lines = []
    for finding in report.counted:
        place = finding.location
        where = f"{place.path}:{place.line}.{place.column}-{place.end_line}.{_last_column(place)}"
        lines.append(f"{_plain(where)}: {finding.severity}: {_plain(finding.message)} [{finding.code}]\n")
    return "".join(lines).encode("utf-8", "backslashreplace")


def encode_github(report: Report) -> bytes:
    """Return workflow commands, which GitHub shows beside the lines that a pull request changes."""
    lines = []
    for finding in report.counted:
        place = finding.location
        properties = {
            "file": place.path,
            "line": str(place.line),
            "endLine": str(place.end_line),
            "col": str(place.column),
            "endColumn": str(place.end_column),
            "title": finding.code,
        }
        said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        lines.append(f"::{_GITHUB[finding.severity]} {said}::{_data(finding.message)}\n")
    return "".join(lines).encode("utf-8", "backslashreplace")


def encode_hadolint_json(report: Report) -> bytes:
    """Return hadolint's JSON: its code or ShellCheck's where there is one, the line of the statement, column 1."""
    issues = []
    for finding in report.counted:
        place = finding.within or finding.location
        issues.append(
            {
                "code": hadolint_code(finding) or finding.rule,
                "column": 1,
                "file": place.path,
                "level": finding.severity.value,
                "line": place.line,
                "message": finding.message,
            }
        )
    return json.dumps(issues, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def hadolint_code(finding: Finding) -> str | None:
    """Return the code that hadolint prints for a finding, or None where it has none."""
    return next((alias for alias in finding.aliases if alias[:2] in {"DL", "SC"} and alias[2:].isdigit()), None)


def _last_column(place: Location) -> int:
    """Return the column of the last character; of a place without one, that of the place."""
    return max(place.column if place.line == place.end_line else 1, place.end_column - 1)


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return _plain(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
