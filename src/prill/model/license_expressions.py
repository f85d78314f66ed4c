"""Licences as package managers' metadata states them: an SPDX expression, a name, or a sentence (SPDX 2.3, Annex D)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from prill.errors import PrillError
from prill.model.licenses import Expression as Terms
from prill.model.licenses import all_of, any_of, known_exception, known_license, license_ref, single
from prill.model.regex import regex

__all__ = ["either_license", "parse_expression", "stated_license"]

_MAX_TEXT = 2000
_MAX_NAME = 120
_MAX_DEPTH = 20
_TOKEN = regex(r"\s*(\(|\)|[A-Za-z0-9.+:-]+)")
_SPLIT = regex(r"\s*(?:;|\n)\s*")
_EITHER = regex(r"\s*\|\|?\s*")
_WORDS = regex(r"(\(|\)|(?<=\s)(?:and|or)(?=\s))", re.IGNORECASE)
_PLAIN = regex(r"[^a-z0-9.+]+")
_OLD_GNU = regex(r"((?:A|L)?GPL|GFDL)-(\d\.\d)(\+)?", re.IGNORECASE)

# What the list calls deprecated, by lower-case identifier: the expression that took its place.
_REPLACED = {
    "bsd-2-clause-freebsd": "BSD-2-Clause-Views",
    "bsd-2-clause-netbsd": "BSD-2-Clause",
    "bzip2-1.0.5": "bzip2-1.0.6",
    "ecos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
    "gpl-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "gpl-2.0-with-bison-exception": "GPL-2.0-only WITH Bison-exception-2.2",
    "gpl-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "gpl-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "gpl-2.0-with-gcc-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "gpl-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "gpl-3.0-with-gcc-exception": "GPL-3.0-only WITH GCC-exception-3.1",
    "standardml-nj": "SMLNJ",
    "wxwindows": "LGPL-2.0-or-later WITH WxWindows-exception-3.1",
}

# Names as they stand in metadata, in lower case, each word once, without the words that all licences have. What could
# mean several licences ("BSD", "GPL") is not here.
_NAMES = {
    "0bsd": "0BSD",
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache software": "Apache-2.0",
    "apache software 2.0": "Apache-2.0",
    "asl 2.0": "Apache-2.0",
    "al2": "Apache-2.0",
    "bsd 2 clause": "BSD-2-Clause",
    "simplified bsd": "BSD-2-Clause",
    "bsd 3 clause": "BSD-3-Clause",
    "3 clause bsd": "BSD-3-Clause",
    "2 clause bsd": "BSD-2-Clause",
    "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "revised bsd": "BSD-3-Clause",
    "cc0": "CC0-1.0",
    "cddl 1.0": "CDDL-1.0",
    "common development and distribution 1.0": "CDDL-1.0",
    "eclipse public 1.0": "EPL-1.0",
    "eclipse public 2.0": "EPL-2.0",
    "epl 1.0": "EPL-1.0",
    "epl 2.0": "EPL-2.0",
    "gpl 2.0 with classpath exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "gpl v2": "GPL-2.0-only",
    "gpl v3": "GPL-3.0-only",
    "gplv2 or later": "GPL-2.0-or-later",
    "gplv3 or later": "GPL-3.0-or-later",
    "lgplv2.1 or later": "LGPL-2.1-or-later",
    "lgplv3 or later": "LGPL-3.0-or-later",
    "gnu affero general public v3": "AGPL-3.0-only",
    "gnu general public v2": "GPL-2.0-only",
    "gnu general public v2 or later": "GPL-2.0-or-later",
    "gnu general public v3": "GPL-3.0-only",
    "gnu general public v3 or later": "GPL-3.0-or-later",
    "gnu lesser general public v2 or later": "LGPL-2.0-or-later",
    "gnu lesser general public v3": "LGPL-3.0-only",
    "gnu lesser general public v3 or later": "LGPL-3.0-or-later",
    "gplv2": "GPL-2.0-only",
    "gplv2+": "GPL-2.0-or-later",
    "gplv3": "GPL-3.0-only",
    "gplv3+": "GPL-3.0-or-later",
    "lgplv2+": "LGPL-2.0-or-later",
    "lgplv2.1": "LGPL-2.1-only",
    "lgplv2.1+": "LGPL-2.1-or-later",
    "lgplv3": "LGPL-3.0-only",
    "lgplv3+": "LGPL-3.0-or-later",
    "isc": "ISC",
    "isc iscl": "ISC",
    "mit": "MIT",
    "expat": "MIT",
    "mit x11": "MIT",
    "mozilla public 1.1": "MPL-1.1",
    "mozilla public 2.0": "MPL-2.0",
    "mozilla public 2.0 mpl": "MPL-2.0",
    "mpl 2.0": "MPL-2.0",
    "psf": "PSF-2.0",
    "psf 2.0": "PSF-2.0",
    "python software foundation": "PSF-2.0",
    "unlicense": "Unlicense",
    "zlib": "Zlib",
    "zope public 2.1": "ZPL-2.1",
}
_FILLERS = frozenset({"license", "licence", "licensed", "the", "version", "under", "of"})


def stated_license(text: str) -> str:
    """Return what ``text`` states as an SPDX expression; a name that SPDX does not list becomes a ``LicenseRef-…``.

    Empty for what is no licence's name: nothing, ``UNKNOWN``, or the text of a whole licence.
    """
    text = text.strip()
    if not text or len(text) > _MAX_TEXT or text.upper() in ("UNKNOWN", "NOASSERTION", "NONE", "UNLICENSED"):
        return ""
    return _stated(text)


@lru_cache(maxsize=1024)
def _stated(text: str) -> str:
    """Return what a short text states; of a thousand packages most state one of a few."""
    if found := parse_expression(text) or _in_words(text) or _in_identifiers(text):
        return found
    parts = [part for part in _SPLIT.split(text) if part]
    choices = [[one for one in _EITHER.split(part) if one] for part in parts]
    if any(len(one) > _MAX_NAME for each in choices for one in each):
        return ""
    return str(all_of(any_of(map(_named, each)) for each in choices if each))


def either_license(licenses: Iterable[str]) -> str:
    """Join expressions of which a user may choose, as those that Maven, npm and Composer list."""
    distinct = sorted(set(licenses) - {""})
    if len(distinct) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(distinct)
    return str(any_of(single(f"({one})" if " OR " in one or " AND " in one else one) for one in distinct))


def _named(text: str) -> Terms:
    words = [word for word in _PLAIN.sub(" ", text.lower()).split() if word not in _FILLERS]
    known = _NAMES.get(" ".join(dict.fromkeys(words)))
    if known is None and (expression := parse_expression(text) or _in_words(text)):
        return single(expression if " " not in expression else f"({expression})")
    return single(known or license_ref(text))


def _in_words(text: str) -> str:
    """Return the expression that names make with ``and`` and ``or``, as in ``GPLv2+ and MIT``; nothing for a doubt."""
    parts = [part.strip() for part in _WORDS.split(text)]
    if len(parts) == 1:
        return ""
    for at, part in enumerate(parts):
        if part.lower() not in ("", "(", ")", "and", "or"):
            words = [word for word in _PLAIN.sub(" ", part.lower()).split() if word not in _FILLERS]
            known = _NAMES.get(" ".join(dict.fromkeys(words))) or parse_expression(part)
            if not known:
                return ""
            parts[at] = f"({known})"
    return parse_expression(" ".join(part for part in parts if part))


def _in_identifiers(text: str) -> str:
    """Return the expression that ``AND`` and ``OR`` make of single words, of which SPDX may know only some."""
    tokens = _tokens(text)
    if not {"AND", "OR"} & set(tokens):
        return ""
    operators = {"(", ")", "AND", "OR", "WITH"}
    named = [one if one in operators or parse_expression(one) else license_ref(one) for one in tokens]
    behind_with = [at for at, one in enumerate(tokens) if one == "WITH"]
    for at in behind_with:
        named[at + 1 : at + 2] = tokens[at + 1 : at + 2]
    return parse_expression(" ".join(named))


def parse_expression(text: str) -> str:
    """Return an SPDX expression in its canonical spelling, or nothing where it is none or names an unknown licence."""
    tokens = _tokens(text)
    try:
        found, rest = _either(tokens, 0)
    except _NotAnExpression:
        return ""
    return str(found) if not rest else ""


def _tokens(text: str) -> list[str]:
    """Split into words and parentheses; nothing of a text with other signs."""
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return []
        tokens.append(match[1])
        at = match.end()
    return tokens


class _NotAnExpression(PrillError):
    """A text is no SPDX expression, or names a licence that the list does not have; caught here."""


def _either(tokens: list[str], depth: int) -> tuple[Terms, list[str]]:
    left, rest = _both(tokens, depth)
    terms = [left]
    while rest and rest[0].upper() == "OR":
        right, rest = _both(rest[1:], depth)
        terms.append(right)
    return any_of(terms), rest


def _both(tokens: list[str], depth: int) -> tuple[Terms, list[str]]:
    left, rest = _one(tokens, depth)
    terms = [left]
    while rest and rest[0].upper() == "AND":
        right, rest = _one(rest[1:], depth)
        terms.append(right)
    return all_of(terms), rest


def _one(tokens: list[str], depth: int) -> tuple[Terms, list[str]]:
    if not tokens or depth > _MAX_DEPTH:
        raise _NotAnExpression("not an SPDX expression")
    if tokens[0] == "(":
        inner, rest = _either(tokens[1:], depth + 1)
        if rest[:1] != [")"]:
            raise _NotAnExpression("not an SPDX expression")
        return inner, rest[1:]
    name = _license(tokens[0])
    if tokens[1:2] and tokens[1].upper() == "WITH" and " WITH " not in name:
        exception = known_exception(tokens[2]) if len(tokens) > 2 else None  # noqa: PLR2004 - NAME WITH EXCEPTION
        if exception is None:
            raise _NotAnExpression("not an SPDX expression")
        return single(f"{name} WITH {exception}"), tokens[3:]
    return single(name), tokens[1:]


def _license(token: str) -> str:
    if token.startswith("LicenseRef-") and ":" not in token:
        return token  # DocumentRef-…:LicenseRef-… means another document, which whoever reads this one does not have
    if match := _OLD_GNU.fullmatch(token):  # the identifiers that SPDX 3.0 of its list replaced
        token = f"{match[1].upper()}-{match[2]}-{'or-later' if match[3] else 'only'}"
    if replaced := _REPLACED.get(token.lower()):
        return replaced
    plain = token.removesuffix("+")
    known = known_license(plain)
    if known is None:
        raise _NotAnExpression("not an SPDX expression")
    return known + ("+" if plain != token else "")
