"""Findings as XML: JUnit's, for build servers, and checkstyle's, for everything that once learned to read it."""

from itertools import groupby
from xml.etree import ElementTree as ET

from prill.formats.junit import xml_text
from prill.model.finding import Finding, Report, Severity

__all__ = ["encode_checkstyle", "encode_findings_junit"]

_CHECKSTYLE = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info", Severity.STYLE: "info"}


def encode_findings_junit(report: Report) -> bytes:
    """Return a suite for each file and a failed case for each finding; a file without any is a case that passed.

    What was not looked at is an error, in its file's suite or in one of its own.
    """
    found = {path: tuple(group) for path, group in groupby(report.counted, key=lambda one: one.location.path)}
    gaps: dict[str, list[str]] = {}
    for gap in report.gaps:
        gaps.setdefault(gap.subject, []).append(gap.reason)
    failures = sum(len(findings) for findings in found.values())
    root = ET.Element("testsuites", {"name": "prill lint", "failures": str(failures), "errors": str(len(report.gaps))})
    for path in dict.fromkeys((*report.subjects, *gaps)):
        findings = found.get(path, ())
        reasons = gaps.get(path, ())
        counts = {
            "tests": str(max(1, len(findings) + len(reasons))),
            "failures": str(len(findings)),
            "errors": str(len(reasons)),
        }
        suite = ET.SubElement(root, "testsuite", {"name": xml_text(path), **counts})
        for finding in findings:
            _add_failure(suite, finding)
        for reason in reasons or ("",) * (not findings):
            case = ET.SubElement(suite, "testcase", {"name": "prill lint", "classname": xml_text(path)})
            if reason:
                ET.SubElement(case, "error", {"message": xml_text(reason)})
    return _document(root)


def _add_failure(suite: ET.Element, finding: Finding) -> None:
    place = finding.location
    name = f"{finding.code} {place.line}:{place.column}"
    case = ET.SubElement(suite, "testcase", {"name": name, "classname": xml_text(place.path)})
    failure = ET.SubElement(case, "failure", {"type": finding.severity.value, "message": xml_text(finding.message)})
    failure.text = xml_text(f"{place.path}:{place.line}:{place.column}: {finding.message}")


def encode_checkstyle(report: Report) -> bytes:
    """Return a ``file`` for each file with findings, and an ``error`` for each of them."""
    root = ET.Element("checkstyle", {"version": "4.3"})
    for path, findings in groupby(report.counted, key=lambda one: one.location.path):
        element = ET.SubElement(root, "file", {"name": xml_text(path)})
        for finding in findings:
            attributes = {
                "line": str(finding.location.line),
                "column": str(finding.location.column),
                "severity": _CHECKSTYLE[finding.severity],
                "message": xml_text(finding.message),
                "source": f"prill.{finding.code}",
            }
            ET.SubElement(element, "error", attributes)
    return _document(root)


def _document(root: ET.Element) -> bytes:
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"
