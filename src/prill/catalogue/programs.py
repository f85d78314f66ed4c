"""Which kind of program a file is: by its name, and by marks in its content."""

import re
from collections.abc import Callable
from fnmatch import translate
from functools import cache
from typing import Any

from prill.catalogue.data_files import InvalidCatalogue, load_data
from prill.model.value import dataclass

__all__ = ["KINDS", "Mark", "ProgramKind", "kinds_by_name", "marks"]

KINDS = (
    "shell",
    "multi-call",
    "interpreter",
    "package-manager",
    "compiler",
    "downloader",
    "debugger",
    "ssh-server",
)
_Matches = Callable[[str], re.Match[str] | None]
_FIELDS = {"names", "marks", "wide", "version"}


@dataclass(frozen=True, slots=True, order=True)
class ProgramKind:
    """A kind of program, such as ``shell``, and which program of that kind, such as ``bash``."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A text whose presence in a file's content says which program it is; ``version`` finds its version there."""

    program: ProgramKind
    text: bytes
    version: re.Pattern[bytes] | None = None


def kinds_by_name(name: str) -> tuple[ProgramKind, ...]:
    """Return what a file is that is called ``name``, without its folder; a program may be of several kinds."""
    names, any_glob, globs = _names()
    found = names.get(name, ())
    if not any_glob(name):
        return found
    return (*found, *(program for matches, program in globs if matches(name) and program not in found))


@cache
def marks() -> tuple[Mark, ...]:
    """Return all marks."""
    found = []
    for program, fields in _programs():
        version = re.compile(fields["version"].encode()) if "version" in fields else None
        texts = [text.encode() for text in fields.get("marks", ())]
        texts += [text.encode("utf-32-le") for text in fields.get("wide", ())]
        found += [Mark(program, text, version) for text in texts]
    return tuple(found)


@cache
def _names() -> tuple[dict[str, tuple[ProgramKind, ...]], _Matches, tuple[tuple[_Matches, ProgramKind], ...]]:
    """Return programs by whole names; whether any glob matches, asked first of thousands of names; each glob's."""
    exact: dict[str, tuple[ProgramKind, ...]] = {}
    globs: list[tuple[_Matches, ProgramKind]] = []
    patterns = []
    for program, fields in _programs():
        for name in fields["names"]:
            if set(name) & set("*["):
                patterns.append(translate(name))
                globs.append((re.compile(patterns[-1]).fullmatch, program))
            else:
                exact[name] = (*exact.get(name, ()), program)
    return exact, re.compile("|".join(patterns)).fullmatch, tuple(globs)


@cache
def _programs() -> tuple[tuple[ProgramKind, dict[str, Any]], ...]:
    tables, _, _ = load_data("programs")
    if tuple(tables) != KINDS:
        raise InvalidCatalogue(f"programs: kinds are {', '.join(KINDS)}, not {', '.join(tables)}")
    found = []
    for kind, programs in tables.items():
        for name, fields in programs.items():
            if not fields.get("names") or set(fields) - _FIELDS:
                raise InvalidCatalogue(f"programs: not a program: {name} = {fields!r}")
            found.append((ProgramKind(kind, name), fields))
    return tuple(found)
