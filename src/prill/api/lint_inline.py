"""Dockerfiles inside of other files: Compose's ``dockerfile_inline`` and Bake's ``dockerfile-inline``.

They are found by their lines: a YAML block scalar (``|`` or ``>``), a here-document of HCL, or a string in quotes of
YAML, JSON or HCL. One that is written in another way, by reference or without quotes, is not read, and its line is
known. What is found in them is told by its place in the file that they stand in, and so is a fix where it certainly
means the same there: nothing that Compose or Bake would put a variable into, no quote or escape inside of a string, a
new line in a block alone, with the block's indentation.
"""

import re
from bisect import bisect_right
from collections import Counter
from itertools import accumulate

from prill.api.inline_scalars import Character, block_scalar, quoted_scalar
from prill.dockerfile.source import Source
from prill.model.finding import Edit, Finding, Fix, Location
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["InlineDockerfile", "find_inline", "is_inline_host", "moved", "unread_inline"]

_HOST = regex(r"(?:docker-)?compose(?:[._-].+)?\.ya?ml|docker-bake(?:[._-].+)?\.(?:hcl|json)", re.IGNORECASE)
_YAML = regex(r"(?P<indent>[ ]*)(?:- )?dockerfile_inline:[ ]*(?P<style>[|>])[-+0-9]*[ ]*(?:#.*)?")
_HCL = regex(r"[ \t]*dockerfile-inline[ \t]*=[ \t]*<<(?P<dash>-?)(?P<end>\w+)[ \t]*")
_KEY = regex(r"""(?:^|[\s{,"'])dockerfile[_-]inline["']?\s*[:=]\s*(?P<value>[^\s#])""")


_COMMENT = regex(r"\s*(?:#|//)")
_TEMPLATE = regex(r"[$%]\{")
_NAMED = regex(r"""(?:^|[\s{,"'])dockerfile[_-]inline["']?\s*(?P<sign>[:=])""")
_BLANKS = regex(r"\s*")
_IN_BLOCK, _IN_FOLD, _IN_QUOTES = "$%\r", "$%\r\n", "$%\r\n\"'\\"
"""The characters that mean something else in a block, in one whose lines are folded, and between quotes."""


@dataclass(frozen=True, slots=True)
class InlineDockerfile:
    """A Dockerfile; ``line`` is that of its key, ``places`` from where to where each character stands in the host.

    ``starts`` are the places in ``text`` at which its lines begin. ``kept`` are the characters that cannot be written
    into it as they are, ``indent`` what stands before each line of a block.
    """

    text: str
    line: int
    places: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]
    kept: str
    indent: str = ""

    @classmethod
    def of(
        cls, characters: tuple[Character, ...], line: int, kept: str = _IN_QUOTES, indent: str = ""
    ) -> "InlineDockerfile":
        """Return the Dockerfile that characters make."""
        text = "".join(one[0] for one in characters)
        starts = Source.of(text.encode("utf-8", "surrogateescape"), "").lines
        return cls(text, line, tuple(one[1:] for one in characters), tuple(starts), kept, indent)


def is_inline_host(name: str) -> bool:
    """Whether files of this name may hold Dockerfiles."""
    return bool(_HOST.fullmatch(name))


