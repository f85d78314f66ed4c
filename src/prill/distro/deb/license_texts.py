"""Licences in free text: the sentences that everyone copies, and Debian's pointers to its own copies.

Older copyright files are prose. A licence is recognised by a sentence that stands in its own text or in the notice
that its publisher asks for, and by ``/usr/share/common-licenses/GPL-2`` (Debian Policy, section 12.5). What is not
recognised is not guessed.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from prill.distro.deb.license_names import gnu_license

__all__ = ["recognize_licenses"]

_WINDOW = 2000
_SENTENCE = 150
_MAX_FINDS = 400

_MARGIN = r"\n[ \t]*(?:[*#>|]|//|;;|dnl\b|\.\\\")+[ \t]?"
"""What comments have before each line; it begins with a plain character, which is looked for quickly."""


class _Sentence:
    """Words, and the pattern that begins with them; or, with ``around``, which begins and ends that near to them.

    Few texts have the words, and finding them is quick; a pattern is compiled when the first text has.
    """

    __slots__ = ("around", "pattern", "words")

    def __init__(self, words: str, pattern: str, around: int = 0) -> None:
        self.words, self.pattern, self.around = words, pattern, around


_SENTENCES = (
    (_Sentence("apache licen", r"apache licen[sc]e,? ?\(?(?:version|v\.?) ?2\.0"), "Apache-2.0"),
    (_Sentence("altered source versions", r"altered source versions must be plainly marked as such"), "Zlib"),
    (_Sentence("boost software licen", r"boost software licen[sc]e ?[-,]? ?(?:version|v\.?) ?1\.0"), "BSL-1.0"),
    (_Sentence("sil open font licen", r"sil open font licen[sc]e,? ?(?:version|v\.?) ?1\.1"), "OFL-1.1"),
    (_Sentence("mozilla public licen", r"mozilla public licen[sc]e,? ?\"?(?:version|v\.?) ?2\.0"), "MPL-2.0"),
    (_Sentence("mozilla public licen", r"mozilla public licen[sc]e,? ?\"?(?:version|v\.?) ?1\.1"), "MPL-1.1"),
    (_Sentence("python software foundation licen", r"python software foundation licen[sc]e version 2"), "PSF-2.0"),
    (
        _Sentence("bitstream", r"fonts are \(?c\)? ?bitstream|bitstream vera is a trademark of bitstream", 64),
        "Bitstream-Vera",
    ),
    (_Sentence("the freetype project licen", r"the freetype project licen[sc]e"), "FTL"),
    (
        _Sentence("openssl toolkit", r"software developed by the openssl project for use in the openssl toolkit", 96),
        "OpenSSL",
    ),
    (_Sentence("unicode, inc", r"unicode, inc\. licen[sc]e agreement ?- ?data files and software"), "Unicode-DFS-2016"),
    (_Sentence("unicode licen", r"unicode licen[sc]e v3"), "Unicode-3.0"),
    (_Sentence("cc0 1", r"cc0 1\.0 universal"), "CC0-1.0"),
    (_Sentence("creative commons", r"creative commons attribution[- ]share[- ]?alike 3\.0"), "CC-BY-SA-3.0"),
    (_Sentence("creative commons", r"creative commons attribution[- ]share[- ]?alike 4\.0"), "CC-BY-SA-4.0"),
    (_Sentence("creative commons", r"creative commons attribution 3\.0"), "CC-BY-3.0"),
    (_Sentence("creative commons", r"creative commons attribution 4\.0"), "CC-BY-4.0"),
    (
        _Sentence(
            "permission to use, copy",
            r"permission to use, copy, modify,? and(?:/or)? distribute this software for any purpose with or",
        ),
        "ISC",
    ),
    (
        _Sentence(
            "grant permission to use",
            r"grant permission to use, copy, modify, distribute, and license this software and its",
        ),
        "TCL",
    ),
    (
        _Sentence("info-zip", r"version [0-9]{4}-[a-z]{3}-[0-9]{2} of the info-zip (?:copyright and )?licen[sc]e", 64),
        "Info-ZIP",
    ),
    (_Sentence("gcc runtime library", r"gcc runtime library exception"), "GPL-3.0-or-later WITH GCC-exception-3.1"),
)
"""Sentences that stand in one licence's text or notice alone, and the licence."""

_MIT = _Sentence(
    "permission is hereby granted",
    r"permission is hereby granted, free of charge, to any person obtaining a copy of this (?:software|font)",
)
_OLD_MIT = _Sentence(
    "permission to use, copy",
    r"permission to use, copy, modify,? (?:and )?distribute(?P<sell>,? and sell)?"
    r" this software and its documentation for any purpose",
)
_BSD = _Sentence(*("redistribution and use in source and binary forms",) * 2)
_PUBLIC_DOMAIN = _Sentence("domain", r"(?:in|into|to|as) (?:the )?public[- ]domain|is public domain", around=24)
_BSD_ADVERTISING = "all advertising materials mentioning features"
_BSD_ENDORSEMENT = ("endorse or promote", "used to endorse")
_BSD_BINARY = "in binary form must reproduce"
_PERL = (
    _Sentence(*("same terms as perl",) * 2),
    _Sentence("either the gnu general", r"either the gnu general public licen[sc]e or the \W?artistic licen[sc]e"),
)

