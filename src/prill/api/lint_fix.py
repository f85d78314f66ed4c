"""Apply the fixes of findings, round by round, until none is left that may be applied."""

from prill.api.lint import LintOptions, lint_data
from prill.dockerfile.fixes import apply_fixes
from prill.model.finding import Report
from prill.model.value import dataclass

__all__ = ["FixedFile", "fix_data"]

MAX_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class FixedFile:
    """The bytes after fixing, how many fixes were applied, and what is found then."""

    data: bytes
    applied: int
    report: Report


def fix_data(
    data: bytes, name: str, options: LintOptions, *, unsafe: bool = False, ignore_file: str | None = None
) -> FixedFile:
    """Fix one file's bytes. Fixes that touch the same place follow each other in rounds, which are bounded."""
    report = lint_data(data, name, options, ignore_file=ignore_file)
    applied = 0
    for _ in range(MAX_ROUNDS):
        fixed = apply_fixes(data.decode("utf-8", "surrogateescape"), report.findings, unsafe=unsafe)
        if not fixed.applied:
            break
        applied += fixed.applied
        data = fixed.text.encode("utf-8", "surrogateescape")
        report = lint_data(data, name, options, ignore_file=ignore_file)
    return FixedFile(data, applied, report)
