"""Calls of pip, by its own name or as a module of Python."""

from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.step import Invocation
from prill.model.regex import regex

__all__ = ["pip_installs"]

_PYTHON = regex(r"python[0-9.]*")


def pip_installs(dockerfile: Dockerfile) -> Iterator[Invocation]:
    """Yield ``pip install`` under whatever name, pipx included, and ``python -m pip install``."""
    for name, calls in dockerfile.by_program.items():
        direct = name.startswith("pip") and not name.startswith("pipenv")
        module = name.startswith("python") and _PYTHON.fullmatch(name) is not None
        for one in calls if direct or module else ():
            texts = one.command.texts
            if "install" in texts and (direct or ("-m", "pip") in pairwise(texts)):
                yield one