_GNU = _Sentence(
    "gnu ",
    r"(?<!ordinary )gnu (?P<kind>lesser |library |affero |free documentation )?(?:general )?(?:public )?licen[sc]e"
    r"(?:(?!\. ).){0,160}?\b(?:version|v\.?) ?(?P<version>[1-3](?:\.[0-9])?)",
)
_GNU_AFTER_VERSION = _Sentence(
    " of the gnu ",
    r"\b(?:version|v\.?) ?(?P<version>[1-3](?:\.[0-9])?)(?P<between>(?:(?!\. ).){0,60}?) of the gnu "
    r"(?P<kind>lesser |library |affero |free documentation )?(?:general )?(?:public )?licen[sc]e",
    around=80,
)
_PUBLISHED = r", (?:[0-9]+ )?(?:february|june|november|march) (?:[0-9]{1,2}, )?[12][0-9]{3}"
_LATER = r"^\+|or,? (?:\(?at your option\)?,? )?(?:any )?(?:later|newer)"
_VERSION = r"gpl ?(?:version |v\.? ?)(?P<version>[1-3](?:\.[0-9])?)"
_ABBREVIATED = (
    _Sentence("gpl", rf"\b(?P<kind>){_VERSION}"),
    _Sentence("lgpl", rf"\b(?P<kind>l){_VERSION}"),
    _Sentence("agpl", rf"\b(?P<kind>a){_VERSION}"),
)
_COMMON = _Sentence(
    "/usr/share/common-licenses/",
    r"/usr/share/common-licenses/(?P<name>l?gpl|gfdl|apache|artistic|bsd|cc0|mpl)(?:-(?P<version>[0-9](?:\.[0-9])?))?",
)
_KINDS = {
    "lesser ": "LGPL",
    "library ": "LGPL",
    "l": "LGPL",
    "affero ": "AGPL",
    "a": "AGPL",
    "free documentation ": "GFDL",
}


def recognize_licenses(text: str) -> frozenset[str]:
    """Return the identifiers of the licences that ``text`` holds or points to; perhaps none."""
    plain = " ".join(re.sub(_MARGIN, "\n", f"\n{text}").split()).lower()
    found = {license_id for sentence, license_id in _SENTENCES if _stands(sentence, plain)}
    found.update("LicenseRef-public-domain" for _ in _finds(_PUBLIC_DOMAIN, plain))
    found.update(_mit(plain))
    found.update(_old_mit(plain))
    found.update(_bsd(plain))
    granted = set(_gnu_grants(plain))
    found |= granted
    found.update(_common_licenses(plain, {license_id.partition("-")[0] for license_id in granted}))
    if any(_stands(one, plain) for one in _PERL):
        found |= {"Artistic-1.0-Perl OR GPL-1.0-or-later"}
        found -= {"Artistic-1.0-Perl", "GPL-1.0-or-later", "GPL-1.0-only"}
    return frozenset(found)


def _stands(wanted: _Sentence, text: str) -> bool:
    return next(_finds(wanted, text), None) is not None


def _finds(wanted: _Sentence, text: str) -> Iterator[re.Match[str]]:
    """Yield what matches. Only places where the words are get a look: searching for the patterns alone is slow."""
    at = text.find(wanted.words)
    if at < 0:
        return
    pattern = re.compile(wanted.pattern)
    found = end = 0
    while at >= 0 and found < _MAX_FINDS:
        if wanted.around:
            match = pattern.search(text, max(at - wanted.around, end), at + wanted.around)
        else:
            match = pattern.match(text, at)
        if match:
            yield match
            found, end = found + 1, match.end()
        at = text.find(wanted.words, max(end, at + 1))


def _mit(text: str) -> Iterator[str]:
    for match in _finds(_MIT, text):
        following = text[match.end() : match.end() + _WINDOW].partition("permission is hereby granted")[0]
        yield "X11" if "except as contained in this notice" in following else "MIT"


def _old_mit(text: str) -> Iterator[str]:
    """Tell the Historical Permission Notices of MIT, the X Consortium and The Open Group apart by how they end."""
    for match in _finds(_OLD_MIT, text):
        following = text[match.end() : match.end() + _WINDOW].partition("permission to use, copy")[0]
        if "except as contained in this notice" in following:
            yield "MIT-open-group"
        elif "in advertising" in following:
            yield "HPND-sell-variant" if match["sell"] else "HPND"


def _bsd(text: str) -> Iterator[str]:
    starts = [match.start() for match in _finds(_BSD, text)]
    for start, following in pairwise([*starts, len(text)]):
        clauses = text[start : min(start + _WINDOW, following)]
        if _BSD_ADVERTISING in clauses:
            yield "BSD-4-Clause"
        elif any(words in clauses for words in _BSD_ENDORSEMENT):
            yield "BSD-3-Clause"
        elif _BSD_BINARY in clauses:
            yield "BSD-2-Clause"


def _gnu_grants(text: str) -> Iterator[str]:
    for pattern in (_GNU, _GNU_AFTER_VERSION, *_ABBREVIATED):
        for match in _finds(pattern, text):
            between = match.groupdict().get("between") or ""
            after = between + text[match.end() : match.end() + _SENTENCE].partition(". ")[0]
            if "common-licenses/" in after or re.match(_PUBLISHED, after):
                continue
            family = _KINDS.get(match["kind"] or "", "GPL")
            found = gnu_license(family, match["version"], later=bool(re.search(_LATER, after)))
            if found:
                yield found


def _common_licenses(text: str, granted: set[str]) -> Iterator[str]:
    """Read Debian's pointers; one to a GNU licence adds nothing where the text granted that licence in words."""
    for match in _finds(_COMMON, text):
        name, version = match["name"].upper(), match["version"] or ""
        if name in {"GPL", "LGPL", "GFDL"}:
            found = gnu_license(name, version, later=False) if name not in granted else None
        else:
            found = {
                "APACHE": "Apache-2.0" if version == "2.0" else None,
                "ARTISTIC": None if version else "Artistic-1.0-Perl",
                "BSD": "BSD-3-Clause",
                "CC0": "CC0-1.0",
                "MPL": f"MPL-{version}" if version in {"1.1", "2.0"} else None,
            }[name]
        if found:
            yield found
