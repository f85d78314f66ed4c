"""ENV uses a variable that the same ENV sets."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.variables import find_references
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("ENV"):
        if step.deferred or len(step.pairs) < 2 or "$" not in step.instruction.arguments:  # noqa: PLR2004 - one that refers to another
            continue
        names = {pair.key.text for pair in step.pairs} - step.state.declared
        for pair in step.pairs:
            if pair.value is not None:
                for one in find_references(pair.value.text, dockerfile.file.escape):
                    if one.name in names - {pair.key.text} and not one.safe:
                        yield Problem(
                            span=pair.value.span, message=f"${one.name} is set by this ENV and has no value yet"
                        )


RULE = Rule(
    id="env-refers-to-itself",
    aliases=("DL3044",),
    severity=Severity.ERROR,
    summary="ENV uses a variable that the same ENV sets",
    check=_check,
)
