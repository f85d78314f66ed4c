"""What ``docker save`` wrote before version 25: ``manifest.json``, configs and layers, without OCI manifests.

The OCI manifest is made here from what is there, so its digest is this reader's and not a registry's. Its layers keep
the bytes of the archive, which are mostly uncompressed.
"""

import hashlib
from io import BytesIO
from typing import BinaryIO

import msgspec

from prill.archive.codecs import Codec, sniff
from prill.model import Digest, ImageReference, InvalidReference
from prill.oci._config_wire import decode
from prill.oci._region import Region
from prill.oci._wire import MAX_DOCUMENT_BYTES, DocumentTooLarge, InvalidDocument, parse_list
from prill.oci.config import ImageConfig
from prill.oci.descriptor import Descriptor
from prill.oci.layer_types import layer_media_type
from prill.oci.layout import LayoutFiles, TagNeeded, TagNotFound
from prill.oci.manifest import Manifest
from prill.oci.media_types import CONFIG
from prill.oci.store import BlobNotFound, VerifiedReader

__all__ = ["DOCKER_MANIFEST_FILE", "DockerArchive", "DockerImageJson"]

DOCKER_MANIFEST_FILE = "manifest.json"
_CHUNK = 1 << 20
_SNIFFED = 16


class DockerImageJson(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One image of ``manifest.json``: paths in the archive, and the image's names."""

    config: str
    repo_tags: tuple[str, ...] | None = None
    layers: tuple[str, ...] = ()


class DockerArchive:
    """A `BlobSource` over the files of such an archive."""

    def __init__(self, files: LayoutFiles, name: str) -> None:
        """Read the list of images; raise `InvalidDocument` for what is none."""
        self._files = files
        self.name = name
        raw = self._read(DOCKER_MANIFEST_FILE)
        what = f"{DOCKER_MANIFEST_FILE} in {name!r}"
        self._images = decode(raw, tuple[DockerImageJson, ...], what)
        for image in parse_list(raw, what):
            image.exact(*DockerImageJson.__struct_encode_fields__)
        self._blobs: dict[Digest, str | bytes] = {}

    def resolve(self, tag: str = "") -> Descriptor:
        """Return the image of that tag or full name, or the only one; raise `TagNotFound` or `TagNeeded`."""
        names = ", ".join(name for image in self._images for name in image.repo_tags or ())[:400] or "none"
        found = [image for image in self._images if not tag or _is_named(image, tag)]
        if not found:
            raise TagNotFound(f"{self.name!r} has no image {tag!r}", hint=f"it has: {names}")
        if len(found) > 1:
            raise TagNeeded(f"{self.name!r} has {len(found)} images", hint=f"name one of: {names}")
        return self._describe(found[0])

    def open(self, descriptor: Descriptor) -> BinaryIO:
        """Open a blob of an image that was resolved; raise `BlobNotFound`."""
        place = self._blobs.get(descriptor.digest)
        if place is None:
            raise BlobNotFound(f"{self.name!r} has no blob {descriptor.digest}")
        stream = BytesIO(place) if isinstance(place, bytes) else self._file(place)[0]
        return VerifiedReader(stream, digest=descriptor.digest, size=descriptor.size)

    def region(self, descriptor: Descriptor) -> Region | None:
        """Return where a layer lies in the archive."""
        place = self._blobs.get(descriptor.digest)
        return self._files.region(place) if isinstance(place, str) else None

    def has(self, descriptor: Descriptor) -> bool:
        """Say whether the blob is there."""
        return descriptor.digest in self._blobs

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:  # noqa: ARG002
        """Return nothing: these archives hold images alone."""
        return ()

    def find(self, tag: str) -> Descriptor | None:
        """Return the image with that tag or full name, or None."""
        found = [image for image in self._images if _is_named(image, tag)]
        return self._describe(found[0]) if len(found) == 1 else None

    def tags(self) -> tuple[str, ...]:
        """Return the images' full names."""
        return tuple(sorted({name for image in self._images for name in image.repo_tags or ()}))

    def close(self) -> None:
        """Close the archive."""
        self._files.close()

    def _describe(self, image: DockerImageJson) -> Descriptor:
        raw = self._read(image.config)
        config = Descriptor.of(raw, CONFIG)
        self._blobs[config.digest] = image.config
        diff_ids: tuple[Digest | None, ...] = ImageConfig.parse(raw).diff_ids
        if len(diff_ids) != len(image.layers):
            diff_ids = (None,) * len(image.layers)  # whoever asks for the layers is told
        layers = tuple(map(self._layer, image.layers, diff_ids))
        manifest = Manifest(config=config, layers=layers)
        self._blobs[manifest.digest] = manifest.raw
        return manifest.descriptor()

    def _layer(self, path: str, diff_id: Digest | None) -> Descriptor:
        """Describe a layer; one that is not packed has its diff ID as its digest, which whoever reads it verifies."""
        stream, size = self._file(path)
        with stream:
            first = stream.read(_SNIFFED)
            codec = sniff(first)
            digest = diff_id if codec is Codec.NONE else None
            if digest is None:
                hasher = hashlib.sha256(first)
                while data := stream.read(_CHUNK):
                    hasher.update(data)
                digest = Digest("sha256", hasher.hexdigest())
        self._blobs[digest] = path
        return Descriptor(media_type=layer_media_type(codec), digest=digest, size=size)

    def _file(self, path: str) -> tuple[BinaryIO, int]:
        try:
            return self._files.open(path)
        except FileNotFoundError as error:
            raise InvalidDocument(f"{self.name!r} names a file that is not in it: {path[:160]!r}") from error

    def _read(self, path: str) -> bytes:
        stream, size = self._file(path)
        with stream:
            if size > MAX_DOCUMENT_BYTES:
                raise DocumentTooLarge(f"{path[:160]!r} has {size} bytes, more than {MAX_DOCUMENT_BYTES}")
            return stream.read()


def _is_named(image: DockerImageJson, wanted: str) -> bool:
    names = image.repo_tags or ()
    if wanted in names or any(name.rpartition(":")[2] == wanted for name in names):
        return True
    try:
        return ImageReference.parse(wanted) in [ImageReference.parse(name) for name in names]
    except InvalidReference:
        return False
