"""Commented specs to start from, one a kind of image; ``prill new`` prints them."""

import difflib
from importlib.resources import files

from prill.errors import PrillError

__all__ = ["KINDS", "UnknownTemplate", "new_spec", "summary"]

KINDS = ("static", "base", "cc", "python", "java", "nodejs", "nginx", "dotnet", "app", "go", "c")
"""The kinds, from the smallest base up, those for the build stage last."""


class UnknownTemplate(PrillError):
    """There is no template of that name."""


def new_spec(kind: str) -> str:
    """Return the text of a spec for ``kind``; raise `UnknownTemplate` for one that is not in `KINDS`."""
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(KINDS)}"
        raise UnknownTemplate(f"there is no template {kind[:80]!r}", hint=hint)
    return files("prill.build").joinpath("templates", f"{kind}.yaml").read_text(encoding="utf-8")


def summary(kind: str) -> str:
    """Return the template's first sentence, which says what it is for."""
    return new_spec(kind).split("\n", 1)[0].removeprefix("# ")
