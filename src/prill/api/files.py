"""The files of an image or a folder: which layer brought each, which package it belongs to, what its content is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prill.api.opening import Looked, OpenOptions, look_at
from prill.api.sbom import catalogue_owned
from prill.archive.globs import compile_glob
from prill.errors import PrillError
from prill.model import FileKind, Gap, Subject
from prill.model.image_files import ListedFile
from prill.model.value import dataclass, field
from prill.oci.folder import FolderTree
from prill.oci.merged_tree import MergedTree
from prill.oci.rootfs import ImageTree
from prill.sbom.file_owners import FileOwners

__all__ = ["FileListing", "NothingMatches", "TreeFiles", "list_files"]

_WILD = frozenset("*?")


class NothingMatches(PrillError):
    """No entry of an image goes by a name that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileListing:
    """What was asked for. ``layers`` are diff IDs, the lowest first, ``names`` the packages' names by their purls.

    ``rows`` says which entries there are, in the order of a walk; ``files`` makes them one by one.
    """

    subject: Subject
    layers: tuple[str, ...]
    names: dict[str, str]
    files: "TreeFiles" = field(repr=False)
    rows: Sequence[int] = field(repr=False)
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[ListedFile]:
        return map(self.files.at, self.rows)


class TreeFiles:
    """The entries of one opened tree by their rows, each made when it is asked for."""

    def __init__(self, looked: Looked) -> None:
        """Conclude whose the files are."""
        self.sbom, owners = catalogue_owned(looked)
        self.names = {package.purl: package.name for package in self.sbom.packages}
        self._tree = looked.tree
        self._owners = FileOwners(self.sbom.packages, owners)
        self.layers = tuple(map(str, looked.config.diff_ids)) if looked.config else ()
        self._digests = looked.tree.file_digests(())

    def read(self, rows: Sequence[int]) -> None:
        """Digest the files at ``rows``, and forget what was digested before."""
        self._digests = self._tree.file_digests(rows)

    def at(self, row: int) -> ListedFile:
        """Return one entry. Folders belong to no package: most belong to many."""
        stat = self._tree.merged.stat(row)
        return ListedFile(
            stat=stat,
            layer=self._tree.merged.layers[row] + (1 if self.layers else 0),
            package="" if stat.kind is FileKind.DIRECTORY else self._owners.of(stat.path),
            digest=self._digests.of(row),
        )


@contextmanager
def list_files(
    text: str, options: OpenOptions | None = None, *, patterns: Sequence[str] = (), digests: bool = True
) -> Iterator[FileListing]:
    """List what matches any of ``patterns``, everything without one; raise `NothingMatches`, or as `look_at` does.

    A pattern is a path, which stands for everything in a folder too, or a glob. Without ``digests`` no content is read.
    """
    with look_at(text, options) as looked:
        files = TreeFiles(looked)
        rows = _matching(looked.tree, patterns)
        if digests:
            files.read(rows)
        gaps = tuple(sorted({*looked.gaps, *looked.tree.gaps}))
        yield FileListing(
            subject=looked.subject,
            layers=files.layers,
            names=files.names,
            files=files,
            rows=rows,
            gaps=gaps,
            notes=looked.notes,
        )


def _matching(tree: ImageTree | FolderTree, patterns: Sequence[str]) -> Sequence[int]:
    if not patterns:
        return range(1, len(tree.merged))
    found: set[int] = set()
    for pattern in patterns:
        rows = _rows_of(tree, pattern.strip("/"))
        if not rows:
            raise NothingMatches(
                f"nothing in the image goes by {pattern[:160]!r}",
                hint="a pattern begins at the root; ** crosses folders: **/passwd",
            )
        found.update(rows)
    return sorted(found)


def _rows_of(tree: ImageTree | FolderTree, pattern: str) -> Sequence[int]:
    merged = tree.merged
    if _WILD & set(pattern):
        matches = compile_glob(_through_links(merged, pattern)).fullmatch
        return [row for row in range(1, len(merged)) if matches(merged.paths[row])]
    row = merged.find(pattern, follow=False)
    if row is None:
        return ()
    prefix = f"{merged.paths[row]}/" if row else ""
    end = row + 1
    while end < len(merged) and merged.paths[end].startswith(prefix):
        end += 1
    return range(row or 1, end)


def _through_links(merged: MergedTree, pattern: str) -> str:
    """Return a glob with its folders as the image has them, where they lead through links: ``bin`` as ``usr/bin``."""
    wild = min(at for at in map(pattern.find, _WILD) if at >= 0)
    folder, slash, _ = pattern[:wild].rpartition("/")
    row = merged.find(folder, follow=True) if slash else None
    return pattern if row is None else f"{merged.paths[row]}/{pattern[len(folder) + 1 :]}".lstrip("/")
