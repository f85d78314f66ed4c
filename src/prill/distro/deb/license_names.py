"""Debian's short names of licences, and what the SPDX License List calls them.

Debian's machine-readable copyright files name licences in their own way (copyright-format 1.0, section 7.1, "Short
name"): ``GPL-2+``, ``Expat``, ``GPL-1+ or Artistic, and BSD-3-clause``. What people write beyond that was counted in
the copyright files of Debian 12 and 13; a name that could mean several licences (``BSD``, ``Apache``) is left as a
``LicenseRef-…`` rather than guessed.
"""

import re
from functools import lru_cache

from prill.model.licenses import (
    Expression,
    all_of,
    any_of,
    known_exception,
    known_license,
    license_ref,
    single,
)
from prill.model.regex import regex

__all__ = ["gnu_license", "read_license_name"]

_MAX_TOKENS = 512
_MAX_DEPTH = 16
_MAX_NAME = 200

_ALIASES = {
    "artistic": "Artistic-1.0-Perl",
    "bitstream-vera": "Bitstream-Vera",
    "boost": "BSL-1.0",
    "boost-1.0": "BSL-1.0",
    "bsd-0-clause": "0BSD",
    "bsd-2": "BSD-2-Clause",
    "bsd-2-clause-freebsd": "BSD-2-Clause",
    "bsd-2-clause-netbsd": "BSD-2-Clause",
    "bsd-2-clauses": "BSD-2-Clause",
    "bsd-3": "BSD-3-Clause",
    "bsd-3-clauses": "BSD-3-Clause",
    "bsd-4": "BSD-4-Clause",
    "bsd-4-clause-ucb": "BSD-4-Clause-UC",
    "cc0": "CC0-1.0",
    "expat": "MIT",
    "mit-x": "MIT",
    "mit-x11": "MIT",
    "ofl": "OFL-1.1",
    "openldap-2.8": "OLDAP-2.8",
    "psf": "PSF-2.0",
    "python": "Python-2.0",
    "sil": "OFL-1.1",
    "sil-1.1": "OFL-1.1",
    "sil-ofl-1.1": "OFL-1.1",
    "ufl-1.0": "Ubuntu-font-1.0",
    "wtfpl-2": "WTFPL",
    "zlib-libpng": "Zlib",
}
_PUBLIC_DOMAIN = frozenset({"pd", "public-domain", "publicdomain"})

# The version a work is under when it names none: any that was ever published (GPL-2, section 9; LGPL-2, section 13).
_FIRST_VERSIONS = {"GPL": "1.0", "LGPL": "2.0", "AGPL": "3.0", "GFDL": "1.1"}
_EXCEPTIONS = {
    "autoconf": {"2.0": "Autoconf-exception-generic", "3.0": "Autoconf-exception-generic-3.0"},
    "autoconf-data": {"2.0": "Autoconf-exception-generic", "3.0": "Autoconf-exception-generic-3.0"},
    "bison": {"2.0": "Bison-exception-1.24", "3.0": "Bison-exception-2.2"},
    "classpath": {"": "Classpath-exception-2.0"},
    "font": {"": "Font-exception-2.0"},
    "gcc": {"2.0": "GCC-exception-2.0", "3.0": "GCC-exception-3.1"},
    "gcc-runtime": {"3.0": "GCC-exception-3.1"},
    "gcc-runtime-library": {"3.0": "GCC-exception-3.1"},
    "gcc-runtime-3.1": {"3.0": "GCC-exception-3.1"},
    "texinfo": {"": "Texinfo-exception"},
    "u-boot": {"": "u-boot-exception-2.0"},
}

_GNU = regex(
    r"(?:gnu-)?(?P<family>a?gpl|lgpl|gfdl|fdl)(?P<niv>-niv)?-?v?(?P<version>[0-9](?:\.[0-9]+)*)?"
    r"(?P<later>\+|-or-later|-or-newer)?(?P<only>-only)?(?P<niv_last>-no-invariants?)?"
)
_NAME_WITH_EXCEPTION = regex(r"(?P<base>.+?)-(?:with-)?(?P<what>[a-z][a-z0-9.-]*?)-exceptions?")
_OR_LATER = regex(
    r"[ -](?:or|and)[ -](?:\(at your option\)[ -])?(?:any[ -])?(?:later|newer)(?:[ -]versions?)?", re.IGNORECASE
)
_TOKEN = regex(r"and/or\b|[(),|&]|[^\s(),|&]+", re.IGNORECASE)
_OPERATORS = {"and": "and", "&": "and", "or": "or", "|": "or", "and/or": "or"}
_BETWEEN_LETTER_AND_DIGIT = regex(r"(?<=[a-z])v?(?=[0-9])|-v(?=[0-9])")
_SEPARATORS = regex(r"[\s_/~-]+")
_USUAL = 80
"""How long a name is at most that is remembered."""


def read_license_name(synopsis: str) -> Expression:
    """Read what stands after ``License:``; whatever it is, a valid expression comes out, empty only for no name."""
    return _read_usual(synopsis) if len(synopsis) <= _USUAL else _read(synopsis)


