"""npm names the dependencies that are left out with --omit."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.rules._commands import report
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

FIRST_WITH_OMIT = 15
"""Node.js 15 came with npm 7."""
_OLD = frozenset({"--production", "--only=prod", "--only=production", "--production=true"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("npm"):
        if _is_old(one.step):
            continue
        for word in one.command.arguments:
            if word.masked in _OLD:
                fix = replacement("write --omit=dev", word.span, "--omit=dev", safe=False)
                message = f"{word.text} is deprecated; npm 7 and later call it --omit=dev"
                yield report(one, span=word.span, message=message, fix=fix)


def _is_old(step: Step) -> bool:
    """Whether the base has a Node.js whose npm is older than 7, and does not know --omit."""
    known = base_of(step.stage) if step.stage is not None else None
    major = known.version.partition(".")[0] if known is not None and known.runtime == "nodejs" else ""
    return major.isdigit() and int(major) < FIRST_WITH_OMIT


RULE = Rule(
    id="npm-production-flag",
    severity=Severity.INFO,
    summary="npm has another flag for leaving out what only development needs",
    check=_check,
)
