"""What a cataloger is: it reads one file at a time, and then says what all of them together mean.

1. `Cataloger.read` turns one file into evidence: small, plain data that depends on that file alone. It is kept by the
   diff ID of the file's layer and the cataloger's id and version, and is not asked for again.
2. `Cataloger.catalog` turns the evidence of the files that are visible in the merged image into packages.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

from prill.errors import PrillError
from prill.model import Distro, FileTree, Gap, Package, Platform, Relationship
from prill.model.value import dataclass
from prill.oci.evidence import MAX_TEXT, Evidence, FileReader, FoundFile, Seen, read_bounded

__all__ = [
    "MAX_TEXT",
    "AnyCataloger",
    "Cataloger",
    "Catalogued",
    "Evidence",
    "FoundFile",
    "Seen",
    "Surroundings",
    "Unreadable",
    "dependencies",
    "read_bounded",
]


class Unreadable(PrillError):
    """A file that should have told about packages does not; the message becomes a gap's reason."""


E = TypeVar("E", bound=Evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a cataloger may know of the image besides its own evidence. ``tree`` says names and kinds, not contents.

    ``found`` are the packages that the catalogers before it found, ``owned`` the files of those whose manager records
    them, as `Catalogued` has them.
    """

    tree: FileTree
    distro: Distro | None = None
    platform: Platform | None = None
    found: tuple[Package, ...] = ()
    owned: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogued:
    """What a cataloger concludes.

    ``owned`` lists, for the purls of packages whose manager records it, the paths of their files, without a leading
    slash, as the manager spells them.
    """

    packages: tuple[Package, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    owned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    gaps: tuple[Gap, ...] = ()


class Cataloger(FileReader[E], Protocol[E]):
    """One package manager's, language's or program's way of saying what is there.

    Its ``id`` is also ``Package.found_by``.
    """

    def catalog(self, seen: Sequence[Seen[E]], image: Surroundings) -> Catalogued:
        """Conclude from what is visible in the image, sorted by path."""


AnyCataloger = Cataloger[Any]


def dependencies(
    found: Iterable[tuple[Package, Iterable[str], Iterable[str]]],
) -> tuple[Relationship, ...]:
    """Return who needs whom, sorted: of each package the names that it has or provides, and those that it needs.

    Of several packages that have a name, each is needed.
    """
    packages = tuple(found)
    givers: dict[str, set[str]] = {}
    for package, names, _ in packages:
        for name in names:
            givers.setdefault(name, set()).add(package.purl)
    needed = {
        (package.purl, giver) for package, _, needs in packages for name in needs for giver in givers.get(name, ())
    }
    return tuple(Relationship(purl, giver) for purl, giver in sorted(needed) if purl != giver)
