"""How a rule's findings are mended."""

from collections import defaultdict
from pathlib import Path

import pytest

from prill.api.lint import LintOptions, find_rule, lint_data
from prill.api.lint_pages import how_fixed


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("DL3006", "by hand"),
        ("DL3014", "add -y (--fix)"),
        ("DL3025", "write a JSON array (--unsafe-fixes)"),
        ("DL3020", "say COPY (--unsafe-fixes); say COPY (--fix)"),
    ],
)
def test_a_page_says_what_fixes_do(rule: str, said: str):
    assert how_fixed(find_rule(rule)) == said


def test_no_page_says_by_hand_where_real_files_are_fixed(shared_data: Path):
    ways: dict[str, set[str]] = defaultdict(set)
    for path in sorted((shared_data / "dockerfiles").glob("*/*")):
        for finding in lint_data(path.read_bytes(), path.name, LintOptions()).findings:
            ways[finding.rule] |= {"(--fix)" if fix.safe else "(--unsafe-fixes)" for fix in finding.fixes}
    assert sum(map(bool, ways.values())) > 10
    assert [rule for rule, found in ways.items() if any(way not in how_fixed(find_rule(rule)) for way in found)] == []
