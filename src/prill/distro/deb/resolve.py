"""From a request to the exact packages that meet it, as apt would choose them.

1. Every name gets one candidate version (`prill.distro.deb._candidates`).
2. The request's packages are taken. Then, package by package in the order of the request, their dependencies are
   walked depth first, Pre-Depends before Depends, in the order in which the stanza lists them.
3. A dependency that something already taken satisfies needs nothing. Otherwise the first alternative that is still
   possible is taken, and its own dependencies come next.
4. What is still possible, and what to take back when nothing is, `prill.distro.deb._clauses` works out.

*Essential* packages are not taken unless something asks for them, Recommends are not followed. ``docs/resolution.md``
compares this with apt.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prill.distro.deb._candidates import NEGATIVE_FIELDS, POSITIVE_FIELDS, Candidates, groups_of
from prill.distro.deb._clauses import Clause, Contradiction, Solver
from prill.distro.deb.explain import Clash, Need, Request, UnsatisfiableRequest, explain, unknown_package
from prill.distro.deb.index import PackageRecord, Universe
from prill.distro.deb.relations import render_group
from prill.distro.deb.requirement import Requirement

__all__ = ["Chosen", "Excluded", "Reason", "Resolution", "UnsatisfiableRequest", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reason:
    """Who asked: a package by its ``field``, or with an empty ``package`` and ``field`` the request itself."""

    package: str
    field: str
    relation: str

    @property
    def requested(self) -> bool:
        """Whether the request itself asked."""
        return not self.package

    def __str__(self) -> str:
        return f"requested as {self.relation}" if self.requested else f"{self.package} {self.field}: {self.relation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A package of the result, and everybody who asked for it, the request first."""

    record: PackageRecord
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A name that was kept out, and the dependencies that are not met because of it; often none."""

    name: str
    wanted_by: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The packages, sorted by name, and what was kept out, in the order in which it was listed."""

    packages: tuple[Chosen, ...]
    excluded: tuple[Excluded, ...] = ()

    def why(self, name: str) -> tuple[Reason, ...]:
        """Return the shortest chain of reasons from the request down to package ``name``; empty if it is not there."""
        reasons = {chosen.record.name: chosen.reasons for chosen in self.packages}
        agenda: deque[tuple[str, tuple[Reason, ...]]] = deque([(name, ())] if name in reasons else [])
        seen = {name}
        while agenda:
            package, chain = agenda.popleft()
            for reason in reasons[package]:
                if reason.requested:
                    return (reason, *chain)
                if reason.package not in seen:
                    seen.add(reason.package)
                    agenda.append((reason.package, (reason, *chain)))
        return ()


def resolve(
    universe: Universe, *, requirements: Iterable[Requirement], exclude: Iterable[str] = (), architecture: str
) -> Resolution:
    """Choose packages that meet ``requirements``; raise `UnsatisfiableRequest` where no choice would.

    ``exclude`` names packages, or names that dependencies use, to leave out: an alternative of that name is skipped,
    and a dependency left without any alternative is waived and noted.
    """
    excluded = tuple(dict.fromkeys(exclude))
    candidates = Candidates(universe, architecture=architecture, excluded=frozenset(excluded))
    requests = _read_requests(tuple(requirements), candidates)
    search = _Search(candidates)
    try:
        taken = search.run(requests)
    except Contradiction as contradiction:
        raise explain(contradiction.causes, candidates) from None
    return _report(taken, requests, excluded, search)


def _read_requests(requirements: tuple[Requirement, ...], candidates: Candidates) -> tuple[Request, ...]:
    """Find the package that answers to each requirement: of that name, or the only one that provides it."""
    unmet = candidates.pin(requirements)
    requests = []
    for requirement in requirements:
        package = requirement.name
        if requirement in unmet and not requirement.operator and not candidates.versions(package):
            providers = [each for each in candidates.universe.providers(package) if candidates.get(each)]
            if len(providers) != 1:
                raise unknown_package(requirement, candidates)
            package = providers[0]
        elif requirement in unmet or package in candidates.excluded:
            raise unknown_package(requirement, candidates)
        requests.append(Request(requirement=requirement, package=package))
    return tuple(requests)


_Agenda = tuple[tuple[Need, ...], int, "_Agenda | None"]  # the needs of a package, which one is next, and what follows


class _Search:
    """Walks dependencies in apt's order; asks the `Solver` what is possible."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._numbers: dict[str, int] = {}
        self._names: list[str] = [""]
        self._needs: dict[str, tuple[Need, ...]] = {}
        self._solver = Solver(self._clauses_of)
        self.waived: dict[str, list[tuple[str, Reason]]] = {}

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
                    agenda, count = checkpoints[level]
                    inside.difference_update(taken[count:])
                    del checkpoints[level:], taken[count:]
                    continue
            taken.append(package)
            inside.add(package)
            agenda = (self.needs(package), 0, agenda)
        return {name: self._record(name) for name in taken}

    def needs(self, package: str) -> tuple[Need, ...]:
        """Return the dependencies of a package that are not waived."""
        known = self._needs.get(package)
        if known is None:
            known = self._needs[package] = tuple(self._read_needs(self._record(package)))
        return known

    def _read_needs(self, record: PackageRecord) -> Iterator[Need]:
        for field, group in groups_of(record, POSITIVE_FIELDS):
            solutions = self._candidates.solutions(group)
            if not solutions and (waived := self._candidates.waived(group)):
                reason = Reason(package=record.name, field=field, relation=render_group(group))
                self.waived.setdefault(record.name, []).extend((name, reason) for name in waived)
            elif record.name not in solutions:
                yield Need(package=record, field=field, group=group, solutions=solutions)

    def _first_possible(self, need: Need) -> str:
        return next(
            name
            for name in self._candidates.in_order(need.group)
            if self._solver.value(self._number(name)) is not False
        )

    def _clauses_of(self, number: int) -> Iterator[Clause]:
        package = self._names[number]
        for need in self.needs(package):
            yield Clause([-number, *map(self._number, need.solutions)], need)
        record = self._record(package)
        for field, group in groups_of(record, NEGATIVE_FIELDS):
            for relation in group:
                for name in self._candidates.satisfying(relation):
                    if name != package:
                        clash = Clash(package=record, field=field, relation=relation, other=self._record(name))
                        yield Clause([-number, -self._number(name)], clash)

    def _record(self, name: str) -> PackageRecord:
        record = self._candidates.get(name)
        assert record is not None, name  # noqa: S101 - only candidates get numbers
        return record

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._names)
            self._names.append(name)
        return number


def _report(
    taken: dict[str, PackageRecord], requests: tuple[Request, ...], excluded: tuple[str, ...], search: _Search
) -> Resolution:
    reasons: dict[str, dict[Reason, None]] = {name: {} for name in sorted(taken)}
    for request in requests:
        reasons[request.package][Reason(package="", field="", relation=str(request.requirement))] = None
    for name in sorted(taken):
        for need in search.needs(name):
            reason = Reason(package=name, field=need.field, relation=render_group(need.group))
            for solution in need.solutions:
                if solution in taken:
                    reasons[solution][reason] = None
    waived = [each for name in sorted(taken) for each in search.waived.get(name, ())]
    return Resolution(
        packages=tuple(Chosen(record=taken[name], reasons=tuple(asked)) for name, asked in reasons.items()),
        excluded=tuple(
            Excluded(name=name, wanted_by=tuple(reason for kept_out, reason in waived if kept_out == name))
            for name in excluded
        ),
    )
