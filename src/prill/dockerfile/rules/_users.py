"""Who is root, however it is written."""

from collections.abc import Iterable, Sequence

from prill.dockerfile.step import Step
from prill.model.regex import regex

__all__ = ["is_root", "made_as_root", "name_of", "stays_root"]

_MAKERS = frozenset({"adduser", "useradd", "usermod"})
_NUMBER = regex(r"(?:-[A-Za-z]*u|--uid(?:=|$))([0-9]*)")
_ZERO = regex(r"0+")


def is_root(name: str) -> bool:
    """Whether a user or a group is root's: the name, or a number that is zero, as ``00``."""
    return name == "root" or _ZERO.fullmatch(name) is not None


def name_of(user: str | None) -> str:
    """Return the user of what USER says, without the group; "" where nobody says it, or it is not known."""
    return (user or "").partition(":")[0].strip()


def stays_root(user: str | None) -> bool:
    """Whether what USER says leaves root there: root itself, nobody, or a group alone."""
    return not (name := name_of(user)) or is_root(name)


def made_as_root(steps: Iterable[Step], name: str) -> bool:
    """Whether one of the steps gives root's number to the user of this name: ``useradd -o -u 0 name``."""
    return any(
        command.program in _MAKERS and name in command.texts and is_root(_number(command.texts))
        for step in steps
        if step.keyword == "RUN"
        for command in step.commands
    )


def _number(texts: Sequence[str]) -> str:
    for place, text in enumerate(texts):
        found = _NUMBER.fullmatch(text)
        if found is not None:
            return found[1] or "".join(texts[place + 1 : place + 2])
    return ""
