"""Walking from the request down its dependencies, in apt's order.

1. The request's packages are taken. Then, package by package in the order of the request, their dependencies are
   walked depth first: Pre-Depends before Depends, each in the order in which the stanza lists them.
2. A dependency that something already taken satisfies needs nothing.
3. Otherwise the first alternative that is still possible is taken, and its own dependencies come next.
4. What is still possible the `Solver` knows. Where a choice leads nowhere, it says how far back to go.
"""

from collections.abc import Iterator

from prill.distro.deb._candidates import NEGATIVE_FIELDS, POSITIVE_FIELDS, Candidates, groups_of
from prill.distro.deb._clauses import Clause, Solver
from prill.distro.deb.explain import Clash, Need, Request
from prill.distro.deb.index import PackageRecord

__all__ = ["Search"]

_Agenda = tuple[tuple[Need, ...], int, "_Agenda | None"]  # the needs of a package, which one is next, and what follows


class Search:
    """Walks dependencies in apt's order; asks the `Solver` what is possible."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._numbers: dict[str, int] = {}
        self._names: list[str] = [""]
        self._needs: dict[str, tuple[Need, ...]] = {}
        self._solver = Solver(self._clauses_of)
        self._displaced: set[str] = set()
        self.waived: dict[
            str, list[tuple[str, Need]]
        ] = {}  # package -> excluded names, and which need each leaves open

    def run(self, requests: tuple[Request, ...]) -> dict[str, PackageRecord]:
        """Return the packages in the order in which they were taken; raise `Contradiction`."""
        for request in requests:
            self._solver.require(Clause([self._number(request.package)], request))
        taken = list(dict.fromkeys(request.package for request in requests))
        agenda: _Agenda | None = None
        for package in reversed(taken):
            agenda = (self.needs(package), 0, agenda)
        checkpoints: list[tuple[_Agenda, int]] = []
        inside = set(taken)
        while agenda is not None:
            needs, position, rest = agenda
            if position == len(needs):
                agenda = rest
                continue
            here, agenda = agenda, (needs, position + 1, rest)
            if not inside.isdisjoint(needs[position].solutions):
                continue
            package = self._first_possible(needs[position])
            number = self._number(package)
            if self._solver.value(number) is None:
                before = self._solver.level
                checkpoints.append((here, len(taken)))
                level = self._solver.decide(number)
                if level <= before:
                    level = self._give_way(level)
                    agenda, count = checkpoints[level]
                    inside.difference_update(taken[count:])
                    del checkpoints[level:], taken[count:]
                    continue
            taken.append(package)
            inside.add(package)
            agenda = (self.needs(package), 0, agenda)
        return {name: self._candidates.record(name) for name in taken}

    def needs(self, package: str) -> tuple[Need, ...]:
        """Return the dependencies of a package that are not waived."""
        known = self._needs.get(package)
        if known is None:
            known = self._needs[package] = tuple(self._read_needs(self._candidates.record(package)))
        return known

    def _read_needs(self, record: PackageRecord) -> Iterator[Need]:
        for field, group in groups_of(record, POSITIVE_FIELDS):
            need = Need(package=record, field=field, group=group, solutions=self._candidates.solutions(group))
            if not need.solutions and (excluded := self._candidates.waived(group)):
                self.waived.setdefault(record.name, []).extend((name, need) for name in excluded)
            elif record.name not in need.solutions:
                yield need

    def _first_possible(self, need: Need) -> str:
        possible = (
            name
            for name in self._candidates.in_order(need.group)
            if self._solver.value(self._number(name)) is not False
        )
        first = next(possible)
        if first in self._displaced:
            return next((name for name in possible if name not in self._displaced), first)
        return first

    def _give_way(self, level: int) -> int:
        """Take back the decision that stands in the way of a later one, too, unless it already had to give way once.

        What a dependency met later prefers then wins over what an earlier one preferred, if that has another choice.
        """
        if level:
            earlier = self._names[self._solver.decision(level)]
            if earlier not in self._displaced:
                self._displaced.add(earlier)
                level -= 1
                self._solver.take_back(level)
        return level

    def _clauses_of(self, number: int) -> Iterator[Clause]:
        package = self._names[number]
        for need in self.needs(package):
            yield Clause([-number, *map(self._number, need.solutions)], need)
        record = self._candidates.record(package)
        for field, group in groups_of(record, NEGATIVE_FIELDS):
            for relation in group:
                for name in self._candidates.satisfying(relation):
                    if name != package:
                        clash = Clash(
                            package=record, field=field, relation=relation, other=self._candidates.record(name)
                        )
                        yield Clause([-number, -self._number(name)], clash)

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._names)
            self._names.append(name)
        return number
