"""What BuildKit's ``# check=`` says: ``skip=A,B;error=true;experimental=all``, as its linter reads it.

The value ends at the first blank. ``skip`` and ``experimental`` take ``all`` or names, exact to the letter; anything
else stops the build.
"""

from typing import NamedTuple

__all__ = ["EXPERIMENTAL", "Checks", "read_checks"]

EXPERIMENTAL = frozenset({"InvalidDefinitionDescription"})
"""The checks that are off unless a file asks for them."""

_YES = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_NO = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_MOST = 3


class Checks(NamedTuple):
    """What a directive asks for; ``refused`` is why BuildKit stops there, or "" where it does not."""

    skip: tuple[str, ...] = ()
    experimental: tuple[str, ...] = ()
    fails: bool = False
    refused: str = ""


def read_checks(value: str) -> Checks:
    """Read the directive's value."""
    found = Checks()
    text = value.partition(" ")[0]
    for part in text.split(";", _MOST - 1) if text else ():
        name, equals, said = (one.strip() for one in part.partition("="))
        names = tuple(one.strip() for one in said.split(",") if one.strip())
        if not equals:
            return found._replace(refused=f"{part!r} is no option of a check directive, as skip=all")
        if name == "skip":
            found = found._replace(skip=names)
        elif name == "experimental":
            found = found._replace(experimental=names)
        elif name != "error":
            return found._replace(refused=f"{name!r} is none of skip, error and experimental")
        elif said not in _YES | _NO:
            return found._replace(refused=f"error={said} is neither true nor false")
        else:
            found = found._replace(fails=said in _YES)
    return found
