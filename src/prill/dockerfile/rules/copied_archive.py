"""ADD unpacks an archive by itself."""

import posixpath
from collections.abc import Iterator, Mapping

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.source import Word
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_SUFFIXES = (
    ".tar", ".gz", ".bz2", ".xz", ".Z", ".lzma", ".lz", ".tlz", ".txz", ".tb2", ".tbz", ".tbz2", ".tZ", ".tgz", ".tpz"
)  # fmt: skip
_UNPACKERS = frozenset({"bunzip2", "gunzip", "gzcat", "uncompress", "unlzma", "unxz", "unzip", "zcat", "zgz"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY"):
        copy = step.copy
        if step.deferred or step.stage is None or copy is None or step.instruction.flag("from"):
            continue
        names = {posixpath.basename(word.text.strip("\"'")): word for word in copy.sources}
        archives = {name: word for name, word in names.items() if name.endswith(_SUFFIXES)}
        if archives:
            yield from _unpacked(step, step.stage, archives)


def _unpacked(step: Step, stage: Stage, archives: Mapping[str, Word]) -> Iterator[Problem]:
    for later in stage.of("RUN", after=step.index):
        for command in later.commands:
            used = {posixpath.basename(text.rpartition("=")[2]) for text in command.texts} & set(archives)
            if used and _unpacks(command):
                known = command.name != "tar" or command.has_flag("x", "extract")
                yield Problem(span=archives[min(used)].span, aliases=None if known else ())
                return


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
