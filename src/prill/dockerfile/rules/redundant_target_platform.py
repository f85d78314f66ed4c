"""$TARGETPLATFORM is what FROM takes anyway."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.source import Span
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_ALIASES = ("DL3065", "RedundantTargetPlatform")
_FORMS = regex(r"\$(?:TARGETPLATFORM|\{TARGETPLATFORM(?::?[-?][^$}]*)?\})")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        flag = stage.platform
        if flag is not None and stage.source is not None and _FORMS.fullmatch(flag.value or ""):
            gap = Span(flag.span.start, stage.source.image.span.start)
            plain = dockerfile.file.source.slice(gap).strip() == dockerfile.file.source.slice(flag.span)
            exact = flag.value in {"$TARGETPLATFORM", "${TARGETPLATFORM}"}
            own = dockerfile.prelude_state.declares("TARGETPLATFORM")  # with a value of the file's, it is another one
            fix = replacement("leave it out", gap, "") if plain and exact and not own else None
            yield Problem(span=flag.span, fix=fix, aliases=None if exact else _ALIASES[1:])


RULE = Rule(
    id="redundant-target-platform",
    aliases=_ALIASES,
    severity=Severity.STYLE,
    summary="$TARGETPLATFORM is what FROM takes anyway",
    check=_check,
)
