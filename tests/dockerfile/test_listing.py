"""What the list says of the rules is held to the rules: whoever is not asked would have found nothing."""

from dataclasses import replace
from datetime import date

import pytest

from prill.dockerfile.allowed_bases import AllowedBase
from prill.dockerfile.document import Dockerfile, read_dockerfile
from prill.dockerfile.engine import LintResult, Selection, lint
from prill.dockerfile.listing import Listed, rules_for
from prill.dockerfile.pages import read_page
from prill.dockerfile.rule import Context, LabelRule
from prill.dockerfile.rules import BUILTIN, LISTED

TODAY = Context(today=date(2026, 11, 26), ignore_file="")
STRICT = replace(
    TODAY,
    allowed_registries=("docker.io",),
    allowed_bases=(AllowedBase.parse("docker.io/*"),),
    labels=(LabelRule("maintainer", "text"), LabelRule("url", "url")),
    strict_labels=True,
    ignore_file="*.log\n",
)
EVERYTHING = Selection(on=frozenset(rule.id for rule in BUILTIN))
EXAMPLES = tuple(text for rule in BUILTIN for page in (read_page(rule),) for text in (*page.bad, *page.good))


def asked(text: str, context: Context, selection: Selection = EVERYTHING) -> tuple[str, ...]:
    return tuple(rule.id for rule in rules_for(read_dockerfile(text.encode()), LISTED, context, selection))


def found(document: Dockerfile, context: Context, *, all_: bool) -> LintResult:
    rules = BUILTIN if all_ else rules_for(document, LISTED, context, EVERYTHING)
    return lint(document, rules, context, EVERYTHING)


@pytest.mark.parametrize("context", [TODAY, STRICT], ids=["plain", "strict"])
def test_who_is_not_asked_finds_nothing(context: Context):
    for text in EXAMPLES:
        document = read_dockerfile(text.encode())
        assert found(document, context, all_=False) == found(document, context, all_=True), text


@pytest.mark.parametrize("line", LISTED, ids=lambda line: line.id)
def test_a_line_says_what_the_rule_says(line: Listed):
    rule = line.load()
    assert (rule.id, rule.default) == (line.id, line.default)
    assert rule in BUILTIN


@pytest.mark.parametrize("line", [line for line in LISTED if line.words], ids=lambda line: line.id)
def test_a_rule_is_asked_for_its_own_examples_and_not_for_an_empty_stage(line: Listed):
    for text in read_page(line.load()).bad:
        assert line.id in asked(text, STRICT), text
    assert (line.id in asked("FROM scratch\n", TODAY)) == ("FROM" in line.words)


def test_deferred_instructions_flags_and_folders_count():
    assert "relative-workdir" in asked("FROM a\nONBUILD WORKDIR b\n", TODAY)
    assert {"invalid-onbuild", "maintainer"} <= {*asked("FROM a\nONBUILD MAINTAINER b\n", TODAY)}
    assert {"unknown-flag", "copy-from-itself"} <= {*asked("FROM a\nONBUILD COPY --from=b c d\n", TODAY)}
    assert "recursive-chown" in asked("FROM a\nRUN /bin/chown -R b c\n", TODAY)
    assert "apt-without-yes" in asked('FROM a\nRUN sh -c "apt-get install b"\n', TODAY)


def test_a_comment_about_findings_is_judged_by_all_rules():
    assert len(asked("# hadolint ignore=DL3006\nFROM a\n", TODAY)) == len(BUILTIN)
    assert "unknown-suppression" in asked("# Prill ignore this\nFROM a\n", TODAY)


def test_what_is_not_wanted_is_not_asked():
    assert "missing-healthcheck" not in asked("FROM a\n", TODAY, Selection())
    assert asked("FROM a\n", TODAY, Selection(only=frozenset({"dl3006"}))) == ("unpinned-base",)
    assert asked("FROM a\n", TODAY, Selection(only=frozenset({"dl3020"}))) == ()
