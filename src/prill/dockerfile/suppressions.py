"""Which comment suppresses which finding, for thousands of both: asked by place, not by comparing each with each."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from prill.dockerfile.check_directive import EXPERIMENTAL
from prill.dockerfile.pragmas import Pragma, PragmaKind
from prill.model.finding import Finding

__all__ = ["Places", "Suppressions"]

_EXACT = frozenset({PragmaKind.CHECK, PragmaKind.NEXT_CHECK})
_Layer = tuple[str, PragmaKind, bool]


def _names(finding: Finding) -> tuple[str, ...]:
    return (finding.rule.lower(), *(alias.lower() for alias in finding.aliases))


def _checks(finding: Finding) -> tuple[str, ...]:
    """Return what BuildKit calls a finding, to the letter, and that it is one of its own; nothing for another one."""
    names = tuple(alias for alias in finding.aliases if not alias[-1:].isdigit())
    return (*names, "all") if names and not EXPERIMENTAL.intersection(names) else ()


def _line(finding: Finding, *, by_statement: bool) -> int:
    return (finding.within if by_statement and finding.within else finding.location).line


class Suppressions:
    """The pragmas of a file, by code and lines. Those of one tool and kind never overlap but by being the same."""

    def __init__(self, pragmas: Iterable[Pragma]) -> None:
        self._layers: dict[_Layer, dict[str, dict[int, tuple[int, Pragma]]]] = {}
        for number, pragma in enumerate(pragmas):
            codes = self._layers.setdefault((pragma.tool, pragma.kind, pragma.by_statement), {})
            for code in pragma.codes:
                name = code if pragma.kind in _EXACT else code.lower()
                codes.setdefault(name, {}).setdefault(pragma.first, (number, pragma))
        self._firsts = {
            layer: {code: sorted(places) for code, places in codes.items()} for layer, codes in self._layers.items()
        }

    def of(self, finding: Finding) -> Pragma | None:
        """Return the first comment that suppresses the finding; BuildKit's names alone are exact to the letter."""
        found: list[tuple[int, Pragma]] = []
        for layer, codes in self._layers.items():
            line = _line(finding, by_statement=layer[2])
            names = _names(finding) if layer[1] not in _EXACT else _checks(finding)
            for name in names:
                if name in codes:
                    firsts = self._firsts[layer][name]
                    place = bisect_right(firsts, line)
                    if place and codes[name][firsts[place - 1]][1].last >= line:
                        found.append(codes[name][firsts[place - 1]])
        return min(found, key=lambda one: one[0])[1] if found else None


class Places:
    """The lines of findings, by what they are called."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._lines: dict[tuple[str, bool], list[int]] = {}
        for finding in findings:
            for by_statement in (True, False):
                line = _line(finding, by_statement=by_statement)
                for name in _names(finding):
                    self._lines.setdefault((name, by_statement), []).append(line)
        for lines in self._lines.values():
            lines.sort()

    def has(self, pragma: Pragma, code: str) -> bool:
        """Whether there is a finding that the pragma suppresses by this code."""
        lines = self._lines.get((code.lower(), pragma.by_statement), [])
        place = bisect_left(lines, pragma.first)
        return place < len(lines) and lines[place] <= pragma.last
