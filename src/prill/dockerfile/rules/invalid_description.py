"""The comment above does not begin with the name that it describes."""

from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.arguments import read_from, read_pairs, read_words
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.source import Word
from prill.dockerfile.syntax import Comment, Instruction, Trivia
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    nodes = dockerfile.file.nodes
    for before, node in pairwise(node for node in nodes if not isinstance(node, Trivia)):
        if not isinstance(before, Comment) or not isinstance(node, Instruction):
            continue
        names = _names(node)
        if names and before.text and before.text.partition(" ")[0] not in {name.text for name in names}:
            message = f"the comment above would be shown if it began with {names[0].text}"
            yield Problem(span=names[0].span, message=message)


def _names(node: Instruction) -> list[Word]:
    if node.keyword == "ARG":
        return [pair.key for pair in read_pairs(node)]
    found = read_from(read_words(node)) if node.keyword == "FROM" else None
    return [found.name] if found and found.name else []


RULE = Rule(
    id="invalid-description",
    aliases=("InvalidDefinitionDescription",),
    severity=Severity.INFO,
    summary="The comment above does not begin with the name that it describes",
    check=_check,
    default=False,
)
