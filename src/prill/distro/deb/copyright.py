"""The licences of a Debian package, from its ``/usr/share/doc/NAME/copyright``.

A machine-readable file (copyright-format 1.0, "DEP-5") names a licence for each group of files: the package is under
all of them. Any other file is read as prose. Either way the result is a valid SPDX expression, or empty where nothing
was recognised; a licence that SPDX does not list becomes a ``LicenseRef-…``.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from prill.distro.deb.license_names import read_license_name
from prill.model.licenses import Expression, Operator, all_of, license_refs
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["MAX_BYTES", "CopyrightLicenses", "read_copyright"]

MAX_BYTES = 8 << 20
_MAX_NAMES = 512
_USUAL = 64 << 10
"""How long a file is at most that is remembered."""

_FIELD = regex(r"(?P<name>[!-9;-~]{1,64}):[ \t]*(?P<value>.*)")
_FORMAT = regex(r"\s*format(?:-specification)?[ \t]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyrightLicenses:
    """What a copyright file says.

    ``names`` are the licences as the file spells them (as SPDX spells them, where it is prose); ``unknown`` are the
    ``LicenseRef-…`` of the expression; both sorted.
    """

    expression: str = ""
    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_copyright(data: bytes) -> CopyrightLicenses:
    """Read a copyright file in whatever encoding; never raises, and says nothing about a file over `MAX_BYTES`."""
    if len(data) > MAX_BYTES:
        return CopyrightLicenses()
    return _read_usual(data) if len(data) <= _USUAL else _read(data)


def _read(data: bytes) -> CopyrightLicenses:
    text = _decode(data)
    names = _license_names(text) if _FORMAT.match(text) else ()
    if len(names) > _MAX_NAMES:
        return CopyrightLicenses()
    expression = all_of(read_license_name(name) for name in names)
    if not expression.terms:
        from prill.distro.deb.license_texts import recognize_licenses  # noqa: PLC0415 - 40 patterns, for prose alone

        names = tuple(sorted(recognize_licenses(text)))
        expression = all_of(_recognized(name) for name in names)
    return CopyrightLicenses(expression=str(expression), names=names, unknown=license_refs(str(expression)))


_read_usual = lru_cache(maxsize=64)(_read)  # as packages of one source have the same file


def _recognized(name: str) -> Expression:
    terms = frozenset(name.split(" OR "))
    return Expression(Operator.OR if len(terms) > 1 else Operator.NONE, terms)


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _license_names(text: str) -> tuple[str, ...]:
    """Return what the Files paragraphs say, or else the header, or else the stand-alone License paragraphs."""
    by_kind: dict[str, set[str]] = {"files": set(), "header": set(), "license": set()}
    for number, paragraph in enumerate(_paragraphs(text)):
        name = paragraph.get("license", "")
        if name:
            by_kind["files" if "files" in paragraph else "license" if number else "header"].add(name)
    return tuple(sorted(by_kind["files"] or by_kind["header"] or by_kind["license"]))


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    """Yield each paragraph's fields with their first lines; a first line that is empty is the next one's text."""
    fields: dict[str, str] = {}
    last = ""
    for line in text.split("\n"):
        if not line or line.isspace():
            if fields:
                yield fields
            fields, last = {}, ""
        elif line[0] in " \t":
            if last and not fields[last]:
                fields[last] = line.strip()
        elif line[0] != "#" and (match := _FIELD.fullmatch(line)):
            last = match["name"].lower()
            fields.setdefault(last, match["value"].strip())
    if fields:
        yield fields
