"""Why a request cannot be met, in words."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from prill.distro.deb._candidates import Candidates
from prill.distro.deb.index import PackageRecord
from prill.distro.deb.relations import Group, Relation, render_group
from prill.distro.deb.requirement import Requirement
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = [
    "Clash",
    "Need",
    "Request",
    "UnsatisfiableRequest",
    "all_refused",
    "explain",
    "nearest_names",
    "no_such_version",
    "unknown_package",
]

_MAX_LISTED = 8
_MAX_LINES = 60


class UnsatisfiableRequest(PrillError):
    """No set of packages meets the request. ``lines`` tell the story, the message joins them.

    ``subject`` is the requirement that cannot be met, where it is a single one; ``refusals`` are the errors that this
    one joins.
    """

    def __init__(
        self,
        lines: Sequence[str],
        *,
        hint: str | None = None,
        subject: Requirement | None = None,
        refusals: Sequence["UnsatisfiableRequest"] = (),
    ) -> None:
        super().__init__("\n  ".join(lines), hint=hint)
        self.lines = tuple(lines)
        self.subject = subject
        self.refusals = tuple(refusals)

    def __str__(self) -> str:
        return "\n  ".join((self.lines[0], *map(_told, self.refusals))) if self.refusals else super().__str__()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The request asks for ``package``."""

    requirement: Requirement
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """``package`` needs one of ``solutions``."""

    package: PackageRecord
    field: str
    group: Group
    solutions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """``package`` does not go together with ``other``."""

    package: PackageRecord
    field: str
    relation: Relation
    other: PackageRecord


def explain(causes: Iterable[object], candidates: Candidates) -> UnsatisfiableRequest:
    """Turn the causes that together exclude a solution into an error that tells them from the request down."""
    causes = tuple(causes)
    requests = sorted((each for each in causes if isinstance(each, Request)), key=lambda each: each.requirement)
    needs: dict[str, list[Need]] = {}
    for cause in causes:
        if isinstance(cause, Need):
            needs.setdefault(cause.package.name, []).append(cause)
    told: set[str] = set()
    lines = ["no set of packages meets the request:"]
    for request in requests:
        alias = "" if request.package == request.requirement.name else f", which only {request.package} provides"
        lines.append(f"{request.requirement} is requested{alias}")
        lines.extend(_tell_needs(request.package, needs, told, candidates))
    clashes = {(each.package.name, each.other.name): each for each in causes if isinstance(each, Clash)}
    lines.extend(_tell_clash(clashes[pair]) for pair in sorted(clashes))
    if len(lines) > _MAX_LINES:
        lines[_MAX_LINES:] = [f"and {len(lines) - _MAX_LINES} more lines of this kind"]
    return UnsatisfiableRequest(
        lines,
        hint="request other packages or versions, or exclude one that may be missing",
        subject=requests[0].requirement if len(requests) == 1 else None,
    )


def all_refused(refusals: Sequence[UnsatisfiableRequest]) -> UnsatisfiableRequest:
    """Join what is wrong with several requests into one error; that of a single one stays as it is."""
    if len(refusals) == 1:
        return refusals[0]
    lines = [f"{len(refusals)} requests cannot be met:", *map(_told, refusals)]
    return UnsatisfiableRequest(lines, refusals=refusals)


def no_such_version(name: str, wanted: Iterable[Requirement], candidates: Candidates) -> UnsatisfiableRequest:
    """Say that no version of the package ``name`` is what the requests for it ask for, and which versions there are."""
    bounded = [one for one in wanted if one.operator]
    bounds = [f"`{one.operator}{one.version}`" for one in bounded]
    both = {1: "", 2: "both "}.get(len(bounds), "all of ")
    available = ", ".join(f"{one.version} ({one.pocket})" for one in candidates.versions(name)[:_MAX_LISTED])
    return UnsatisfiableRequest(
        [f"no version of {name} satisfies {both}{' and '.join(bounds)}"],
        hint=f"available are {available}",
        subject=next(iter(bounded), None),
    )


