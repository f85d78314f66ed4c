"""Relations between packages, as Depends and its like write them (Debian Policy 7.1).

A field is a list of groups that must all hold; a group is a list of alternatives of which one must.
"""

import re
from functools import lru_cache

from prill.distro.deb.version import sort_key
from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["Group", "InvalidRelation", "Relation", "holds", "parse_relations", "render_group"]

_MAX_FIELD = 1024 * 1024
_RELATION = re.compile(
    r"""\s*([A-Za-z0-9][A-Za-z0-9+._-]*)        # name; capitals and _ are not Debian's, but stand in foreign archives
    (?::([a-z0-9-]+))?\s*                       # architecture qualifier
    (?:\(\s*(<<|<=|>=|>>|=|<|>)\s*([^\s()]+)\s*\)\s*)?
    (?:\[\s*([^\[\]<>()]*?)\s*\]\s*)?           # architectures
    ((?:<[^<>]*>\s*)*)                          # build profiles
    """,
    re.VERBOSE,
)
_OBSOLETE = {"<": "<=", ">": ">="}  # Policy 7.1: the bare signs meant "or equal"


class InvalidRelation(PrillError):
    """A text that should have been a relation is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One alternative: ``name:qualifier (operator version) [architectures] <profiles>``, the absent parts empty."""

    name: str
    qualifier: str = ""
    operator: str = ""
    version: str = ""
    architectures: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()

    def accepts(self, version: str) -> bool:
        """Say whether ``version`` is within the constraint."""
        return not self.operator or holds(version, self.operator, self.version)

    def __str__(self) -> str:
        name = f"{self.name}:{self.qualifier}" if self.qualifier else self.name
        version = f" ({self.operator} {self.version})" if self.operator else ""
        architectures = f" [{' '.join(self.architectures)}]" if self.architectures else ""
        return name + version + architectures + "".join(f" <{profile}>" for profile in self.profiles)


Group = tuple[Relation, ...]


@lru_cache(maxsize=65536)
def holds(version: str, operator: str, bound: str) -> bool:
    """Compare two versions by a Debian operator (``<<``, ``<=``, ``=``, ``>=``, ``>>``)."""
    left, right = sort_key(version), sort_key(bound)
    match operator:
        case "=":
            return left == right
        case ">=":
            return left >= right
        case "<<":
            return left < right
        case ">>":
            return left > right
        case "<=":
            return left <= right
    raise InvalidRelation(f"unknown operator {operator!r}", hint="write one of << <= = >= >>")


def parse_relations(text: str) -> tuple[Group, ...]:
    """Read a relation field; an empty one has no groups; raise `InvalidRelation`."""
    if len(text) > _MAX_FIELD:
        raise InvalidRelation(f"a relation field of {len(text)} characters; {_MAX_FIELD} are allowed")
    return tuple(_parse_group(group) for group in text.split(",") if group and not group.isspace())


def render_group(group: Group) -> str:
    """Write a group as a field would."""
    return " | ".join(map(str, group))


@lru_cache(maxsize=65536)
def _parse_group(text: str) -> Group:
    return tuple(_parse_relation(alternative) for alternative in text.split("|"))


@lru_cache(maxsize=65536)
def _parse_relation(text: str) -> Relation:
    match = _RELATION.fullmatch(text)
    if match is None:
        raise InvalidRelation(f"not a relation: {text.strip()[:160]!r}", hint="a relation is written name (>= version)")
    name, qualifier, operator, version, architectures, profiles = match.groups()
    if version:
        sort_key(version)
    return Relation(
        name=name,
        qualifier=qualifier or "",
        operator=_OBSOLETE.get(operator, operator) or "",
        version=version or "",
        architectures=tuple((architectures or "").split()),
        profiles=tuple(profile.strip() for profile in re.findall(r"<([^<>]*)>", profiles)),
    )
