"""A flag that the instruction does not have."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.keywords import FLAGS, KEYWORDS
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._near import nearest
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.flagged:
        keyword = step.keyword
        known = FLAGS.get(keyword, frozenset())
        for flag in step.instruction.flags:
            if flag.name not in known and keyword in KEYWORDS:
                near = nearest(flag.name, known)
                hint = f"; did you mean --{near}?" if near else ""
                yield Problem(span=flag.span, message=f"{keyword} has no flag --{flag.name}{hint}")


RULE = Rule(id="unknown-flag", severity=Severity.ERROR, summary="The instruction has no such flag", check=_check)
