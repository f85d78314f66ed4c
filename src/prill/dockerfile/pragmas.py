"""Comments that say which findings do not count: Prill's, hadolint's, and BuildKit's ``check`` directive.

| written | holds for |
|---|---|
| ``# prill: ignore[rule, …] reason`` | the next instruction; inside an instruction, the next line |
| ``# prill: ignore-file[rule, …] reason`` | the file |
| ``# hadolint ignore=DL3006,…`` | an instruction that begins on the next line |
| ``# hadolint stage ignore=…`` | what begins behind the next line, to the next FROM and with it |
| ``# hadolint global ignore=…`` | the file |
| ``# check=skip=JSONArgsRecommended,…;error=true`` | BuildKit's checks in the file |
| ``# check=skip=…`` among the comments right above an instruction | BuildKit's checks of that instruction |
"""

import re
from bisect import bisect_right
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from prill.dockerfile.check_directive import Checks, read_checks
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.source import Span
from prill.dockerfile.syntax import Comment, Directive, Instruction, PieceKind
from prill.model.regex import regex

__all__ = ["Pragma", "PragmaKind", "find_pragmas", "mentions_pragmas", "misspelt_pragmas", "read_check_directive"]

_PRILL = regex(r"prill:\s*(ignore|ignore-file)\s*\[([^\]]*)\]\s*(.*)")
_MEANT = regex(
    r"#+\s*(?:(prill)\s*:?\s*ignore\b|(hadolint)\s*:?\s*(?:(?:global|stage)\s+)?ignore(?:\s*[=:]|\s+(?:DL|SC)[0-9]))",
    re.IGNORECASE,
)
_HADOLINT = regex(r"hadolint\s+(?:(global|stage)\s+)?ignore\s*=\s*+([^#\s](?:[^#]*[^#\s])?|)\s*(?:#\s*(.*))?\Z")
_CHECK = regex(r"(?:check|CHECK)\s*=\s*(.+)\Z")
_NO_CHECKS = Checks()
_CODES = regex(r"[DLSC0-9]+(?:\s*,\s*[DLSC0-9]+)*\Z")


class PragmaKind(StrEnum):
    """How far a pragma reaches."""

    NEXT = "next"
    STAGE = "stage"
    FILE = "file"
    CHECK = "check"
    NEXT_CHECK = "next-check"


class Pragma(NamedTuple):
    """A comment that suppresses ``codes`` on the lines from ``first`` to ``last``; ``all`` as a code is every check.

    ``by_statement`` says that the line counts on which the statement begins, not the finding.
    """

    kind: PragmaKind
    codes: tuple[str, ...]
    reason: str
    span: Span
    first: int
    last: int
    tool: str
    by_statement: bool = True


@lru_cache(maxsize=1)
def find_pragmas(document: Dockerfile) -> tuple[Pragma, ...]:
    """Return the pragmas of a file, in order; several rules ask for those of the same file."""
    file = document.file
    found: list[Pragma] = []
    said = "prill:" in file.source.text or "hadolint" in file.source.text
    froms = [stage.from_step.statement for stage in document.stages if stage.from_step] if said else []
    stages = [file.source.line(one.written.start) for one in froms]
    instructions = file.instructions
    starts = [one.span.start for one in instructions]
    for node in file.nodes if said else ():
        if isinstance(node, Comment):
            if "prill:" in node.text or "hadolint" in node.text:
                written = file.source.text[node.span.start : node.span.end].rstrip()
                span = Span(node.span.start, node.span.start + len(written))
                place = bisect_right(starts, span.start)
                following = instructions[place] if place < len(instructions) else None
                found.extend(
                    _read_prill(document, node.text, span, following)
                    or _read_hadolint(document, node.text, span, stages)
                )
        elif isinstance(node, Instruction):
            for kind, start, end in node.pieces:
                if kind is PieceKind.COMMENT:
                    text = file.source.text[start:end]
                    if "prill:" in text:
                        found.extend(_inside(document, text.strip().removeprefix("#").strip(), Span(start, end)))
    found.extend(_checks(document))
    if "check" in file.source.text or "CHECK" in file.source.text:
        found.extend(_checks_above(document))
    return tuple(found)


def mentions_pragmas(document: Dockerfile) -> bool:
    """Whether the file names Prill or hadolint anywhere, in whatever case; without, no comment was meant for them."""
    text = document.file.source.text.casefold()
    return "prill" in text or "hadolint" in text


