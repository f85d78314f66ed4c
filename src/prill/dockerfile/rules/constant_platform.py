"""FROM --platform is a constant."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        flag = stage.platform
        if flag is None or not flag.value or "BUILDPLATFORM" in flag.value or "TARGETPLATFORM" in flag.value:
            continue
        parts = flag.value.lower().split("/")
        meant = "$" in flag.value or any(part in stage.name for part in parts)
        yield Problem(span=flag.span, aliases=("DL3029",) if meant else None)


RULE = Rule(
    id="constant-platform",
    aliases=("DL3029", "FromPlatformFlagConstDisallowed"),
    severity=Severity.WARNING,
    summary="FROM --platform is a constant",
    check=_check,
)
