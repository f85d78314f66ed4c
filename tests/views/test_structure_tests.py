from prill.model import Gap
from prill.model.structure_tests import TestKind, TestResult, TestRun, TestStatus, TestVerdict
from prill.views.structure_tests import render_structure_tests

PASSED = TestResult(
    name="runs", kind=TestKind.COMMAND, status=TestStatus.PASS, source="a.yaml", stdout="out\n", seconds=0.123
)
FAILED = TestResult(
    name="no shell",
    kind=TestKind.FILE_EXISTENCE,
    status=TestStatus.FAIL,
    source="a.yaml",
    errors=("/bin/sh should not exist but does",),
)
NOT_RUN = TestResult(
    name="arm", kind=TestKind.COMMAND, status=TestStatus.NOT_RUN, source="b.yaml", errors=("no sandbox",)
)


def test_a_run_is_one_line_a_test_and_what_is_wrong():
    run = TestRun(
        results=(PASSED, FAILED, NOT_RUN),
        backend="bubblewrap",
        gaps=(Gap("arm", "no sandbox"), Gap("containerRunOptions.privileged", "a sandbox gives no privileges")),
    )
    assert render_structure_tests(run) == (
        "a.yaml:\n"
        "pass     command         runs  0.12 s\n"
        "FAIL     file-existence  no shell\n"
        "         /bin/sh should not exist but does\n"
        "b.yaml:\n"
        "not run  command         arm\n"
        "         no sandbox\n"
        "note: containerRunOptions.privileged: a sandbox gives no privileges\n"
        "3 tests: 1 passed, 1 failed, 1 not run; commands ran in bubblewrap\n"
    )


def test_output_is_shown_where_it_helps():
    assert "stdout" not in render_structure_tests(TestRun(results=(PASSED,)))
    assert "         stdout: out\n" in render_structure_tests(TestRun(results=(PASSED,)), verbose=True)


def test_an_image_does_not_command_the_terminal():
    hostile = TestResult(
        name="x\x1b[2J",
        kind=TestKind.COMMAND,
        status=TestStatus.FAIL,
        errors=("\x9b31m\x07",),
        stdout="\x1b]0;title\x07\r\u202eover\n" * 30,
    )
    text = render_structure_tests(TestRun(results=(hostile,)))
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert "\\x1b]0;title\\x07" in text
    assert "… " in text


def test_nothing_to_run_is_said():
    run = TestRun(results=())
    assert render_structure_tests(run) == "0 tests: nothing to run\n"
    assert run.verdict is TestVerdict.NOTHING_TO_RUN


def test_the_verdict_is_the_gravest():
    error = TestResult(name="e", kind=TestKind.COMMAND, status=TestStatus.ERROR)
    assert TestRun(results=(PASSED,)).verdict is TestVerdict.PASSED
    assert TestRun(results=(PASSED, NOT_RUN)).verdict is TestVerdict.INCOMPLETE
    assert TestRun(results=(PASSED, error)).verdict is TestVerdict.INCOMPLETE
    assert TestRun(results=(error, NOT_RUN, FAILED)).verdict is TestVerdict.FAILED
