"""What a fact may ask about: an image or a folder, read once."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from prill.catalogue.known_bases import BaseLookup
from prill.model import FileKind, FileStat, Gap, Location, Ownership, Package, Sbom
from prill.model.value import dataclass, field
from prill.oci.config import ImageConfig
from prill.oci.evidence import AnyReader, Evidence, FileReader, ScanTree, Seen
from prill.oci.gather import Gathered
from prill.oci.manifest import Manifest
from prill.oci.rootfs import ImageTree

__all__ = ["Inspected"]

E = TypeVar("E", bound=Evidence)
T = TypeVar("T")
_MAX_LINKS = 40


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """The merged tree and what is known besides. A folder has no ``config`` and ``manifest``; ``day`` is today.

    ``unread`` are the parts of the tree that could not be read.
    """

    tree: ScanTree
    sbom: Sbom
    ownership: Ownership
    day: date
    readers: Sequence[AnyReader] = ()
    noticed: Gathered = field(default_factory=lambda: Gathered.of(()), repr=False)
    config: ImageConfig | None = None
    manifest: Manifest | None = None
    bases: BaseLookup | None = None
    unread: tuple[Gap, ...] = ()
    _memo: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, make: "Callable[[Inspected], T]") -> T:
        """Return what ``make`` makes of this, made when it is first asked for: several facts rest on it."""
        if make not in self._memo:
            self._memo[make] = make(self)
        made: T = self._memo[make]
        return made

    @property
    def image(self) -> ImageTree | None:
        """The tree where it is an image's, with layers."""
        return self.tree if isinstance(self.tree, ImageTree) else None

    @cached_property
    def entries(self) -> tuple[FileStat, ...]:
        """Everything in the merged tree but the root, in the order of a walk."""
        return tuple(self.tree.walk())

    @cached_property
    def by_path(self) -> dict[str, FileStat]:
        """The same by path."""
        return {stat.path: stat for stat in self.entries}

    def at(self, path: str) -> Location:
        """Return where the entry at ``path`` is."""
        return Location(path, self.tree.layer_name(path))

    def seen(self, reader: FileReader[E]) -> Sequence[Seen[E]]:
        """Return what a reader noticed in visible files, sorted by path."""
        return self._of(self.noticed.seen, reader)

    def hidden(self, reader: FileReader[E]) -> Sequence[Seen[E]]:
        """Return what a reader noticed in files that a later layer deleted or replaced."""
        return self._of(self.noticed.hidden, reader)

    def owner(self, path: str) -> str:
        """Return the purl of the package that a file belongs to, or nothing."""
        return self.ownership.of(path)

    def package(self, purl: str) -> Package | None:
        """Return the package with a purl."""
        return self._packages.get(purl)

    def version_of(self, path: str) -> str:
        """Return the version of the package that a file belongs to, or nothing."""
        package = self.package(self.owner(path))
        return package.version if package else ""

    def resolve(self, path: str) -> str | None:
        """Follow links to what is none, inside the root; return None where they lead nowhere or in circles."""
        todo = path.split("/")[::-1]
        at: list[str] = []
        links = 0
        while todo:
            part = todo.pop()
            if part in ("", "."):
                continue
            if part == "..":
                del at[-1:]
                continue
            stat = self.by_path.get("/".join((*at, part)))
            if stat is None:
                return None
            if stat.kind is FileKind.SYMLINK:
                links += 1
                if links > _MAX_LINKS:
                    return None
                if stat.link.startswith("/"):
                    at.clear()
                todo += stat.link.split("/")[::-1]
                continue
            at.append(part)
        return "/".join(at)

    def text(self, path: str, limit: int) -> str | None:
        """Return a small text file's content, at most ``limit`` bytes of it; None where there is none."""
        try:
            with self.tree.open(path) as stream:
                return stream.read(limit).decode("utf-8", "replace")
        except FileNotFoundError:
            return None

    @cached_property
    def files(self) -> tuple[FileStat, ...]:
        """The regular files, further names of a file left out."""
        return tuple(stat for stat in self.entries if stat.kind is FileKind.FILE)

    @cached_property
    def _packages(self) -> dict[str, Package]:
        return {package.purl: package for package in self.sbom.packages}

    def _of(self, found: tuple[list[Seen[Any]], ...], reader: FileReader[E]) -> Sequence[Seen[E]]:
        return next((seen for one, seen in zip(self.readers, found, strict=True) if one is reader), ())
