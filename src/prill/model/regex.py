"""Regular expressions that are compiled when they are first used.

Python compiles a module's patterns while it is imported, each for about a tenth of a millisecond, and a command uses
few of those that it imports. For a type checker, what is made here is what `re.compile` makes. A pattern that is asked
of every line of a large file stays `re.compile`'s: asking one from here costs a little more each time. Why:
docs/adr/0013.
"""

import re
from typing import TYPE_CHECKING, Any

__all__ = ["regex"]

if TYPE_CHECKING:
    from re import compile as regex
else:

    class regex:  # noqa: N801 - it stands where `re.compile` would
        """A compiled pattern, as soon as one of its attributes is asked for; `re.error` is raised then, too."""

        _OFFERED = tuple(name for name in dir(re.Pattern) if not name.startswith("_"))
        __slots__ = (*_OFFERED, "_flags", "_text")

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self._text = text
            self._flags = flags

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a method's own type is what `re.compile` says
            """Compile the pattern and note what it offers: no attribute of a pattern that is known comes by here."""
            if name not in self._OFFERED:
                raise AttributeError(f"a pattern has no {name!r}")
            compiled = re.compile(self._text, self._flags)
            for offered in self._OFFERED:
                setattr(self, offered, getattr(compiled, offered))
            return getattr(compiled, name)
