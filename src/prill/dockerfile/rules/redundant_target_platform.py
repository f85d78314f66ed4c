"""$TARGETPLATFORM is what FROM takes anyway."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.source import Span
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        flag = stage.platform
        if flag is not None and flag.value in {"$TARGETPLATFORM", "${TARGETPLATFORM}"} and stage.source is not None:
            gap = Span(flag.span.start, stage.source.image.span.start)
            plain = dockerfile.file.source.slice(gap).strip() == dockerfile.file.source.slice(flag.span)
            own = dockerfile.prelude_state.declares("TARGETPLATFORM")  # with a value of the file's, it is another one
            yield Problem(span=flag.span, fix=replacement("leave it out", gap, "") if plain and not own else None)


RULE = Rule(
    id="redundant-target-platform",
    aliases=("DL3065", "RedundantTargetPlatform"),
    severity=Severity.STYLE,
    summary="$TARGETPLATFORM is what FROM takes anyway",
    check=_check,
)
