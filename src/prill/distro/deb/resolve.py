"""From a request to the exact packages that meet it, as apt would choose them.

`prill.distro.deb._candidates` settles which version of each package may be chosen, `prill.distro.deb._search` chooses.
*Essential* packages are not taken unless something asks for them, Recommends are not followed. ``docs/resolution.md``
compares this with apt.
"""

from collections import deque
from collections.abc import Iterable

from prill.distro.deb._candidates import Candidates
from prill.distro.deb._clauses import Contradiction
from prill.distro.deb._search import Search
from prill.distro.deb.explain import (
    Need,
    Request,
    UnsatisfiableRequest,
    all_refused,
    explain,
    no_such_version,
    unknown_package,
)
from prill.distro.deb.index import PackageRecord, Universe
from prill.distro.deb.relations import render_group
from prill.distro.deb.requirement import Requirement
from prill.model.value import dataclass

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
    search = Search(candidates)
    try:
        taken = search.run(requests)
    except Contradiction as contradiction:
        raise explain(contradiction.causes, candidates) from None
    return _report(taken, requests, excluded, search)


def _read_requests(requirements: tuple[Requirement, ...], candidates: Candidates) -> tuple[Request, ...]:
    """Find the package that answers to each requirement: of that name, or the only one that provides it.

    Raise `UnsatisfiableRequest` with all requirements that nothing answers to.
    """
    unmet = candidates.pin(requirements)
    requests = []
    refused: dict[str, UnsatisfiableRequest] = {}
    for requirement in requirements:
        package = requirement.name
        if package in candidates.excluded:
            refused.setdefault(package, unknown_package(requirement, candidates))
        elif requirement in unmet and candidates.versions(package):
            together = [each for each in requirements if each.name == package]
            refused.setdefault(package, no_such_version(package, together, candidates))
        elif requirement in unmet:
            providers = [each for each in candidates.universe.providers(package) if candidates.get(each)]
            if requirement.operator or len(providers) != 1:  # with several of them the choice is the person's
                refused.setdefault(package, unknown_package(requirement, candidates))
                continue
            package = providers[0]
        requests.append(Request(requirement=requirement, package=package))
    if refused:
        raise all_refused(tuple(refused.values()))
    return tuple(requests)


def _report(
    taken: dict[str, PackageRecord], requests: tuple[Request, ...], excluded: tuple[str, ...], search: Search
) -> Resolution:
    reasons: dict[str, dict[Reason, None]] = {name: {} for name in sorted(taken)}
    for request in requests:
        reasons[request.package][Reason(package="", field="", relation=str(request.requirement))] = None
    for name in sorted(taken):
        for need in search.needs(name):
            reason = _reason(need)
            for solution in need.solutions:
                if solution in taken:
                    reasons[solution][reason] = None
    waived = [each for name in sorted(taken) for each in search.waived.get(name, ())]
    return Resolution(
        packages=tuple(Chosen(record=taken[name], reasons=tuple(asked)) for name, asked in reasons.items()),
        excluded=tuple(
            Excluded(name=name, wanted_by=tuple(_reason(need) for kept_out, need in waived if kept_out == name))
            for name in excluded
        ),
    )


def _reason(need: Need) -> Reason:
    return Reason(package=need.package.name, field=need.field, relation=render_group(need.group))
