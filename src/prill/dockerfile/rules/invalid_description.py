"""The comment above does not begin with the name that it describes."""

from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.arguments import read_from, read_pairs
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.syntax import Comment, Instruction
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    nodes = dockerfile.file.nodes
    for before, node in pairwise(nodes):
        if not isinstance(before, Comment) or not isinstance(node, Instruction):
            continue
        name = _name(node)
        if name and before.text and not before.text.startswith(name + " "):
            yield Problem(span=before.span, message=f"the comment would be shown if it began with {name}")


def _name(node: Instruction) -> str:
    if node.keyword == "ARG":
        pairs = read_pairs(node)
        return pairs[0].key.text if pairs else ""
    found = read_from(node) if node.keyword == "FROM" else None
    return found.name.text if found and found.name else ""


RULE = Rule(
    id="invalid-description",
    aliases=("InvalidDefinitionDescription",),
    severity=Severity.INFO,
    summary="The comment above does not begin with the name that it describes",
    check=_check,
    default=False,
)
