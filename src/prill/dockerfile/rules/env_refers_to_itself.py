"""ENV uses a variable that the same ENV sets."""

from collections import Counter
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.variables import MAX_DEPTH, Reference, find_references
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    escape = dockerfile.file.escape
    for step in dockerfile.of("ENV"):
        if step.deferred or len(step.pairs) < 2 or "$" not in step.instruction.arguments:  # noqa: PLR2004 - one that refers to another
            continue
        counts = Counter(pair.key.text for pair in step.pairs)
        for pair in step.pairs:
            if pair.value is not None:
                for one in _references(pair.value.text, escape):
                    others = counts[one.name] - (one.name == pair.key.text)
                    if others and not one.safe and not step.state.declares(one.name):
                        message = f"${one.name} is set by this ENV and has no value yet"
                        yield Problem(span=pair.value.span, message=message)


def _references(text: str, escape: str, depth: int = 0) -> Iterator[Reference]:
    """Yield the variables of a text, and those of the words that stand in for one: ``${x:-$y}``."""
    for one in find_references(text, escape):
        yield one
        if one.safe and depth < MAX_DEPTH:
            yield from _references(one.word, escape, depth + 1)


RULE = Rule(
    id="env-refers-to-itself",
    aliases=("DL3044", "UndefinedVar"),
    severity=Severity.ERROR,
    summary="ENV uses a variable that the same ENV sets",
    check=_check,
)
