"""Whether BuildKit can expand a word: quotes that stay open, and ``${…}`` that it does not understand.

This walks through a text as BuildKit's ``shell.Lex`` does, without values, and without a stack of calls, since a text
may nest as deeply as it likes.
"""

import re

from prill.model.regex import regex

__all__ = ["why_not_expanded"]

_QUOTE = '"'
_DOLLAR = regex(
    r"""\$(?:
        \{(?![{}:]) (?>[0-9]+|[@*#?$!-]|[^\W\d]\w*|) (?: \} | :?(?P<word>[-+?\#%]) | (?P<pattern>//?) )
        | [@*\#?$!-]
        | (?!\{)
    )""",
    re.VERBOSE,
)
_STOPS = {"word": "}", "pattern": "/"}


def why_not_expanded(text: str, escape: str = "\\") -> str:
    """Return what is wrong with a word; "" where nothing is."""
    if "$" not in text and "'" not in text and _QUOTE not in text:
        return ""
    stops = [""]  # what ends each part that is open, the whole text first
    place, size = 0, len(text)
    while place < size:
        char, stop = text[place], stops[-1]
        if char == stop:
            stops[-1:] = ["}"] if stop == "/" else []  # behind the pattern of ``${x/pattern/text}`` comes the text
            place += 1
        elif char == "$":
            found = _DOLLAR.match(text, place)
            if found is None:
                return _broken(text, place)
            stops += [_STOPS[found.lastgroup]] if found.lastgroup else []
            place = found.end()
        elif char == escape:
            place += 2 if stop != _QUOTE or text[place + 1 : place + 2] in (_QUOTE, "$", escape) else 1
        elif char == "'" and stop != _QUOTE:
            place = text.find("'", place + 1) + 1
            if not place:
                return "a single quote is not closed"
        else:
            stops += [_QUOTE] if char == _QUOTE else []
            place += 1
    return {"": "", _QUOTE: "a double quote is not closed"}.get(stops[-1], f"a {stops[-1]!r} is missing after '${{'")


def _broken(text: str, place: int) -> str:
    if "}" not in text[place:]:
        return "a '}' is missing after '${'"
    return f"{text[place : place + 20]!r} is no variable, as ${{name}} or ${{name:-value}}"