def misspelt_pragmas(document: Dockerfile) -> tuple[tuple[str, Span], ...]:
    """Return the comments that were meant to suppress something and do not, each behind the tool that it names.

    hadolint passes over a whole comment with one word that is no code, and over those inside of an instruction.
    """
    text = document.file.source.text
    if not mentions_pragmas(document):
        return ()
    read = {(one.tool, one.span.start) for one in find_pragmas(document) if one.codes}
    pieces = (piece for node in document.file.nodes for piece in node.pieces)
    found = []
    for first, end in [(start, end) for kind, start, end in pieces if kind is PieceKind.COMMENT]:
        written = text[first:end]
        start = first + len(written) - len(written.lstrip())
        meant = _MEANT.match(text, start, end)
        tool = (meant[1] or meant[2]).lower() if meant else ""
        if tool and not {(tool, first), (tool, start)} & read:
            found.append((tool, Span(start, start + len(written.strip()))))
    return tuple(found)


def _read_prill(document: Dockerfile, text: str, span: Span, following: Instruction | None) -> list[Pragma]:
    source = document.file.source
    line = source.line(span.start)
    found = _PRILL.match(text)
    if found is None:
        return []
    codes = tuple(code.strip() for code in found[2].split(",") if code.strip())
    if found[1] == "ignore-file":
        return [Pragma(PragmaKind.FILE, codes, found[3].strip(), span, 1, len(source.lines), "prill")]
    if following is None:
        return [Pragma(PragmaKind.NEXT, codes, found[3].strip(), span, line, line, "prill")]
    first, last = source.line(following.written.start), source.line(max(following.span.end - 1, 0))
    return [Pragma(PragmaKind.NEXT, codes, found[3].strip(), span, first, last, "prill")]


def _read_hadolint(document: Dockerfile, text: str, span: Span, stages: list[int]) -> list[Pragma]:
    found = _HADOLINT.match(text)
    if found is None or not _CODES.match(found[2]):
        return []
    source = document.file.source
    line = source.line(span.start)
    codes = tuple(code.strip() for code in found[2].split(","))
    reason = found[3] or ""
    if found[1] == "global":
        return [Pragma(PragmaKind.FILE, codes, reason, span, 1, len(source.lines), "hadolint")]
    if found[1] == "stage":
        first, last = _stage_lines(document, line + 1, stages)
        return [Pragma(PragmaKind.STAGE, codes, reason, span, first, last, "hadolint")]
    return [Pragma(PragmaKind.NEXT, codes, reason, span, line + 1, line + 1, "hadolint")]


def _inside(document: Dockerfile, text: str, span: Span) -> list[Pragma]:
    found = _PRILL.match(text)
    if found is None or found[1] != "ignore":
        return []
    codes = tuple(code.strip() for code in found[2].split(",") if code.strip())
    line = document.file.source.line(span.start) + 1
    return [Pragma(PragmaKind.NEXT, codes, found[3].strip(), span, line, line, "prill", by_statement=False)]


def _stage_lines(document: Dockerfile, line: int, starts: list[int]) -> tuple[int, int]:
    """Return the lines that such a comment holds for whose next line is ``line``: those behind it, to the next FROM.

    hadolint counts that FROM as well, and not the line right below the comment. ``starts`` are the lines of all FROM.
    """
    place = bisect_right(starts, line)
    return line + 1, starts[place] if place < len(starts) else len(document.file.source.lines)


def _directive(document: Dockerfile) -> Directive | None:
    directives = document.file.directives
    return next((one for one in directives if one.name == "check"), None) if directives else None


def read_check_directive(document: Dockerfile) -> Checks:
    """Return what the file's ``check`` directive says; nothing without one."""
    directive = _directive(document)
    return read_checks(directive.value.text) if directive is not None else _NO_CHECKS


def _checks(document: Dockerfile) -> list[Pragma]:
    directive = _directive(document)
    codes = read_checks(directive.value.text).skip if directive is not None else ()
    if directive is None or not codes:
        return []
    last = len(document.file.source.lines)
    return [Pragma(PragmaKind.CHECK, codes, "", directive.value.span, 1, last, "buildkit")]


def _checks_above(document: Dockerfile) -> list[Pragma]:
    """Read what holds for one instruction: in a comment above it, with nothing but comments between."""
    source = document.file.source
    found: list[Pragma] = []
    waiting: list[tuple[Span, tuple[str, ...]]] = []
    for node in document.file.nodes:
        if isinstance(node, Comment):
            said = _CHECK.match(node.text)
            codes = read_checks(said[1]).skip if said else ()
            if codes:
                written = source.text[node.span.start : node.span.end].rstrip()
                waiting.append((Span(node.span.start, node.span.start + len(written)), codes))
            continue
        if isinstance(node, Instruction):
            line = source.line(node.written.start)
            found += [Pragma(PragmaKind.NEXT_CHECK, codes, "", span, line, line, "buildkit") for span, codes in waiting]
        waiting = []
    return found
