"""Adding to a layout that is there: a blob, an artifact about an image, a tag; one at a time.

Each change of ``index.json`` is made to what the file says at that moment, under the folder's lock, and replaces it
whole: of two who add at once, both are in it.
"""

from collections.abc import Callable
from pathlib import Path

from prill._io.atomic import open_atomic, write_atomic
from prill.errors import PrillError
from prill.model.value import replace
from prill.oci._layout_marks import with_attached
from prill.oci.descriptor import Descriptor
from prill.oci.graph import parse_manifest
from prill.oci.index import Index, with_entry
from prill.oci.layout import INDEX_FILE, DirectoryFiles, Layout, NoLayout, blob_name
from prill.oci.layout_folder import layout_folder
from prill.oci.store import BlobSource

__all__ = ["LayoutStore", "ReadOnlyPlace"]

_CHUNK = 1 << 20


class ReadOnlyPlace(PrillError):
    """Nothing can be added where an image is."""


class LayoutStore(Layout):
    """A layout in a folder, as an `ImageStore`. Everything written is verified first, and durable."""

    def __init__(self, path: Path) -> None:
        """Read the index; raise `NoLayout` for a folder that is no layout."""
        super().__init__(DirectoryFiles(path), str(path))
        self._path = path

    def find(self, tag: str) -> Descriptor | None:
        """Return what has the tag now, or None: somebody else may have added to it."""
        index = Index.parse(self._document(INDEX_FILE))
        if index.raw != self.index.raw:
            self.index, self._unlisted = index, None
        return super().find(tag)

    def put(self, descriptor: Descriptor, source: BlobSource) -> None:
        """Copy a blob from another store."""
        target = self._path / blob_name(descriptor.digest)
        with source.open(descriptor) as stream, open_atomic(target) as file:
            while data := stream.read(_CHUNK):
                file.write(data)

    def put_manifest(self, raw: bytes, media_type: str, *, tag: str = "") -> Descriptor:
        """Store a manifest or index; with a tag it becomes an entry of the layout's index.

        What it is about finds it by its subject: readers that take one manifest want the image alone in the index.
        """
        manifest = parse_manifest(raw, media_type)
        described = manifest.descriptor()
        write_atomic(self._path / blob_name(described.digest), raw)
        self._unlisted = None
        if tag:
            self._change(lambda index: replace(index, manifests=with_entry(index.manifests, described, tag)))
        if manifest.subject is not None:
            self._change(lambda index: with_attached(index, (described.digest,)))
        return described

    def _change(self, change: Callable[[Index], Index]) -> None:
        with layout_folder(self._path) as folder:
            if folder.index is None:
                raise NoLayout(f"{self.name!r} is a layout no longer", hint="somebody else changed it")
            self.index = change(folder.index)
            write_atomic(self._path / INDEX_FILE, self.index.raw)
