"""Nothing is known of the base, so that rules about bases say nothing."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    seen: set[str] = set()
    for stage in dockerfile.stages:
        name = stage.image.text
        if stage.source is not None and stage.parent is None and base_of(stage) is None and name not in seen:
            seen.add(name)
            why = "its name has a variable in it" if stage.image.unset else "it is not in the catalogue"
            message = f"nothing is known of {name}: {why}, and rules about its shell, users and programs are silent"
            yield Problem(stage.source.image.span, message)


RULE = Rule(
    id="unknown-base",
    severity=Severity.STYLE,
    summary="Nothing is known of the base, so that rules about bases say nothing",
    check=_check,
)