def _read(synopsis: str) -> Expression:
    tokens = _TOKEN.findall(_OR_LATER.sub("+", synopsis))
    if len(tokens) > _MAX_TOKENS:
        return single(license_ref(synopsis))
    reader = _Synopsis(tokens)
    expression = reader.list_(0)
    return expression if reader.at_end() and expression is not None else single(license_ref(synopsis))


_read_usual = lru_cache(maxsize=1024)(_read)  # as hundreds of packages share a few names


class _Synopsis:
    """A reader of ``A or B and C`` (and binds closer) and ``A or B, and C`` (the comma binds least), section 7.2."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0

    def at_end(self) -> bool:
        return self._next == len(self._tokens)

    def list_(self, depth: int) -> Expression | None:
        """Read ``alternatives {"," [and | or] alternatives}``; None where the text is none."""
        if depth > _MAX_DEPTH or self.at_end():
            return None
        found = self._alternatives(depth)
        while found is not None and self._take(","):
            operator = self._operator()
            more = self._alternatives(depth)
            if more is None:
                return None
            found = any_of((found, more)) if operator == "or" else all_of((found, more))
        return found

    def _alternatives(self, depth: int) -> Expression | None:
        found = []
        while (one := self._conjunction(depth)) is not None:
            found.append(one)
            if self._peek() != "or":
                return any_of(found)
            self._next += 1
        return None

    def _conjunction(self, depth: int) -> Expression | None:
        found = []
        while (one := self._term(depth)) is not None:
            found.append(one)
            if self._peek() != "and":
                return all_of(found)
            self._next += 1
        return None

    def _term(self, depth: int) -> Expression | None:
        if self._take("("):
            inside = self.list_(depth + 1)
            return inside if self._take(")") else None
        words: list[str] = []
        while not self.at_end() and self._peek() == "" and self._tokens[self._next] not in {"(", ")", ","}:
            words.append(self._tokens[self._next])
            self._next += 1
        return _named(words) if words else None

    def _peek(self) -> str:
        return "" if self.at_end() else _OPERATORS.get(self._tokens[self._next].lower(), "")

    def _operator(self) -> str:
        operator = self._peek()
        self._next += bool(operator)
        return operator

    def _take(self, token: str) -> bool:
        found = not self.at_end() and self._tokens[self._next] == token
        self._next += found
        return found


def _named(words: list[str]) -> Expression:
    """Read one licence's name, which may hold spaces and ``with … exception``."""
    name = " ".join(words)
    if len(name) > _MAX_NAME:
        return single(license_ref(name))
    key = _SEPARATORS.sub("-", name.lower().strip("\"'`.;:*"))
    key = key.removeprefix("the-").removesuffix("-license").removesuffix("-licence")
    if key == "perl":
        return any_of((single("Artistic-1.0-Perl"), single("GPL-1.0-or-later")))
    if key in _PUBLIC_DOMAIN:
        return single("LicenseRef-public-domain")
    base, _, what = key.partition("-with-")
    if what:
        found = _with_exception(base, what.removesuffix("s").removesuffix("-exception"))
    else:
        match = _NAME_WITH_EXCEPTION.fullmatch(key)
        found = _license(key) or (_with_exception(match["base"], match["what"]) if match else None)
    return single(found or license_ref(name))


def _license(key: str) -> str | None:
    """Return the listed identifier for a name in lower case with hyphens."""
    if gnu := _GNU.fullmatch(key):
        return gnu_license(
            {"FDL": "GFDL"}.get(gnu["family"].upper(), gnu["family"].upper()),
            gnu["version"] or "",
            later=bool(gnu["later"]),
            no_invariants=bool(gnu["niv"] or gnu["niv_last"]),
        )
    dashed = _BETWEEN_LETTER_AND_DIGIT.sub("-", key).replace("--", "-")
    for spelling in (key, dashed):
        if found := _ALIASES.get(spelling) or known_license(spelling) or known_license(f"{spelling}.0"):
            return found
    return None


def gnu_license(family: str, version: str, *, later: bool, no_invariants: bool = False) -> str | None:
    """Return SPDX's name for a version of the GPL, LGPL, AGPL or GFDL; None where there never was such a version.

    Without a version any later one is allowed, starting from the first.
    """
    if not version:
        version, later = _FIRST_VERSIONS[family], True
    parts = version.split(".")
    while len(parts) > 2 and parts[-1] == "0":  # noqa: PLR2004
        parts.pop()
    version = ".".join(parts if len(parts) > 1 else [*parts, "0"])
    middle = "-no-invariants" if no_invariants and family == "GFDL" else ""
    return known_license(f"{family}-{version}{middle}-{'or-later' if later else 'only'}")


def _with_exception(base: str, what: str) -> str | None:
    found = _license(base)
    if found is None:
        return None
    by_version = _EXCEPTIONS.get(what, {})
    version = next((one for one in by_version if one in found), None)
    if version is not None:
        return f"{found} WITH {by_version[version]}"
    exception = known_exception(f"{what}-exception") or known_exception(what)
    return f"{found} WITH {exception}" if exception else None
