"""ADD unpacks an archive by itself."""

import posixpath
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.source import Word
from prill.model.finding import Severity

__all__ = ["RULE"]

_SUFFIXES = (
    ".tar", ".gz", ".bz2", ".xz", ".Z", ".lzma", ".lz", ".tlz", ".txz", ".tb2", ".tbz", ".tbz2", ".tZ", ".tgz", ".tpz"
)  # fmt: skip
_UNPACKERS = frozenset({"bunzip2", "gunzip", "gzcat", "uncompress", "unlzma", "unxz", "unzip", "zcat", "zgz"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    unpacked: dict[int, dict[str, list[tuple[int, bool]]]] = {}
    for step in dockerfile.of("COPY"):
        copy = step.copy
        if step.deferred or step.stage is None or copy is None or step.instruction.flag("from"):
            continue
        first: tuple[int, Word, bool] | None = None
        for word in (*copy.sources, copy.destination):
            name = posixpath.basename(word.text.strip("\"'"))
            if not name.endswith(_SUFFIXES):
                continue
            if step.stage.index not in unpacked:
                unpacked[step.stage.index] = _unpacked(step.stage)
            places = unpacked[step.stage.index].get(name, [])
            place = bisect_right(places, step.index, key=itemgetter(0))
            if place < len(places) and (first is None or places[place][0] < first[0]):
                first = places[place][0], word, places[place][1]
        if first is not None:
            yield Problem(span=first[1].span, aliases=None if first[2] else ())


def _unpacked(stage: Stage) -> dict[str, list[tuple[int, bool]]]:
    """Return which steps of a stage unpack a file of which name, and whether others see that they do."""
    found: dict[str, list[tuple[int, bool]]] = {}
    for step in stage.of("RUN"):
        if step.deferred:
            continue
        for command in step.commands:
            if _unpacks(command):
                known = command.name != "tar" or command.has_flag("x", "extract", "get")
                for name, plain in {_named(text) for text in command.texts}:
                    found.setdefault(name, []).append((step.index, known and plain))
    return found


def _named(text: str) -> tuple[str, bool]:
    """Return the file that an argument names, and whether it does so without an equals sign, where others look."""
    before, _, path = text.rpartition("=")
    return posixpath.basename(path), not before


def _unpacks(command: ShellCommand) -> bool:
    if command.name == "tar":
        first = command.texts[0] if command.texts else ""
        return command.has_flag("x", "extract", "get") or (not first.startswith("-") and "x" in first)
    return command.name in _UNPACKERS


RULE = Rule(
    id="copied-archive",
    aliases=("DL3010",),
    severity=Severity.INFO,
    summary="ADD unpacks an archive by itself",
    check=_check,
)
