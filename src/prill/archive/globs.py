"""Globs over paths: ``*`` and ``?`` stay within a part, ``**`` crosses parts, ``**/`` may also match nothing."""

import re
from functools import lru_cache

from prill.model.regex import regex

__all__ = ["compile_glob"]

_TOKENS = regex(r"\*\*/|\*\*|\*|\?|[^*?]+")
_MEANINGS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@lru_cache(maxsize=1024)
def compile_glob(pattern: str) -> re.Pattern[str]:
    """Compile a glob; match it with ``fullmatch``."""
    return re.compile(
        "".join(_MEANINGS.get(token) or re.escape(token) for token in _TOKENS.findall(pattern)), re.DOTALL
    )
