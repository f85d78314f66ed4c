"""Programs by their content: shells and others under whatever name, and what multi-call programs have in them."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

import msgspec

from prill.catalogue.programs import Mark, marks
from prill.model.regex import regex
from prill.oci.evidence import Evidence, FoundFile

__all__ = ["PROGRAMS", "Identified", "ProgramEvidence", "ProgramReader"]

_EXECUTABLE = 0o111
_SCRIPT = b"#!"
_PART = 4 << 20
_OVERLAP = 4096
_MAX_BYTES = 64 << 20
_MAX_APPLETS = 1000
_APPLETS = 16 << 10
_ANCHORS = (b"\0[\0[[\0", b"\0acpid\0", b"\0ash\0", b"\0base64\0", b"\0acpi\0")
_APPLET = regex(rb"[a-z0-9\[][a-z0-9\[_.+-]{0,23}")
_USAGE = regex(rb"usage: ([a-z0-9][a-z0-9_.+-]{0,23})[ \n\0]")


class Identified(msgspec.Struct, frozen=True):
    """A program that a mark was found of."""

    kind: str
    name: str
    version: str = ""


class ProgramEvidence(Evidence, frozen=True):
    """A program (``runs``), a library, or a ``script``; and what it was found to be."""

    script: bool = False
    runs: bool = False
    found: tuple[Identified, ...] = ()
    applets: tuple[str, ...] = ()


class ProgramReader:
    """Looks for the catalogue's marks in everything that can be run; of others it only says that they are there."""

    id = "programs"
    version = 2
    patterns: tuple[str, ...] = ()
    programs = True
    evidence = ProgramEvidence

    def wants(self, path: str, size: int, first: bytes) -> bool:  # noqa: ARG002 - as everybody is asked
        """Return whether a file is a script."""
        return first[:2] == _SCRIPT

    def read(self, file: FoundFile) -> ProgramEvidence:
        """Read one file, its first 64 MiB at most: no shell is larger."""
        with file.open() as stream:
            if stream.read(2) == _SCRIPT:
                return ProgramEvidence(script=True)
        name = file.path[file.path.rfind("/") + 1 :]
        if not file.stat.mode & _EXECUTABLE or ".so." in name or name.endswith((".so", ".o", ".ko", ".node")):
            return ProgramEvidence()
        with file.open() as stream:
            found, applets = _search(stream)
        return ProgramEvidence(runs=True, found=found, applets=applets)


def _search(stream: BinaryIO) -> tuple[tuple[Identified, ...], tuple[str, ...]]:
    """Look for all marks, part by part, parts overlapping by more than a mark is long."""
    waiting: list[Mark] = list(marks())
    found: dict[tuple[str, str], Identified] = {}
    applets: tuple[str, ...] = ()
    before = b""
    for _ in range(_MAX_BYTES // _PART):
        part = stream.read(_PART)
        if not part:
            break
        data = before + part
        for mark in [mark for mark in waiting if mark.text in data]:
            waiting.remove(mark)
            program = mark.program
            seen = mark.version.search(data) if mark.version else None
            identified = Identified(program.kind, program.name, seen[1].decode("ascii", "replace") if seen else "")
            found.setdefault((program.kind, program.name), identified)
        if not applets and any(kind == "multi-call" for kind, _ in found):
            applets = _applets(data)
        before = data[-_OVERLAP:]
    return _without_mimics(found), applets


def _without_mimics(found: dict[tuple[str, str], Identified]) -> tuple[Identified, ...]:
    """Leave out what a multi-call program has in it, and of one kind the shells that another one is made from."""
    calls = [one for (kind, _), one in found.items() if kind == "multi-call"]
    if calls:
        return tuple(calls)
    if ("shell", "mksh") in found:
        found.pop(("shell", "ksh"), None)
    return tuple(one for _, one in sorted(found.items()))


def _applets(data: bytes) -> tuple[str, ...]:
    """Return the names of applets: from BusyBox's table, or else from toybox's and from what its help says."""
    tables = [
        data[at + 1 : at + _APPLETS].split(b"\0")[:_MAX_APPLETS]
        for at in (data.find(anchor) for anchor in _ANCHORS)
        if at >= 0
    ]
    for table in tables:
        names = list(_from_start(table))
        if len(names) > 1:
            return tuple(name.decode() for name in names)
    explained = {match[1] for match in islice(_USAGE.finditer(data), _MAX_APPLETS)}
    found = explained.union(*map(_rising, tables))
    return tuple(sorted(name.decode() for name in found)) if len(found) > 1 else ()


def _from_start(table: Iterable[bytes]) -> Iterator[bytes]:
    """Yield names that stand one after the other, sorted, as BusyBox has them."""
    before = b""
    for name in table:
        if not _APPLET.fullmatch(name) or name <= before:
            return
        yield name
        before = name


def _rising(table: Iterable[bytes]) -> set[bytes]:
    """Return the longest sorted row of names: toybox has its commands sorted, and their options between them."""
    names = [name for name in table if _APPLET.fullmatch(name)]
    ends: list[bytes] = []  # the lowest name that a row of each length ends in
    before: dict[bytes, bytes] = {}
    for name in names:
        at = bisect_left(ends, name)
        if at and name not in before:
            before[name] = ends[at - 1]
        ends[at : at + 1] = [name]
    row = ends[-1:]
    while row and row[-1] in before:
        row.append(before[row[-1]])
    return set(row)


PROGRAMS = ProgramReader()
