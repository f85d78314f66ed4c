"""What a Maven project needs, where other project files say part of it (maven.apache.org/pom.html, "Inheritance").

A project inherits its parent's properties, its dependencies, and the versions that are managed there; a project file
that is imported (a "bill of materials") manages versions too. Here they are put together of those that are at hand.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from prill.ecosystems.maven import Coordinates, word
from prill.model.regex import regex

__all__ = ["Effort", "PomDependency", "PomProject", "fill", "needed"]

_MAX_ROUNDS = 5
_MAX_TEXT = 1000
_MAX_IMPORTS = 100
_MAX_MANAGED = 20_000
_MAX_FILLED = 20
_MAX_EFFORT = 50_000_000
_FILLING = 200
"""How many entries are looked at in the time that it takes to fill one in."""
_EXACT = regex(r"\[([^\[\](),]*)\]")  # a range of one version
_PROPERTY = regex(r"\$\{([^${}]{1,200})\}")
_NEWEST = ("LATEST", "RELEASE")  # whichever that is on the day
_SCOPES = frozenset({"", "compile", "runtime"})

Parents = Callable[["PomProject"], Sequence["PomProject"]]
Imported = Callable[[Coordinates], "PomProject | None"]


class PomDependency(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dependency as it is written."""

    group: str = ""
    artifact: str = ""
    version: str = ""
    scope: str = ""
    optional: str = ""

    @property
    def runs(self) -> bool:
        """Say whether it is needed to run the project."""
        return self.scope in _SCOPES and self.optional != "true"


class Effort:
    """What may still be spent on all projects together: each looks at all that its parents and imports manage."""

    def __init__(self, left: int = _MAX_EFFORT) -> None:
        self.left = left

    def spend(self, amount: int) -> bool:
        """Take some of it; return whether there was so much."""
        self.left -= amount
        return self.left >= 0


class PomProject(msgspec.Struct, frozen=True, omit_defaults=True):
    """A project file's own words: ``fields`` by name, those of its parent as ``parent/NAME``; nothing is filled in."""

    fields: Mapping[str, str] = {}
    properties: Mapping[str, str] = {}
    dependencies: tuple[PomDependency, ...] = ()
    managed: tuple[PomDependency, ...] = ()

    @property
    def parent(self) -> Coordinates:
        """Return the coordinates of the parent, empty where there is none."""
        return Coordinates(*(self.fields.get(f"parent/{name}", "") for name in ("groupId", "artifactId", "version")))

    def coordinates(self, parents: Sequence["PomProject"] = ()) -> Coordinates:
        """Return the project's own; what it does not say is its parent's."""
        filled = _Chain((self, *parents)).fill
        group = self.fields.get("groupId") or self.parent.group
        version = self.fields.get("version") or self.parent.version
        return Coordinates(filled(group), filled(self.fields.get("artifactId", "")), filled(version))


def needed(project: PomProject, parents: Parents, imported: Imported, effort: Effort) -> tuple[Coordinates, ...]:
    """Return what a project needs to run, with the versions that are known; the others are empty.

    ``parents`` gives those of a project that are at hand, the nearest first, and ``imported`` a project by its name.
    Where all of ``effort`` is spent, something may be missing.
    """
    chain = _Chain((project, *parents(project)))
    if not effort.spend(_FILLING * sum(len(one.dependencies) for one in chain.projects)):
        return ()
    wanted = {chain.fill(each.artifact) for one in chain.projects for each in one.dependencies}
    managed = dict(reversed(list(_managed(chain, wanted, parents, imported, effort))))
    found: dict[tuple[str, str], tuple[Coordinates, bool]] = {}
    for one in chain.projects:
        for dependency in one.dependencies:
            named = chain.coordinates(dependency)
            key = (named.group, named.artifact)
            version, scope = managed.get(key, ("", ""))
            told = named.version if dependency.version else version
            runs = msgspec.structs.replace(dependency, scope=dependency.scope or scope).runs
            found.setdefault(key, (Coordinates(*key, "" if told in _NEWEST else told), all(key) and runs))
    return tuple(sorted(one for one, counts in found.values() if counts))


def fill(text: str, properties: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """Replace ``${name}`` by a property or the project's own fields; nothing is left of a text with any other."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in properties:
            return properties[name]
        name = name.removeprefix("project.").removeprefix("pom.").replace(".", "/")
        return fields.get(name) or fields.get(f"parent/{name}") or match[0]

    for _ in range(_MAX_ROUNDS):
        if "${" not in text:
            return text
        text = _PROPERTY.sub(value, text, count=_MAX_FILLED)[:_MAX_TEXT]
    return ""


class _Chain:
    """A project and its parents, the nearest first."""

    def __init__(self, projects: Sequence[PomProject]) -> None:
        self.projects = projects
        self._fields = projects[0].fields
        self._properties = {name: text for one in reversed(projects) for name, text in one.properties.items()}

    def fill(self, text: str) -> str:
        return fill(text, self._properties, self._fields)

    def coordinates(self, one: PomDependency) -> Coordinates:
        group, artifact, version = map(self.fill, (one.group, one.artifact, one.version))
        exact = _EXACT.fullmatch(version)
        return Coordinates(word(group), word(artifact), word(exact[1] if exact else version))


_Managed = tuple[tuple[str, str], tuple[str, str]]
"""Group and artifact, and the version and scope that are managed for them."""


def _managed(
    chain: _Chain, wanted: AbstractSet[str], parents: Parents, imported: Imported, effort: Effort
) -> Iterator[_Managed]:
    """Yield what is managed of the artifacts ``wanted``: what counts first, the nearest, before what is imported."""
    waiting = [chain]
    done: set[int] = set()
    while waiting:
        chain = waiting.pop(0)
        for one in chain.projects:
            if not effort.spend(len(one.managed)):
                return
            for dependency in one.managed[:_MAX_MANAGED]:
                if dependency.scope == "import":
                    effort.spend(_FILLING)
                    bill = imported(chain.coordinates(dependency))
                    if bill is not None and id(bill) not in done and len(done) < _MAX_IMPORTS:
                        done.add(id(bill))
                        waiting.append(_Chain((bill, *parents(bill))))
                elif dependency.artifact in wanted or "$" in dependency.artifact:
                    effort.spend(_FILLING)
                    named = chain.coordinates(dependency)
                    if named.version:
                        yield (named.group, named.artifact), (named.version, dependency.scope)
