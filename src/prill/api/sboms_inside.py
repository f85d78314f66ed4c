"""SBOMs that lie in an image as files: of the whole image, or of one package each.

Wolfi and Chainguard keep theirs in ``/var/lib/db/sbom``, Bitnami in ``/opt/bitnami/NAME/.spdx-NAME.spdx``, others in
``/usr/share/sbom``, ``/usr/local/share/sbom`` or ``/sbom``; buildpacks in ``/layers/sbom``.
"""

from prill.api.attached_documents import AttachedDocument, DocumentPlace
from prill.archive.bounds import Limits
from prill.archive.globs import compile_glob
from prill.errors import PrillError
from prill.formats.sbom_documents import MAX_BYTES
from prill.model import FileKind, Gap
from prill.oci.entries import EntryTable
from prill.oci.image import Image, Layer
from prill.oci.image_limits import IMAGE_LIMITS
from prill.oci.layer_reader import LayerContents, Reading
from prill.oci.rootfs import ImageTree

__all__ = ["SBOM_FILES", "sboms_inside"]

SBOM_FILES = (
    "var/lib/db/sbom/**.json",
    "opt/bitnami/**/.spdx-*.spdx",
    "usr/share/sbom/**.json",
    "usr/local/share/sbom/**.json",
    "sbom/*.json",
    "layers/sbom/**.json",
)
"""Globs over an image's paths."""

_PATTERNS = tuple(map(compile_glob, SBOM_FILES))
_MOST = 200
_SHOWN = 300


def sboms_inside(image: Image, limits: Limits = IMAGE_LIMITS) -> tuple[tuple[AttachedDocument, ...], tuple[Gap, ...]]:
    """Read the image's layers and return the SBOMs in them, sorted by path, and what could not be read."""
    found: list[AttachedDocument] = []
    with ImageTree(image, reading=Reading(limits=limits, tolerant=True, interests=_SbomFiles())) as tree:
        gaps = list(tree.gaps)
        for path in sorted({path for pattern in SBOM_FILES for path in tree.glob(pattern)}):
            stat = tree.stat(path)
            if stat is None or stat.kind is not FileKind.FILE:
                continue
            if len(found) >= _MOST or stat.size > MAX_BYTES:
                gaps.append(Gap(f"/{path}", "left aside: there are too many SBOMs, or it is too large"))
                continue
            try:
                with tree.open(path) as stream:
                    content = stream.read()
            except PrillError as error:
                gaps.append(Gap(f"/{path}", str(error)[:_SHOWN]))
                continue
            digest = image.descriptor.digest
            found.append(AttachedDocument(place=DocumentPlace.FILE, where=f"/{path}", subject=digest, content=content))
    return tuple(found), tuple(gaps)


class _SbomFiles:
    """Wants the contents of SBOMs, of every layer, and keeps them for whoever opens them."""

    def __call__(self, layer: Layer) -> "_SbomFiles":  # noqa: ARG002 - the same in all layers
        return self

    def wants(self, number: int, path: str, size: int, first: bytes) -> bool:  # noqa: ARG002
        """Return whether a path is one of an SBOM."""
        return any(pattern.fullmatch(path) for pattern in _PATTERNS)

    def read(self, table: EntryTable, contents: LayerContents) -> None:
        """Read nothing yet: what was wanted stays at hand."""

    def take(self, said: None) -> None:
        """Take nothing."""
