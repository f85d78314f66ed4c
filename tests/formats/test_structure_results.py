import json
from xml.etree import ElementTree as ET

from prill.formats.junit import encode_junit
from prill.formats.structure_results import encode_structure_results
from prill.model import Gap
from prill.model.structure_tests import TestKind, TestResult, TestRun, TestStatus

RUN = TestRun(
    results=(
        TestResult(
            name="a <b> & \x00\x1b[2Jü",
            kind=TestKind.COMMAND,
            status=TestStatus.FAIL,
            source="one.yaml",
            errors=("exit code 1, expected 0", "]]> more"),
            stdout="out\ttab\r\n\ufffe",
            seconds=1.25,
        ),
        TestResult(name="b", kind=TestKind.METADATA, status=TestStatus.PASS, source="one.yaml"),
        TestResult(name="c", kind=TestKind.COMMAND, status=TestStatus.NOT_RUN, source="two.yaml", errors=("why",)),
        TestResult(name="d", kind=TestKind.LICENSE, status=TestStatus.ERROR, source="two.yaml"),
    ),
    backend="chroot",
    gaps=(Gap("c", "why"),),
)


def test_junit_has_a_suite_a_file_and_a_case_a_test():
    root = ET.fromstring(encode_junit(RUN))  # noqa: S314 - our own document
    assert root.attrib == {
        "name": "prill test",
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
        "time": "1.250",
    }
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in root] == [
        ("one.yaml", "2", "1"),
        ("two.yaml", "2", "0"),
    ]
    failed, passed, skipped, error = root.iter("testcase")
    assert failed.attrib == {"name": "a <b> & \ufffd\ufffd[2Jü", "classname": "command", "time": "1.250"}
    problem = failed.find("failure")
    assert problem is not None
    assert (problem.get("message"), problem.text) == ("exit code 1, expected 0", "exit code 1, expected 0\n]]> more")
    assert failed.findtext("system-out") == "out\ttab\n\ufffd"
    assert list(passed) == []
    assert [child.tag for child in skipped] == ["skipped"]
    assert [(child.tag, child.get("message")) for child in error] == [("error", "error")]


def test_json_has_it_all():
    document = json.loads(encode_structure_results(RUN))
    assert document["verdict"] == "failed"
    assert document["backend"] == "chroot"
    assert document["counts"] == {"pass": 1, "fail": 1, "not-run": 1, "error": 1}
    assert [result["name"] for result in document["results"]] == [result.name for result in RUN.results]
    assert document["results"][0]["errors"] == ["exit code 1, expected 0", "]]> more"]
    assert document["results"][0]["stdout"] == "out\ttab\r\n\ufffe"
    assert document["gaps"] == [{"subject": "c", "reason": "why"}]


def test_the_same_run_has_the_same_bytes():
    assert encode_junit(RUN) == encode_junit(RUN)
    assert encode_structure_results(RUN) == encode_structure_results(RUN)
