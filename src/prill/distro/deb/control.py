"""Control files: paragraphs of fields (deb822(5), Debian Policy 5.1).

A field's first line loses the white space around it; a continuation line keeps its leading white space and loses the
trailing one, so that ``f"{name}: {value}"`` writes the field back. Field names are kept as they are spelled.
"""

from collections.abc import Iterator
from itertools import chain

from prill.errors import PrillError
from prill.model.regex import regex

__all__ = ["InvalidControlFile", "parse_paragraph", "parse_paragraphs", "split_paragraphs"]

_MAX_PARAGRAPH = 16 * 1024 * 1024
_MAX_FIELDS = 1024
_BLANK_LINES = regex(rb"\n(?:[ \t\r]*\n)+")


class InvalidControlFile(PrillError):
    """Bytes that should have been a control file are none."""


def parse_paragraphs(data: bytes, *, comments: bool = False) -> Iterator[dict[str, str]]:
    """Yield the paragraphs of ``data``; raise `InvalidControlFile`.

    ``comments`` allows lines that begin with ``#``, as ``debian/control`` may have them; an index may not.
    """
    for text in split_paragraphs(data):
        paragraph = parse_paragraph(text, comments=comments)
        if paragraph:
            yield paragraph


def split_paragraphs(data: bytes) -> Iterator[bytes]:
    """Yield the paragraphs unread, so that one which cannot be read need not hide others."""
    begin = 0
    for end in chain((blank.end() for blank in _BLANK_LINES.finditer(data)), (len(data),)):
        yield data[begin:end]
        begin = end


def parse_paragraph(data: bytes, *, comments: bool = False) -> dict[str, str]:
    """Read the fields of one paragraph, which blank lines may surround; raise `InvalidControlFile`."""
    text = _text(data)
    fields: dict[str, str] = {}
    name = ""
    for line in text.split("\n"):
        if line[:1] in {" ", "\t"}:
            content = line.rstrip()
            if content and not name:
                raise InvalidControlFile(f"a continuation line without a field: {line[:160]!r}")
            if content:
                fields[name] += "\n" + content
            continue
        name, colon, value = line.partition(":")
        if colon and name not in fields and name.isascii() and name.isprintable() and name.strip() == name != "":
            fields[name] = value.strip()
        elif comments and line.startswith("#"):
            name = next(reversed(fields), "")
        elif line.strip():
            raise InvalidControlFile(_problem(line, fields))
        else:
            name = ""
    if len(fields) > _MAX_FIELDS:
        raise InvalidControlFile(f"a paragraph has {len(fields)} fields; {_MAX_FIELDS} are allowed")
    return fields


def _text(data: bytes) -> str:
    if len(data) > _MAX_PARAGRAPH:
        raise InvalidControlFile(f"a paragraph is longer than {_MAX_PARAGRAPH} bytes: {data[:80]!r}…")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InvalidControlFile(f"not UTF-8: {data[error.start : error.start + 40]!r}") from error


def _problem(line: str, fields: dict[str, str]) -> str:
    name, colon, _ = line.partition(":")
    if colon and name in fields:
        return f"the field {name[:160]!r} stands twice in one paragraph"
    return f"neither a field nor a continuation line: {line[:160]!r}"
