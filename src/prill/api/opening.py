"""Opening what is to be looked at: any image, or a folder with a root file system, as one tree."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prill.api.open_options import OpenOptions
from prill.model import Gap, Subject
from prill.model.value import dataclass, field
from prill.oci.config import ImageConfig
from prill.oci.evidence import AnyReader
from prill.oci.gather import Gathered, gather, gather_image
from prill.oci.image import Image
from prill.oci.layer_evidence import EvidenceReader, SeveralInterests
from prill.oci.layer_reader import Reading
from prill.oci.manifest import Manifest
from prill.oci.rootfs import ImageTree
from prill.oci.sources import OpenedImage, folder_of, open_image
from prill.sbom.cataloger import AnyCataloger
from prill.sbom.catalogers import BUILTIN

if TYPE_CHECKING:
    from prill.oci.folder import FolderTree
    from prill.oci.tree_cache import StoredTrees

__all__ = ["Looked", "OpenOptions", "look_at", "look_at_opened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was opened: its tree, and what the catalogers read in it. ``notes`` are for the person.

    ``config`` and ``manifest`` are None for a folder. ``gaps`` are what could not be read of the tree; ``gathered`` has
    its own, as has ``noticed``: what the further readers read, of files that are hidden in the image, too.
    """

    tree: "ImageTree | FolderTree"
    subject: Subject
    config: ImageConfig | None = None
    manifest: Manifest | None = None
    gathered: Gathered = field(repr=False)
    noticed: Gathered = field(repr=False)
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    def once_verified(self, keep: Callable[[], None]) -> None:
        """Call ``keep``, which remembers what was made of an image, as soon as that is verified."""
        if isinstance(self.tree, ImageTree):
            self.tree.once_verified(keep)

    def verify(self) -> None:
        """Wait until all of an image that was read is verified; raise `DigestMismatch` or `SizeMismatch`."""
        if isinstance(self.tree, ImageTree):
            self.tree.verify()

    @property
    def whole(self) -> bool:
        """Whether all layers were read to their end; of a folder nobody can say that."""
        return isinstance(self.tree, ImageTree) and len(self.tree.whole_layers) == len(self.tree.layers)


@contextmanager
def look_at(
    text: str,
    options: OpenOptions | None = None,
    *,
    catalogers: tuple[AnyCataloger, ...] = BUILTIN,
    readers: tuple[AnyReader, ...] = (),
) -> Iterator[Looked]:
    """Open what ``text`` names and let everybody read it; raise as `open_image` and `ImageTree` do."""
    options = options or OpenOptions()
    folder = folder_of(text)
    if folder is not None:
        from prill.oci.folder import open_folder  # noqa: PLC0415 - images are what is mostly looked at

        with open_folder(folder, limits=options.limits) as tree:
            gathered, noticed = gather(tree, catalogers), gather(tree, readers)
            yield Looked(tree=tree, subject=Subject(name=text), gathered=gathered, noticed=noticed, gaps=tree.gaps)
        return
    with (
        open_image(text, platform=options.platform, access=options.access) as opened,
        look_at_opened(opened, options, catalogers=catalogers, readers=readers) as looked,
    ):
        yield looked


@contextmanager
def look_at_opened(
    opened: OpenedImage,
    options: OpenOptions,
    *,
    catalogers: tuple[AnyCataloger, ...] = BUILTIN,
    readers: tuple[AnyReader, ...] = (),
    early: bool = False,
) -> Iterator[Looked]:
    """Do the same with an image that was found already, which stays open.

    With ``early``, helpers may still verify what the ``with`` block looks at, and its end waits for them and raises
    `DigestMismatch`: what the block makes must not leave it before, and is remembered by `Looked.once_verified`.
    """
    trees = _trees(options)
    asked = [_Asked(catalogers, opened.image, options, trees)]
    if readers:
        asked.append(_Asked(readers, opened.image, options, trees, hidden=True))
    interests = SeveralInterests(*(one.evidence for one in asked))
    reading = Reading(limits=options.limits, tolerant=True, interests=interests, early=early)
    with ImageTree(opened.image, reading=reading, cache=trees) as image:
        with image.verified_first():
            found = [one.gather(image) for one in asked]
            config = opened.image.config()
            yield Looked(
                tree=image,
                subject=Subject(name=opened.name, digest=opened.image.descriptor.digest, platform=config.platform),
                config=config,
                manifest=opened.image.manifest(),
                gathered=found[0],
                noticed=found[1] if readers else Gathered.of(()),
                gaps=image.gaps,
                notes=opened.notes,
            )
        image.verify()


def _trees(options: OpenOptions) -> "StoredTrees | None":
    if options.cache is None:
        return None
    from prill.oci.tree_cache import StoredTrees  # noqa: PLC0415 - start-up stays lazy

    return StoredTrees(options.cache, options.limits)


class _Asked:
    """One family of readers, and what is remembered of what they said."""

    def __init__(
        self,
        readers: Sequence[AnyReader],
        image: Image,
        options: OpenOptions,
        trees: "StoredTrees | None",
        *,
        hidden: bool = False,
    ) -> None:
        self._hidden = hidden
        self._known = None
        if options.cache and trees:
            from prill.oci.evidence_cache import StoredEvidence  # noqa: PLC0415 - start-up stays lazy

            self._known = StoredEvidence(options.cache, readers, numbering=trees.numbering, hidden=hidden)
        known = self._known is not None and self._known.knows_all(image.layers())
        self.evidence = EvidenceReader(readers, self._known, read_nothing=known)

    def gather(self, tree: ImageTree) -> Gathered:
        """Return what was read or is remembered, and remember it."""
        known = self._known
        if known is None:
            return gather_image(tree, self.evidence, hidden=self._hidden)
        if self.evidence.reads_nothing:
            return known.gathered(tree) or self._anew(tree)
        for keep in self.evidence.keeping(tree.whole_layers):
            tree.once_verified(keep)
        found = gather_image(tree, self.evidence, hidden=self._hidden)
        if len(tree.whole_layers) == len(tree.layers):
            tree.once_verified(known.keeping_gathered(tree, found))
        return found

    def _anew(self, tree: ImageTree) -> Gathered:
        """Read again what is remembered wrongly."""
        found = gather(tree, self.evidence.readers)
        if self._hidden:
            found.gaps.append(Gap("the cache", "what is remembered of deleted files is damaged; --no-cache reads them"))
        return found
