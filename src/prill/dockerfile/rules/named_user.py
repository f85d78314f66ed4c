"""A user by name means nothing outside the image."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.variables import find_references
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_NUMBERS = frozenset({"APP_UID"})
"""Variables that a base sets to a number: Microsoft's .NET images."""
_NUMBER = regex(r"[0-9]+(?::.*)?")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    args = {pair.key.text for step in dockerfile.of("ARG") for pair in step.pairs}
    for step in dockerfile.of("USER"):
        node = step.instruction
        found = step.expand(node.arguments)
        given = {one.name for one in find_references(node.arguments) if not one.modifier} & args
        given |= {*found.unset} & _NUMBERS
        nobody = not found.text.partition(":")[0] and not found.unset  # a group alone
        if not step.deferred and node.arguments and not given and not nobody and not _NUMBER.fullmatch(found.text):
            yield Problem(node.arguments_span)


RULE = Rule(
    id="named-user",
    aliases=("DL3066",),
    severity=Severity.INFO,
    summary="A user by name means nothing outside the image",
    check=_check,
)
