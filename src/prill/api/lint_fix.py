"""Apply the fixes of findings, round by round, until none is left that may be applied."""

from functools import partial
from pathlib import PurePath

from prill.api.lint import LintOptions, lint_data, lint_host
from prill.api.lint_inline import is_inline_host
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
    """Fix one file's bytes, also a Compose or Bake file's with Dockerfiles inside.

    Fixes that touch the same place follow each other in rounds, which are bounded.
    """
    host = is_inline_host(PurePath(name).name)
    look = lint_host if host else partial(lint_data, ignore_file=ignore_file)
    report = look(data, name, options)
    applied = 0
    for _ in range(MAX_ROUNDS):
        fixed = apply_fixes(data.decode("utf-8", "surrogateescape"), report.findings, unsafe=unsafe)
        if not fixed.applied:
            break
        applied += fixed.applied
        data = fixed.text.encode("utf-8", "surrogateescape")
        report = look(data, name, options)
    return FixedFile(data, applied, report)
