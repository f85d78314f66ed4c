"""JUnit XML, as build servers read it.

There is no specification; this is the common subset: ``testsuites``, ``testsuite`` with its counts, ``testcase`` with
at most one of ``failure``, ``error`` and ``skipped``, ``system-out`` and ``system-err``.
"""

import re
from itertools import groupby
from xml.etree import ElementTree as ET

from prill.model.structure_tests import TestResult, TestRun, TestStatus

__all__ = ["encode_junit", "xml_text"]

_ELEMENTS = {TestStatus.FAIL: "failure", TestStatus.ERROR: "error", TestStatus.NOT_RUN: "skipped"}
# Everything that XML 1.0 has no way to write (section 2.2, "Char"), escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode_junit(run: TestRun, name: str = "prill test") -> bytes:
    """Return ``run`` as an XML document, a suite for each file, in order."""
    root = ET.Element("testsuites", {"name": xml_text(name), **_counts(run.results)})
    for source, results in groupby(run.results, key=lambda result: result.source):
        found = tuple(results)
        suite = ET.SubElement(root, "testsuite", {"name": xml_text(source or name), **_counts(found)})
        for result in found:
            _add_case(suite, result)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add_case(suite: ET.Element, result: TestResult) -> None:
    attributes = {"name": xml_text(result.name), "classname": result.kind.value, "time": f"{result.seconds:.3f}"}
    case = ET.SubElement(suite, "testcase", attributes)
    element = _ELEMENTS.get(result.status)
    if element is not None:
        problem = ET.SubElement(
            case, element, {"message": xml_text(result.errors[0] if result.errors else result.status)}
        )
        problem.text = xml_text("\n".join(result.errors))
    for element, text in (("system-out", result.stdout), ("system-err", result.stderr)):
        if text:
            ET.SubElement(case, element).text = xml_text(text)


def _counts(results: tuple[TestResult, ...]) -> dict[str, str]:
    statuses = [result.status for result in results]
    return {
        "tests": str(len(statuses)),
        "failures": str(statuses.count(TestStatus.FAIL)),
        "errors": str(statuses.count(TestStatus.ERROR)),
        "skipped": str(statuses.count(TestStatus.NOT_RUN)),
        "time": f"{sum(result.seconds for result in results):.3f}",
    }


def xml_text(text: str) -> str:
    """Return ``text`` with what XML cannot hold replaced."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
