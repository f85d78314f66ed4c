"""Image layouts: content-addressed blobs and one index, in a folder or an archive (image-spec, image-layout.md)."""

import os
import stat
from pathlib import Path
from typing import BinaryIO, Protocol

from prill.errors import PrillError
from prill.model import Digest
from prill.oci._wire import MAX_DOCUMENT_BYTES, DocumentTooLarge, InvalidDocument, LayoutJson, decode, encode
from prill.oci.descriptor import REF_NAME, Descriptor
from prill.oci.graph import referrers_among
from prill.oci.index import Index
from prill.oci.store import BlobNotFound, VerifiedReader

__all__ = [
    "CONTAINERD_NAME",
    "INDEX_FILE",
    "LAYOUT_FILE",
    "LAYOUT_JSON",
    "DirectoryFiles",
    "Layout",
    "LayoutFiles",
    "NoLayout",
    "TagNeeded",
    "TagNotFound",
    "blob_name",
    "open_layout",
]

LAYOUT_FILE = "oci-layout"
INDEX_FILE = "index.json"
LAYOUT_JSON = encode(LayoutJson(image_layout_version="1.0.0"))
CONTAINERD_NAME = "io.containerd.image.name"
"""The annotation in which containerd, and so Docker, keeps a full reference beside the tag."""


class NoLayout(PrillError):
    """A folder or archive is not an OCI image layout."""


class TagNotFound(PrillError):
    """A layout has no image with a tag."""


class TagNeeded(PrillError):
    """A layout has several images, and nobody said which one is meant."""


class LayoutFiles(Protocol):
    """The files of a layout, by their path in it."""

    def open(self, name: str) -> tuple[BinaryIO, int]:
        """Open a regular file and say its size; raise `FileNotFoundError`."""

    def close(self) -> None:
        """Let go of what is held open."""


class DirectoryFiles:
    """The files of a layout in a folder. Links are followed, as Bazel makes layouts of them; only files are opened."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, name: str) -> tuple[BinaryIO, int]:
        """Open a regular file and say its size; raise `FileNotFoundError` for anything else."""
        try:
            number = os.open(self._path / name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FileNotFoundError(name) from error
        except OSError as error:
            raise NoLayout(f"cannot read {str(self._path / name)!r}: {error.strerror}") from error
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            os.close(number)
            raise FileNotFoundError(name)
        return os.fdopen(number, "rb"), found.st_size

    def close(self) -> None:
        """Do nothing: no file is held."""


class Layout:
    """A `BlobSource` over a layout's files; ``name`` says in errors where it is."""

    def __init__(self, files: LayoutFiles, name: str) -> None:
        """Read the index; raise `NoLayout` for what is no layout, `InvalidDocument` for a broken one."""
        self._files = files
        self.name = name
        version = decode(self._document(LAYOUT_FILE), LayoutJson, f"layout file of {name!r}").image_layout_version
        if not version.startswith("1."):
            raise NoLayout(
                f"{name!r} is an OCI layout of version {version[:40]!r}", hint="version 1 is what can be read"
            )
        self.index = Index.parse(self._document(INDEX_FILE))

    @property
    def entries(self) -> tuple[Descriptor, ...]:
        """Return the index's descriptors in order: the images, and the artifacts that refer to them."""
        return self.index.manifests

    def open(self, descriptor: Descriptor) -> BinaryIO:
        """Open a blob; raise `BlobNotFound`."""
        try:
            stream, _ = self._files.open(blob_name(descriptor.digest))
        except FileNotFoundError as error:
            raise BlobNotFound(
                f"{self.name!r} has no blob {descriptor.digest}", hint="the layout is incomplete; write it again"
            ) from error
        return VerifiedReader(stream, digest=descriptor.digest, size=descriptor.size)

    def has(self, descriptor: Descriptor) -> bool:
        """Say whether the blob is there, in the right size."""
        try:
            stream, size = self._files.open(blob_name(descriptor.digest))
        except FileNotFoundError:
            return False
        stream.close()
        return size == descriptor.size

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
        """Return the index's entries whose subject is ``digest``."""
        return referrers_among(self, self.entries, digest, artifact_type)

    def resolve(self, tag: str = "") -> Descriptor:
        """Return the image with ``tag``; without one, the only image. Raise `TagNotFound` or `TagNeeded`."""
        tagged = [entry for entry in self.entries if entry.annotation(REF_NAME) is not None]
        if tag:
            for entry in tagged:
                if tag in (entry.annotation(REF_NAME), entry.annotation(CONTAINERD_NAME)):
                    return entry
            raise TagNotFound(f"{self.name!r} has no image with the tag {tag!r}", hint=f"it has: {_tags(tagged)}")
        candidates = tagged or [entry for entry in self.entries if not entry.artifact_type]
        if len({entry.digest for entry in candidates}) == 1:
            return candidates[0]
        if not candidates:
            raise TagNotFound(f"{self.name!r} has no image in it")
        raise TagNeeded(f"{self.name!r} has {len(candidates)} images", hint=f"name one by its tag: {_tags(tagged)}")

    def close(self) -> None:
        """Let go of what is held open."""
        self._files.close()

    def _document(self, name: str) -> bytes:
        try:
            stream, size = self._files.open(name)
        except FileNotFoundError as error:
            raise NoLayout(f"{self.name!r} is no OCI layout: it has no file {name!r}") from error
        with stream:
            if size > MAX_DOCUMENT_BYTES:
                raise DocumentTooLarge(f"{name!r} in {self.name!r} has {size} bytes, more than {MAX_DOCUMENT_BYTES}")
            data = stream.read(MAX_DOCUMENT_BYTES + 1)
        if not data:
            raise InvalidDocument(f"{name!r} in {self.name!r} is empty")
        return data


def open_layout(path: Path) -> Layout:
    """Open a layout in a folder; raise `NoLayout` for a folder that is none."""
    return Layout(DirectoryFiles(path), str(path))


def blob_name(digest: Digest) -> str:
    """Return a blob's path in a layout."""
    return f"blobs/{digest.algorithm}/{digest.hex}"


def _tags(entries: list[Descriptor]) -> str:
    return ", ".join(entry.annotation(REF_NAME) or "" for entry in entries[:20]) or "none"
