"""A tree with branches drawn between its lines."""

from collections.abc import Iterator

from prill.model.value import dataclass
from prill.views.columns import printable

__all__ = ["Branch", "draw"]


@dataclass(frozen=True, slots=True)
class Branch:
    """A line, more lines about the same thing, and what is below it."""

    line: str
    more: tuple[str, ...] = ()
    branches: tuple["Branch", ...] = ()


def draw(root: Branch) -> str:
    """Return the tree, the root's line first."""
    return "\n".join(_lines(root, "", ""))


def _lines(branch: Branch, first: str, rest: str) -> Iterator[str]:
    yield f"{first}{printable(branch.line)}"
    below = rest + ("│  " if branch.branches else "   ")
    yield from (f"{below}{printable(line)}" for line in branch.more)
    for number, one in enumerate(branch.branches):
        last = number + 1 == len(branch.branches)
        yield from _lines(one, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))
