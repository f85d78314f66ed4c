"""The variables that hold at a place of a file. Each ENV and ARG adds to a journal, and nothing is copied.

A file of a mebibyte has 100,000 of them: with a dictionary for each place, memory would grow with their square.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import NamedTuple

__all__ = ["NO_VARIABLES", "Variables", "Visible"]

_VERSION = itemgetter(0)


class _Journal:
    """What was set, by name: the number of the change, and the value or None where nobody knows it."""

    __slots__ = ("last", "written")

    def __init__(self) -> None:
        self.written: dict[str, list[tuple[int, str | None]]] = {}
        self.last = 0


class _Place(NamedTuple):
    """A place in a journal, and the place of another one that it branches off from."""

    journal: _Journal
    version: int
    below: "_Place | None"


class Variables(Mapping[str, str]):
    """The names that are set at one place; as a mapping, those whose value is known."""

    __slots__ = ("_place",)

    def __init__(self, place: _Place | None = None) -> None:
        self._place = place

    def set(self, new: Mapping[str, str | None]) -> "Variables":
        """Return what holds after ``new`` is set; None is a value that nobody knows."""
        if not new:
            return self
        place = self._place
        if place is None or place.journal.last != place.version:
            place = _Place(_Journal(), 0, place)
        place.journal.last += 1
        for name, value in new.items():
            place.journal.written.setdefault(name, []).append((place.journal.last, value))
        return Variables(_Place(place.journal, place.journal.last, place.below))

    def find(self, name: str) -> tuple[bool, str | None]:
        """Return whether a name is set, and its value where it is known."""
        place = self._place
        while place is not None:
            entries = place.journal.written.get(name)
            if entries:
                last = entries[-1]
                if last[0] <= place.version:
                    return True, last[1]
                number = bisect_right(entries, place.version, key=_VERSION)
                if number:
                    return True, entries[number - 1][1]
            place = place.below
        return False, None

    def declares(self, name: str) -> bool:
        """Whether an ENV or ARG introduced the name, with a value or without."""
        return self.find(name)[0]

    def names(self) -> frozenset[str]:
        """Return all names that are set, with a known value or without."""
        found: set[str] = set()
        place = self._place
        while place is not None:
            version = place.version
            found.update(name for name, entries in place.journal.written.items() if entries[0][0] <= version)
            place = place.below
        return frozenset(found)

    def __getitem__(self, name: str) -> str:
        value = self.find(name)[1]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in sorted(self.names()) if self.find(name)[1] is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


NO_VARIABLES = Variables()


class Visible(Mapping[str, str]):
    """What a word of an instruction may use: what ENV sets, and behind it what ARG does."""

    __slots__ = ("_args", "_env")

    def __init__(self, env: Variables, args: Variables) -> None:
        self._env = env
        self._args = args

    def __getitem__(self, name: str) -> str:
        there, value = self._env.find(name)
        if not there:
            value = self._args.find(name)[1]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in sorted(self._env.names() | self._args.names()) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
