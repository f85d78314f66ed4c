"""ONBUILD cannot defer this instruction."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.steps:
        inner = step.statement.inner
        if inner is not None and inner.keyword in {"ONBUILD", "FROM", "MAINTAINER"}:
            yield Problem(span=inner.written, message=f"ONBUILD cannot defer {inner.keyword}")


RULE = Rule(
    id="invalid-onbuild",
    aliases=("DL3043",),
    severity=Severity.ERROR,
    summary="ONBUILD cannot defer this instruction",
    check=_check,
)
