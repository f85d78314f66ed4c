"""Comments that suppress a finding: they do, and nothing else changes."""

import pytest

from prill.api.lint import LintOptions, lint_data
from prill.dockerfile.engine import Selection
from prill.dockerfile.pages import read_page
from prill.dockerfile.parser import parse
from prill.dockerfile.rule import Rule
from prill.dockerfile.rules import BUILTIN
from prill.dockerfile.suppress import suppressions
from prill.model.finding import Finding, Fix, Report

ABOUT_COMMENTS = {"inline-suppression", "invalid-description", "unknown-suppression", "unused-suppression"}
"""Rules that look at comments; the first two are off by default, and do not care what a comment is for."""


def lint(data: bytes, *names: str) -> Report:
    chosen = (
        Selection(only=frozenset(names))
        if names
        else Selection(on=frozenset(rule.id for rule in BUILTIN) - ABOUT_COMMENTS)
    )
    return lint_data(data, "Dockerfile", LintOptions(selection=chosen), ignore_file="")


def apply(data: bytes, fix: Fix) -> bytes:
    (edit,) = fix.edits
    assert edit.start == edit.end
    text = data.decode("utf-8", "surrogateescape")
    return (text[: edit.start] + edit.text + text[edit.end :]).encode("utf-8", "surrogateescape")


def offered(data: bytes, finding: Finding) -> tuple[Fix, ...]:
    return suppressions(parse(data, "Dockerfile"), finding)


def counted(report: Report) -> list[tuple[str, str]]:
    return sorted((finding.rule, finding.message) for finding in report.counted)


@pytest.mark.parametrize("rule", [rule for rule in BUILTIN if rule.id not in ABOUT_COMMENTS], ids=lambda rule: rule.id)
def test_every_rule_is_suppressed_and_no_other(rule: Rule):
    for text in read_page(rule).bad:
        data = text.encode()
        before = lint(data)
        for finding in [one for one in before.counted if one.rule == rule.id]:
            for fix in offered(data, finding):
                after = lint(apply(data, fix))
                assert not {one for one in counted(after) if one not in counted(before)}
                gone = [one for one in after.findings if one.suppressed_by and one.rule == rule.id]
                assert finding.message in [one.message for one in gone]


def test_here_is_the_instruction_alone():
    data = b"FROM debian:13\nRUN cd /a\n# why\nRUN true && \\\n    cd /b\n"
    finding = lint(data, "cd-in-run").counted[1]
    here, everywhere = offered(data, finding)
    assert here.message == "ignore cd-in-run here"
    assert apply(data, here).splitlines()[3:5] == [b"# prill: ignore[cd-in-run]", b"RUN true && \\"]
    assert [one.location.line for one in lint(apply(data, here), "cd-in-run").counted] == [2]
    assert apply(data, everywhere).splitlines()[0] == b"# prill: ignore-file[cd-in-run]"
    assert not lint(apply(data, everywhere), "cd-in-run").counted


def test_directives_stay_directives():
    data = b"# escape=`\n# syntax=docker/dockerfile:1\n\nFROM debian\n"
    (finding,) = lint(data, "unpinned-base").counted
    for fix in offered(data, finding):
        fixed = apply(data, fix)
        assert parse(fixed, "Dockerfile").escape == "`"
        assert fixed.splitlines()[3].startswith(b"# prill: ignore")


def test_comments_of_hadolint_keep_their_line():
    data = b"# hadolint ignore=DL3007\nFROM debian:latest AS DEBIAN\n"
    before = lint(data)
    finding = next(one for one in before.counted if one.rule != "latest-tag")
    for fix in offered(data, finding):
        after = lint(apply(data, fix))
        assert len(after.counted) < len(before.counted)
        assert "latest-tag" not in [one.rule for one in after.counted]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"FROM debian\r\nUSER 1\r\n", b"# prill: ignore[unpinned-base]\r\nFROM debian\r\nUSER 1\r\n"),
        (b"\xef\xbb\xbfFROM debian\n", b"\xef\xbb\xbf# prill: ignore[unpinned-base]\nFROM debian\n"),
        (b"  FROM debian", b"# prill: ignore[unpinned-base]\n  FROM debian"),
    ],
    ids=["crlf", "mark", "indented"],
)
def test_the_line_is_written_as_the_file_is(data: bytes, expected: bytes):
    (finding,) = lint(data, "unpinned-base").counted
    fixed = apply(data, offered(data, finding)[0])
    assert fixed == expected
    assert not lint(fixed, "unpinned-base").counted


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_without_an_instruction_the_comment_is_the_last_line(end: bytes):
    data = b"# prill: ignore[nothing-of-that-name]" + end
    (finding,) = lint(data, "unknown-suppression").counted
    (fix,) = offered(data, finding)
    assert apply(data, fix).splitlines() == [data.strip(), b"# prill: ignore-file[unknown-suppression]"]
    assert not lint(apply(data, fix), "unknown-suppression").counted
