from collections.abc import Iterator
from time import process_time

import pytest

from prill.api.lint import LintOptions, lint_data
from prill.dockerfile.document import Dockerfile, read_dockerfile
from prill.dockerfile.engine import LintResult, Selection, lint
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules import BUILTIN
from prill.model.finding import Finding, Severity


def run(text: str, selection: Selection | None = None, rules: tuple[Rule, ...] = BUILTIN) -> LintResult:
    known = frozenset(name.lower() for rule in rules for name in (rule.id, *rule.aliases))
    return lint(read_dockerfile(text.encode()), rules, Context(known_codes=known), selection)


def open_ones(result: LintResult, rule: str = "unpinned-base") -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == rule and finding.suppressed_by is None]


def explode(_file: Dockerfile, _context: Context) -> Iterator[Problem]:
    raise ValueError("boom")
    yield


def test_a_rule_that_raises_is_a_gap():
    broken = Rule(id="broken", summary="x", severity=Severity.INFO, check=explode)
    result = run("FROM debian\n", rules=(broken, *BUILTIN))
    assert [gap.reason for gap in result.gaps] == ["rule broken failed: ValueError('boom')"]
    assert open_ones(result)


def test_a_finding_has_its_place_and_its_statement():
    finding = open_ones(run("# é\nFROM --platform=x \\\n  débian\n"))[0]
    assert (finding.location.line, finding.location.column, finding.location.end_column) == (3, 3, 9)
    assert (finding.location.start_byte, finding.location.end_byte) == (27, 34)
    assert finding.within is not None
    assert (finding.within.line, finding.within.end_line) == (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "# prill: ignore[unpinned-base] because\nFROM debian\n",
        "# prill: ignore[dl3006, latest-tag]\n\n# more\nFROM debian\n",
        "# prill: ignore-file[unpinned-base]\nARG A\nFROM debian\n",
        "FROM \\\n# prill: ignore[DL3006]\n debian\n",
        "# hadolint ignore=DL3006\nFROM debian\n",
        "# hadolint ignore=SC1000,DL3006 # why\nFROM debian\n",
        "# hadolint global ignore=DL3006\nARG A\nFROM debian\n",
    ],
)
def test_what_a_pragma_suppresses_stays_and_is_marked(text: str):
    result = run(text)
    assert open_ones(result) == []
    marked = [finding for finding in result.findings if finding.rule == "unpinned-base"]
    assert [finding.suppressed_by and finding.suppressed_by.kind for finding in marked] == ["pragma"]
    assert open_ones(run(text, Selection(pragmas=False)))


@pytest.mark.parametrize(
    "text",
    [
        "# prill: ignore[latest-tag]\nFROM debian\n",
        "# hadolint ignore=DL3006\n\nFROM debian\n",
        "# hadolint ignore=DL3006,oops\nFROM debian\n",
        "# hadolint ignore=\nFROM debian\n",
        "# prill: ignore[]\nFROM debian\n",
        "# prill: ignore[unpinned-base]\nARG A=1\nFROM debian\n",
    ],
)
def test_what_a_pragma_does_not_suppress(text: str):
    assert open_ones(run(text))


def test_a_stage_pragma_holds_behind_its_from():
    text = "# hadolint stage ignore=DL3003,DL3006\nFROM debian\nRUN cd /x\nFROM debian:13\nRUN cd /x\n"
    assert [finding.location.line for finding in open_ones(run(text), "cd-in-run")] == [5]
    assert open_ones(run(text))


def test_the_reason_is_kept():
    finding = next(
        one for one in run("# prill: ignore[unpinned-base] for a test\nFROM debian\n").findings if one.suppressed_by
    )
    assert finding.suppressed_by is not None
    assert finding.suppressed_by.reason == "for a test"


def test_selections():
    text = "FROM debian\nFROM debian:latest\n"
    assert {finding.rule for finding in run(text, Selection(only=frozenset({"dl3007"}))).findings} == {"latest-tag"}
    off = run(text, Selection(off=frozenset({"dl3006"})))
    assert open_ones(off) == []
    heavy = run(text, Selection(severities={"dl3006": Severity.STYLE}))
    assert open_ones(heavy)[0].severity is Severity.STYLE


def test_a_rule_that_is_off_by_default_runs_when_it_is_asked_for():
    quiet = Rule(
        id="quiet",
        summary="x",
        severity=Severity.INFO,
        check=lambda file, _: [Problem(span=file.steps[0].span)],
        default=False,
    )
    assert run("FROM a:1\n", rules=(quiet,)).findings == ()
    assert run("FROM a:1\n", Selection(on=frozenset({"quiet"})), (quiet,)).findings


@pytest.mark.parametrize(
    "text",
    [
        "# hadolint ignore=DL3007" + " " * 300_000 + "x\nFROM a\n",
        "# escape = a" + " " * 300_000 + "x\nFROM a\n",
        "FROM a\nRUN " + "a" * 300_000 + "<b\n",
        "FROM a\nRUN " + "a" * 300_000 + ">b\n",
        "FROM a\nRUN curl " + "http://a" * 20_000 + "\n",
        "FROM a\nCOPY --chmod=" + "u" * 100_000 + " a /b\n",
        "FROM a\nRUN a $(b) " + "- 2>c " * 100_000 + "\n",
    ],
    ids=["pragma", "directive", "word before <", "word before >", "addresses", "mode", "dashes"],
)
def test_what_is_written_to_take_long_does_not(text: str):
    begun = process_time()
    assert run(text).findings
    assert process_time() - begun < 10  # all took minutes


def test_a_byte_order_mark_is_no_column():
    plain, marked = (
        lint_data(mark + b"from debian\nRUN cd /x\n", "Dockerfile", LintOptions()) for mark in (b"", b"\xef\xbb\xbf")
    )
    assert [(one.rule, *one.location[1:5]) for one in marked.findings] == [
        (one.rule, *one.location[1:5]) for one in plain.findings
    ]
    assert [one.location.start_byte for one in marked.findings] == [
        one.location.start_byte + 3 for one in plain.findings
    ]
    (only,) = lint_data(b"\xef\xbb\xbf# check=error\n", "Dockerfile", LintOptions()).findings
    assert only.location[1:3] == (1, 9)
