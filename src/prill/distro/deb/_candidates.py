"""Which version of a package may be chosen, and what would satisfy a relation, best first.

Each name has one candidate: the highest version of the architecture or of ``all``, unless the request names another.
An older version asked for by name brings the older versions along that it can only work with (``libfoo-dev=1.0`` and
its ``libfoo (= 1.0)``). Everything else is settled before the search, so that no search ever downgrades a package.
"""

from collections.abc import Iterable, Iterator

from prill.distro.deb.index import PackageRecord, Universe
from prill.distro.deb.relations import Group, Relation, holds
from prill.distro.deb.requirement import Requirement

__all__ = ["NEGATIVE_FIELDS", "POSITIVE_FIELDS", "Candidates"]

POSITIVE_FIELDS = ("Pre-Depends", "Depends")
NEGATIVE_FIELDS = ("Conflicts", "Breaks")

_PRIORITIES = ("required", "important", "standard", "optional", "extra")


class Candidates:
    """The view a resolution has of a `Universe`. ``excluded`` names are neither packages nor provided here."""

    def __init__(self, universe: Universe, *, architecture: str, excluded: frozenset[str] = frozenset()) -> None:
        self.universe = universe
        self.architecture = architecture
        self.excluded = excluded
        self._pinned: set[str] = set()
        self._chosen: dict[str, PackageRecord | None] = {}
        self._solutions: dict[Relation, tuple[str, ...]] = {}

    def versions(self, name: str) -> tuple[PackageRecord, ...]:
        """Return the versions that could be installed on the architecture, highest first, whether excluded or not."""
        suitable = (self.architecture, "all")
        return tuple(record for record in self.universe.versions(name) if record.architecture in suitable)

    def get(self, name: str) -> PackageRecord | None:
        """Return the candidate of ``name``, or None if there is none."""
        if name not in self._chosen:
            self._chosen[name] = None if name in self.excluded else next(iter(self.versions(name)), None)
        return self._chosen[name]

    def record(self, name: str) -> PackageRecord:
        """Return the candidate of a name that is known to have one; raise `LookupError`."""
        record = self.get(name)
        if record is None:
            raise LookupError(name)
        return record

    def pin(self, requirements: Iterable[Requirement]) -> list[Requirement]:
        """Let the requests choose their versions; return those for which there is none."""
        requirements = tuple(requirements)
        unmet: list[Requirement] = []
        chosen: list[PackageRecord] = []
        for requirement in requirements:
            together = [each for each in requirements if each.name == requirement.name]
            suitable = (
                record
                for record in self.versions(requirement.name)
                if all(each.accepts(record.version) for each in together)
            )
            record = next(suitable, None)
            if record is None:
                unmet.append(requirement)
            elif any(each.operator for each in together):
                chosen.append(record)
        self._choose(chosen)
        return unmet

    def _choose(self, records: list[PackageRecord]) -> None:
        """Make ``records`` candidates, and where other candidates do not suit an older one, those versions that do."""
        while records:
            self._chosen.update((record.name, record) for record in records if record.name not in self.excluded)
            self._pinned.update(record.name for record in records)
            self._solutions.clear()
            older = [record for record in records if record is not self.versions(record.name)[0]]
            groups = (group for record in older for _, group in groups_of(record, POSITIVE_FIELDS))
            records = [suitable for group in groups if (suitable := self._older_solution(group)) is not None]

    def _older_solution(self, group: Group) -> PackageRecord | None:
        """Return the version to choose so that ``group``, which no candidate satisfies, has a solution."""
        if self.solutions(group):
            return None
        return next(
            (
                record
                for relation in group
                if relation.name not in self._pinned
                for record in self.versions(relation.name)
                if relation.accepts(record.version)
            ),
            None,
        )

    def solutions(self, group: Group) -> tuple[str, ...]:
        """Return the packages whose candidates satisfy one of the alternatives; see `in_order` for the better order."""
        wanted = (relation for relation in group if relation.name not in self.excluded)
        return tuple(dict.fromkeys(name for relation in wanted for name in self.satisfying(relation)))

    def satisfying(self, relation: Relation) -> tuple[str, ...]:
        """Return the packages whose candidates satisfy ``relation``: the one so named first, then providers by name."""
        known = self._solutions.get(relation)
        if known is None:
            known = self._solutions[relation] = tuple(self._find(relation))
        return known

    def in_order(self, group: Group) -> Iterator[str]:
        """Yield what satisfies ``group`` in the order in which apt tries it; some names may come twice.

        Alternatives come as they are written, and within one of them first the package so named, then the providers:
        essential ones, important ones, then by priority, and where that does not decide, the package first that the
        indexes mention last (apt-pkg/depcache.cc, ``CompareProviders``).
        """
        for relation in group:
            names = self.satisfying(relation) if relation.name not in self.excluded else ()
            named = names[:1] if names[:1] == (relation.name,) else ()
            yield from named
            ranks = {name: self._rank(name) for name in names[len(named) :]}
            for rank in sorted(set(ranks.values())):
                equals = [name for name in ranks if ranks[name] == rank]
                if len(equals) > 1:
                    equals.sort(key=self.universe.first_mention, reverse=True)
                yield from equals

    def waived(self, group: Group) -> tuple[str, ...]:
        """Return the excluded names because of which nothing satisfies ``group``; empty if that has other reasons."""
        if self.solutions(group):
            return ()
        names = (name for relation in group for name in (relation.name, *self.universe.providers(relation.name)))
        return tuple(dict.fromkeys(name for name in names if name in self.excluded))

    def _find(self, relation: Relation) -> Iterator[str]:
        named = self.get(relation.name)
        if named is not None and relation.accepts(named.version) and self._suits(relation.qualifier, named):
            yield named.name
        for name in self.universe.providers(relation.name):
            provider = self.get(name)
            if provider is not None and provider is not named and self._provides(provider, relation):
                yield name

    def _rank(self, name: str) -> tuple[bool, bool, int]:
        record = self.record(name)
        priority = record.priority if record.priority in _PRIORITIES else _PRIORITIES[-1]
        return not record.essential, not record.important, _PRIORITIES.index(priority)

    def _provides(self, record: PackageRecord, relation: Relation) -> bool:
        for provided, *_ in record.provides:
            if provided.name == relation.name and (
                not relation.operator
                or (provided.operator == "=" and holds(provided.version, relation.operator, relation.version))
            ):
                return provided.qualifier == relation.qualifier or self._suits(relation.qualifier, record)
        return False

    def _suits(self, qualifier: str, record: PackageRecord) -> bool:
        """Say whether ``record`` answers to ``name:qualifier`` (deb-control(5), Multi-Arch)."""
        match qualifier:
            case "" | "native":
                return True
            case "any":
                return record.multi_arch == "allowed"
            case _:
                return qualifier == self.architecture


def groups_of(record: PackageRecord, fields: tuple[str, ...]) -> list[tuple[str, Group]]:
    """Return the groups of the given relation fields, each with its field's name."""
    return [(name, group) for name in fields for group in record.relations(name)]
