"""What a rule's page says besides its text: how its findings are mended, as its own bad examples show."""

from functools import cache

from prill.api.lint import LintOptions, lint_data
from prill.dockerfile.engine import Selection
from prill.dockerfile.pages import read_page
from prill.dockerfile.rule import Rule

__all__ = ["how_fixed"]


@cache
def how_fixed(rule: Rule) -> str:
    """Return what ``--fix`` and ``--unsafe-fixes`` do about a rule's findings; "by hand" where they do nothing."""
    options = LintOptions(selection=Selection(only=frozenset({rule.id})))
    reports = [lint_data(text.encode(), "Dockerfile", options) for text in read_page(rule).bad]
    fixes = [fix for report in reports for finding in report.findings for fix in finding.fixes]
    said = dict.fromkeys(f"{fix.message} ({'--fix' if fix.safe else '--unsafe-fixes'})" for fix in fixes)
    return "; ".join(said) or "by hand"
