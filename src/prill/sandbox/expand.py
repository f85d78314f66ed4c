"""Variables in the texts of a test, the way container-structure-test has them: Go's ``os.Expand``."""

import re
from collections.abc import Mapping

__all__ = ["expand"]

_REFERENCE = re.compile(r"\$(?:\{(?P<braced>[^}]*)\}|(?P<open>\{)|(?P<plain>[*#$@!?0-9-]|[A-Za-z_][A-Za-z0-9_]*))")


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace ``$name`` and ``${name}`` by their values, an unknown name by nothing.

    What a shell reads as a special parameter (``$?``, ``$1``, ``$$``) is a name too, and unknown, so it vanishes. So
    does ``${`` that nothing closes. A dollar before anything else stays.
    """
    return _REFERENCE.sub(lambda match: variables.get(match["braced"] or match["plain"] or "", ""), text)
