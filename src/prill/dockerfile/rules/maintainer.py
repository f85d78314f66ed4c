"""MAINTAINER is deprecated."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("MAINTAINER"):
        if not step.deferred:
            text = step.instruction.arguments
            if text[:1] in {'"', "'"} and text[:1] == text[-1:] and len(text) > 1:
                text = text[1:-1]
            fix = None
            if {'"', "\\", "$", dockerfile.file.escape}.isdisjoint(text):
                label = f'LABEL org.opencontainers.image.authors="{text}"'
                fix = replacement("write a label", step.span, label, safe=False)
            yield Problem(span=step.span, fix=fix)


RULE = Rule(
    id="maintainer",
    aliases=("DL4000", "MaintainerDeprecated", "DS-0022", "CKV_DOCKER_6"),
    severity=Severity.INFO,
    summary="MAINTAINER is deprecated",
    check=_check,
)