def unknown_package(requirement: Requirement, candidates: Candidates) -> UnsatisfiableRequest:
    """Say why no package answers to ``requirement`` at all."""
    problem, hint = _why_unknown(requirement, candidates)
    return UnsatisfiableRequest([problem], hint=hint, subject=requirement)


def nearest_names(name: str, candidates: Candidates, *, limit: int = 3) -> tuple[str, ...]:
    """Return the names, of packages or provided by some, that are most like ``name``."""
    length = len(name)
    known = candidates.universe.names() | candidates.universe.provided()
    near = [each for each in known if abs(len(each) - length) <= max(2, length // 3)]
    return tuple(get_close_matches(name, sorted(near), n=limit, cutoff=0.7))


def _told(refusal: UnsatisfiableRequest) -> str:
    return f"{refusal}; {refusal.hint}" if refusal.hint else str(refusal)


def _why_unknown(requirement: Requirement, candidates: Candidates) -> tuple[str, str | None]:
    """Return what is wrong with a requirement, and what to do about it."""
    name, universe = requirement.name, candidates.universe
    if name in candidates.excluded:
        return f"{name} is requested and excluded at once", "take it out of one of the two"
    if universe.versions(name):
        return f"{name} is not available for {candidates.architecture}", None
    if providers := [each for each in universe.providers(name) if candidates.get(each)]:
        if requirement.operator:
            problem = f"{name} is provided by other packages, so {requirement} cannot choose a version of it"
        else:
            problem = f"{name} is provided by {len(providers)} packages"
        return problem, f"request one of them: {_listed(providers)}"
    nearest = nearest_names(name, candidates)
    return f"no package is called {name!r}", f"the nearest names are {', '.join(nearest)}" if nearest else None


def _tell_needs(package: str, needs: dict[str, list[Need]], told: set[str], candidates: Candidates) -> Iterator[str]:
    """Tell what ``package`` needs, and what that needs in turn, depth first and each package once."""
    agenda = [package]
    while agenda:
        package = agenda.pop()
        if package in told:
            continue
        told.add(package)
        further: list[str] = []
        for need in needs.get(package, ()):
            yield f"{_named(need.package)} has {need.field}: {render_group(need.group)}{_tell(need, candidates)}"
            further.extend(need.solutions)
        agenda.extend(reversed(further))


def _tell(need: Need, candidates: Candidates) -> str:
    if not need.solutions:
        reasons = "; ".join(_why_not(relation, candidates) for relation in need.group)
        return f", which nothing satisfies: {reasons}"
    plain = tuple(dict.fromkeys(relation.name for relation in need.group))
    return "" if need.solutions == plain else f", which means {_listed(need.solutions, ' or ')}"


def _why_not(relation: Relation, candidates: Candidates) -> str:
    if relation.name in candidates.excluded:
        return f"{relation.name} is excluded"
    record = candidates.get(relation.name)
    if record is None:
        providers = [each for each in candidates.universe.providers(relation.name) if candidates.get(each)]
        if providers:
            return f"{relation.name} is provided by {_listed(providers)}, but not so that it would do"
        return f"no package is called {relation.name} or provides it"
    if not relation.accepts(record.version):
        return f"{_named(record)} is the candidate"
    return f"{record.name} is there, but {relation.name}:{relation.qualifier} asks for another kind of it"


def _tell_clash(clash: Clash) -> str:
    provided = f", which {_named(clash.other)} provides" if clash.relation.name != clash.other.name else ""
    version = f", which is {clash.other.version} here" if clash.relation.operator and not provided else ""
    return f"{_named(clash.package)} has {clash.field}: {clash.relation}{provided}{version}"


def _named(record: PackageRecord) -> str:
    return f"{record.name} {record.version}"


def _listed(names: Sequence[str], glue: str = ", ") -> str:
    shown = glue.join(names[:_MAX_LISTED])
    return shown if len(names) <= _MAX_LISTED else f"{shown} and {len(names) - _MAX_LISTED} more"