def find_inline(text: str) -> tuple[InlineDockerfile, ...]:
    """Return the Dockerfiles in a file's text, in order."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    found: list[InlineDockerfile] = []
    number = 0
    while number < len(lines):
        line = lines[number].rstrip("\r")
        number += 1
        key = number
        if yaml := _YAML.fullmatch(line):
            body, number = _block(lines, number, len(yaml["indent"]))
            folded = yaml["style"] == ">"
        elif hcl := _HCL.fullmatch(line):
            body, number = _heredoc(lines, number, hcl["end"])
            folded = False
        else:
            quoted, number = _strings(text, starts, number)
            found += quoted
            continue
        if any(one.strip() for one in body):
            characters = block_scalar(body, starts[key], folded=folded)
            indent = " " * min(len(line) - len(line.lstrip(" ")) for line in body if line.strip())
            found.append(InlineDockerfile.of(characters, key, _IN_FOLD if folded else _IN_BLOCK, indent))
    return tuple(found)


def _strings(text: str, starts: list[int], number: int) -> tuple[list[InlineDockerfile], int]:
    """Read the strings that begin on line ``number``, and return the number of the line on which the last ends."""
    found: list[InlineDockerfile] = []
    place, end = starts[number - 1], min(starts[number], len(text))
    if _COMMENT.match(text, place):
        return found, number
    while (key := _NAMED.search(text, place, end)) is not None:
        blanks = _BLANKS.match(text, key.end())
        value = blanks.end() if blanks else key.end()
        read = quoted_scalar(text, value) if text[value : value + 1] in {'"', "'"} else None
        if read is None or (key["sign"] == "=" and _TEMPLATE.search(text, value, read[1])):
            break  # no string, one without an end, or one that Bake puts together
        inline = InlineDockerfile.of(read[0], number)
        if inline.text.strip():
            found.append(inline)
        place = read[1]
    return found, max(number, bisect_right(starts, place))


def unread_inline(text: str) -> tuple[int, ...]:
    """Return the lines on which a Dockerfile begins that `find_inline` does not read."""
    read = Counter(inline.line for inline in find_inline(text))
    return tuple(
        number
        for number, line in enumerate(text.split("\n"), 1)
        if (key := _KEY.search(line)) is not None
        and len(_KEY.findall(line)) > read[number]
        and not line.lstrip().startswith("#")
        and not (key["value"] in "|>" and _YAML.fullmatch(line.rstrip("\r")))
        and not _HCL.fullmatch(line.rstrip("\r"))
    )


def _block(lines: list[str], number: int, indent: int) -> tuple[list[str], int]:
    """Take the lines that are blank or stand deeper than ``indent``."""
    body: list[str] = []
    while number < len(lines):
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
            break
        body.append(line)
        number += 1
    return body, number


def _heredoc(lines: list[str], number: int, end: str) -> tuple[list[str], int]:
    body: list[str] = []
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.strip() == end:
            break
        body.append(line)
    return body, number


def moved(finding: Finding, inline: InlineDockerfile, host: Source) -> Finding:
    """Return the finding with its place in the host, and with those of its fixes that can be made there."""
    within = finding.within
    return finding._replace(
        location=_moved(finding.location, inline, host),
        within=_moved(within, inline, host) if within is not None else None,
        fixes=tuple(fix for one in finding.fixes if (fix := _moved_fix(one, inline)) is not None),
    )


def _moved_fix(fix: Fix, inline: InlineDockerfile) -> Fix | None:
    edits = tuple(_moved_edit(edit, inline) for edit in fix.edits)
    return fix._replace(edits=tuple(edit for edit in edits if edit)) if all(edits) else None


def _moved_edit(edit: Edit, inline: InlineDockerfile) -> Edit | None:
    """Return the edit of the host; None where a character would mean something else, or a block begin with a blank."""
    start, end, text = edit
    at_first = start <= len(inline.text) - len(inline.text.lstrip())
    if not set(inline.kept).isdisjoint(text) or (at_first and (text + inline.text[end:])[:1].isspace()):
        return None
    first = inline.places[start][0] if start < len(inline.places) else inline.places[-1][1]
    last = inline.places[end - 1][1] if end > start else first
    return Edit(first, last, text.replace("\n", f"\n{inline.indent}"))


def _moved(place: Location, inline: InlineDockerfile, host: Source) -> Location:
    lines = inline.starts
    first = lines[place.line - 1] + place.column - 1
    last = lines[min(place.end_line, len(lines)) - 1] + place.end_column - 1
    behind = inline.places[-1][1]
    begin = inline.places[first][0] if first < len(inline.places) else behind
    stop = begin if last <= first else inline.places[min(last, len(inline.places)) - 1][1]
    start, end = host.position(begin), host.position(max(begin, stop))
    return Location(
        path=place.path,
        line=start.line,
        column=start.column,
        end_line=end.line,
        end_column=end.column,
        start_byte=start.byte,
        end_byte=end.byte,
    )
