"""Which readers want a file, asked for every file of an image.

Patterns are sorted by what their last part says: a whole name, an ending, or anything else. So a path that nobody wants
costs two look-ups in a dict. Readers that want more are asked by the file's size and first bytes, too.
"""

from collections.abc import Callable, Sequence

from prill.archive.globs import compile_glob
from prill.oci.evidence import AnyReader

__all__ = ["PROGRAM_MAGIC", "Dispatch", "is_program"]

PROGRAM_MAGIC = (b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
"""How ELF and Mach-O files begin; a PE file begins with two bytes alone."""
_PE = b"MZ"
_PROGRAMS = frozenset(PROGRAM_MAGIC)

_WILD = frozenset("*?")
_Rule = tuple[str, int]
"""A pattern, which is compiled when the first path may match it, and a reader's number."""


def is_program(first: bytes) -> bool:
    """Say whether a file that begins with ``first``, four bytes, is a program of some system."""
    return first in _PROGRAMS or first[:2] == _PE


class Dispatch:
    """Answers for one tuple of readers."""

    def __init__(self, readers: Sequence[AnyReader]) -> None:
        self._names: dict[str, list[_Rule]] = {}
        self._endings: dict[str, list[_Rule]] = {}
        self._others: list[_Rule] = []
        self._beginnings: tuple[str, ...] = ()
        self._last: set[str] = set()
        """How the names end that any pattern but `_others` may match, from the last dot on; "" for one without."""
        self.programs = tuple(number for number, one in enumerate(readers) if one.programs)
        """The numbers of the readers that read programs."""
        # Asking whether each is a `WantsMore` would take as long as dispatching hundreds of files.
        self._more: tuple[tuple[int, Callable[[str, int, bytes], bool]], ...] = tuple(
            (number, wants) for number, one in enumerate(readers) if (wants := getattr(one, "wants", None))
        )
        self.by_content = bool(self.programs or self._more)
        """Whether `wanted` asks for anything that `wanted_by` does not."""
        for number, reader in enumerate(readers):
            for pattern in reader.patterns:
                self._rules_for(pattern).append((pattern, number))

    def wanted_by(self, path: str) -> tuple[int, ...]:
        """Return the numbers of the readers whose patterns match, in their order."""
        name = path[path.rfind("/") + 1 :]
        by_name = self._names.get(name)
        dot = name.rfind(".")
        by_ending = self._endings.get(name[dot:]) if dot >= 0 else None
        others = self._others if path.startswith(self._beginnings) else None
        if by_name is None and by_ending is None and others is None:
            return ()
        rules = (*(by_name or ()), *(by_ending or ()), *(others or ()))
        return tuple(sorted({number for pattern, number in rules if compile_glob(pattern).fullmatch(path)}))

    def wanted(self, path: str, size: int, first: bytes) -> tuple[int, ...]:
        """Return the numbers of the readers that want a file which is not empty, in their order."""
        dot = path.rfind(".")
        ending = path[dot:] if dot > path.rfind("/") else ""
        found = self.wanted_by(path) if ending in self._last or path.startswith(self._beginnings) else ()
        if self._more:
            more = (number for number, wants in self._more if wants(path, size, first))
            found = tuple(sorted({*found, *more}))
        if first in _PROGRAMS or first[:2] == _PE:
            return tuple(sorted({*found, *self.programs}))
        return found

    def _rules_for(self, pattern: str) -> list[_Rule]:
        last = pattern[pattern.rfind("/") + 1 :]
        ending = last[last.rfind(".") :] if "." in last else ""
        if not _WILD & set(last):
            self._last.add(ending)
            return self._names.setdefault(last, [])
        if ending and not _WILD & set(ending):
            self._last.add(ending)
            return self._endings.setdefault(ending, [])
        # All of these share a test of how their paths begin; with one that may begin in any way, every path passes it.
        self._beginnings = (*self._beginnings, pattern[: min(at for one in _WILD if (at := pattern.find(one)) >= 0)])
        return self._others
