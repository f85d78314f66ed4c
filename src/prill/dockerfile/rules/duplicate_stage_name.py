"""Two stages have the same name."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

_ALIASES = ("DL3024", "DuplicateStageName", "DS-0012", "CKV_DOCKER_11")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    names: set[str] = set()
    exact: set[str] = set()
    for stage in dockerfile.stages:
        word = stage.source.name if stage.source else None
        if word is not None:
            if stage.name in names:
                yield Problem(span=word.span, aliases=None if word.text in exact else _ALIASES[1:])
            names.add(stage.name)
            exact.add(word.text)


RULE = Rule(
    id="duplicate-stage-name",
    aliases=_ALIASES,
    severity=Severity.ERROR,
    summary="Two stages have the same name",
    check=_check,
)
