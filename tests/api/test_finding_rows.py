import json

import pytest

from prill.api.finding_rows import finding_of, row_of
from prill.api.lint import LintOptions, lint_data

FILE = b"""FROM debian
# prill: ignore[cd-in-run] for a reason
RUN cd /x && apt-get install -y curl
ADD a b
MAINTAINER me
"""


def test_a_row_is_the_finding_again_also_by_way_of_json():
    findings = lint_data(FILE, "some/Dockerfile", LintOptions()).findings
    assert any(finding.fixes for finding in findings)
    assert any(finding.suppressed_by for finding in findings)
    assert tuple(finding_of(row_of(one), "some/Dockerfile") for one in findings) == findings
    read = json.loads(json.dumps([row_of(one) for one in findings]))
    assert tuple(finding_of(row, "some/Dockerfile") for row in read) == findings


def test_the_path_is_that_of_who_asks():
    (first, *_) = lint_data(FILE, "a", LintOptions()).findings
    moved = finding_of(row_of(first), "b")
    assert moved.location.path == "b"
    assert moved.within is not None
    assert moved.within.path == "b"


@pytest.mark.parametrize(
    "row", [(), ("a",), ("a", "heavy", "", (1, 1, 1, 1, 0, 0), None, (), "", (), None), ("a",) * 9]
)
def test_what_is_no_row_is_refused(row: tuple[object, ...]):
    with pytest.raises(ValueError, match="no"):
        finding_of(row, "a")
