"""Every rule is listed once, has a page, and does on its page's examples what it says."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from prill.dockerfile import rules
from prill.dockerfile.allowed_bases import AllowedBase
from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import Selection, lint
from prill.dockerfile.fixes import apply_fixes
from prill.dockerfile.pages import read_page
from prill.dockerfile.rule import Context, LabelRule, Rule
from prill.dockerfile.rules import BUILTIN
from prill.model.finding import Finding, Severity

FOLDER = Path(rules.__file__).parent
CONTEXT = Context(
    allowed_registries=("docker.io", "registry.example"),
    allowed_bases=(AllowedBase.parse("docker.io/*"),),
    labels=(
        LabelRule("maintainer", "text"),
        *(
            LabelRule(name, kind)
            for name, kind in (
                ("text", "text"),
                ("url", "url"),
                ("time", "rfc3339"),
                ("license", "spdx"),
                ("commit", "hash"),
                ("semver", "semver"),
                ("email", "email"),
            )
        ),
    ),
    strict_labels=True,
    ignore_file="*.log\n",
    known_codes=frozenset({"unpinned-base", "dl3006"}),
    today=date(2026, 11, 26),
)


def findings(rule: Rule, text: str) -> tuple[Finding, ...]:
    """Run the rule as if it were on; one that reviews the findings of others is run with all of them."""
    everything = BUILTIN if rule.review else (rule,)
    context = replace(CONTEXT, ignore_file="") if rule.id == "context-without-ignore" else CONTEXT
    result = lint(read_dockerfile(text.encode()), everything, context, Selection(on=frozenset({rule.id})))
    assert result.gaps == ()
    return tuple(finding for finding in result.findings if finding.rule == rule.id and finding.suppressed_by is None)


def test_every_module_is_listed_once():
    modules = {path.stem for path in FOLDER.glob("*.py") if not path.name.startswith("_")}
    assert sorted(rule.id.replace("-", "_") for rule in BUILTIN) == sorted(modules)
    assert {path.stem for path in FOLDER.glob("*.md")} == modules


def test_ids_and_aliases_are_unique_and_well_formed():
    shared = {
        "MultipleInstructionsDisallowed",
        "UndefinedVar",
        "DS-0002",
        "DS-0017",
        "CKV_DOCKER_5",
        "CIS-DI-0001",
        "DS-0001",
        "DS-0031",
        "CKV_DOCKER_7",
        "DKL-DI-0006",
        "CIS-DI-0010",
        "DL1000",
    }  # one there
    names = [name.lower() for rule in BUILTIN for name in (rule.id, *sorted({*rule.aliases} - shared))]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule.id) for rule in BUILTIN)
    assert all((rule.check is None) != (rule.review is None) for rule in BUILTIN)
    assert all(rule.summary and not rule.summary.endswith(".") for rule in BUILTIN)


@pytest.mark.parametrize("rule", BUILTIN, ids=lambda rule: rule.id)
def test_the_page_and_its_examples(rule: Rule):
    page = read_page(rule)
    assert page.text.startswith(f"# {rule.id}\n")
    assert len(page.why) > 80
    assert page.bad
    assert page.good
    for text in page.bad:
        found = findings(rule, text)
        assert found, text
        if all(finding.fixes for finding in found):
            mended = apply_fixes(text, found, unsafe=True).text
            assert findings(rule, mended) == (), mended
            assert apply_fixes(mended, findings(rule, mended), unsafe=True).text == mended
    for text in page.good:
        assert findings(rule, text) == (), text


@pytest.mark.parametrize("rule", BUILTIN, ids=lambda rule: rule.id)
def test_what_a_page_calls_good_has_no_error_of_another_rule(rule: Rule):
    off = {"update-alone", *(one.id for one in BUILTIN if one.severity is Severity.ERROR)} - {rule.id}
    others = tuple(one for one in BUILTIN if one.id in off)
    for text in read_page(rule).good:
        found = lint(read_dockerfile(text.encode()), others, Context(today=CONTEXT.today)).findings
        assert [one.rule for one in found] == []
