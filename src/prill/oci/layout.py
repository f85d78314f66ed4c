"""Image layouts: content-addressed blobs and one index, in a folder or an archive (image-spec, image-layout.md)."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from prill._io.regular import NotRegular, open_regular
from prill.errors import PrillError
from prill.model import Digest
from prill.oci._region import Region
from prill.oci._unlisted import unlisted_referrers
from prill.oci._wire import MAX_DOCUMENT_BYTES, DocumentTooLarge, InvalidDocument, parse
from prill.oci.descriptor import CONTAINERD_NAME, REF_NAME, Descriptor
from prill.oci.graph import referrers_among
from prill.oci.index import Index
from prill.oci.media_types import INDEXES
from prill.oci.store import BlobNotFound, VerifiedReader, read_document
from prill.oci.tags import COSIGN_KIND, cosign_tag, is_digest_tag, referrers_tag, saved_suffix

__all__ = [
    "INDEX_FILE",
    "LAYOUT_FILE",
    "LAYOUT_JSON",
    "DirectoryFiles",
    "Layout",
    "LayoutFiles",
    "NoLayout",
    "TagNeeded",
    "TagNotFound",
    "UnreadableImage",
    "blob_name",
    "open_layout",
]

LAYOUT_FILE = "oci-layout"
INDEX_FILE = "index.json"
LAYOUT_JSON = b'{"imageLayoutVersion":"1.0.0"}'


class NoLayout(PrillError):
    """A folder or archive is not an OCI image layout."""


class UnreadableImage(PrillError):
    """A layout's file or an archive is there, and cannot be read: it is damaged, or somebody else's."""


class TagNotFound(PrillError):
    """A layout has no image with a tag."""


class TagNeeded(PrillError):
    """A layout has several images, and nobody said which one is meant.

    ``entries`` are these images, where they are one for several platforms, and nothing otherwise.
    """

    def __init__(self, message: str, *, hint: str, entries: tuple[Descriptor, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.entries = entries


class LayoutFiles(Protocol):
    """The files of a layout, by their path in it."""

    def open(self, name: str) -> tuple[BinaryIO, int]:
        """Open a regular file and say its size; raise `FileNotFoundError`."""

    def region(self, name: str) -> Region | None:
        """Return where a regular file's content lies on disk; raise `FileNotFoundError`."""

    def blobs(self) -> Iterable[str]:
        """Return the paths of what is named like a blob, ``blobs/ALGORITHM/HEX``, in no order."""

    def close(self) -> None:
        """Let go of what is held open."""


class DirectoryFiles:
    """The files of a layout in a folder. Links are followed, as Bazel makes layouts of them; only files are opened."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, name: str) -> tuple[BinaryIO, int]:
        """Open a regular file and say its size; raise `FileNotFoundError` for anything else, or `UnreadableImage`."""
        try:
            stream = open_regular(self._path / name)
        except (FileNotFoundError, NotADirectoryError, NotRegular) as error:
            raise FileNotFoundError(name) from error
        except OSError as error:
            raise UnreadableImage(f"cannot read {str(self._path / name)!r}: {error.strerror}") from error
        return stream, os.fstat(stream.fileno()).st_size

    def region(self, name: str) -> Region | None:
        """Return the whole file; raise as `open` does."""
        file, size = self.open(name)
        return Region(file, 0, size, owned=True)

    def blobs(self) -> Iterable[str]:
        """Return the paths below ``blobs``; none where the folder may not be listed."""
        return (path.relative_to(self._path).as_posix() for path in self._path.glob("blobs/*/*"))

    def close(self) -> None:
        """Do nothing: no file is held."""


class Layout:
    """A `BlobSource` over a layout's files; ``name`` says in errors where it is."""

    def __init__(self, files: LayoutFiles, name: str) -> None:
        """Read the index; raise `NoLayout` for what is no layout, `InvalidDocument` for a broken one."""
        self._files = files
        self._unlisted: tuple[Descriptor, ...] | None = None
        self.name = name
        version = parse(self._document(LAYOUT_FILE), f"layout file of {name!r}").text("imageLayoutVersion")
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
            raise _no_blob(self.name, descriptor) from error
        return VerifiedReader(stream, digest=descriptor.digest, size=descriptor.size)

    def region(self, descriptor: Descriptor) -> Region | None:
        """Return where a blob lies in a file; raise `BlobNotFound`."""
        try:
            return self._files.region(blob_name(descriptor.digest))
        except FileNotFoundError as error:
            raise _no_blob(self.name, descriptor) from error

    def has(self, descriptor: Descriptor) -> bool:
        """Say whether the blob is there, in the right size."""
        try:
            stream, size = self._files.open(blob_name(descriptor.digest))
        except FileNotFoundError:
            return False
        stream.close()
        return size == descriptor.size

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
        """Return the entries whose subject is ``digest``, the unlisted ones, and what the referrers tag lists.

        Prill lists the image alone, and so does ``cosign save``: such manifests are found among the blobs. Registries
        without the referrers API have an index with the referrers tag, and programs that copy from them keep it.
        """
        if self._unlisted is None:
            listed = {blob_name(entry.digest) for entry in self.entries}
            self._unlisted = tuple(unlisted_referrers(self._files, listed))
        entries = referrers_among(self, (*self.entries, *self._unlisted), digest, artifact_type)
        tagged = self.find(referrers_tag(digest))
        if tagged is None or tagged.media_type not in INDEXES:
            return entries
        listed_there = Index.parse(read_document(self, tagged), tagged.media_type).manifests
        found = {entry.digest: entry for entry in (*listed_there, *entries)}
        return tuple(entry for entry in found.values() if artifact_type in (None, entry.artifact_type))

    def find(self, tag: str) -> Descriptor | None:
        """Return the first entry that goes by ``tag``, or None."""
        return next(iter(self._named(tag)), None)

    def _named(self, tag: str) -> list[Descriptor]:
        """Return the entries with this tag or this full name, which may leave out what ``docker pull`` adds."""
        names = (REF_NAME, CONTAINERD_NAME)
        found = [entry for entry in self.entries if tag in map(entry.annotation, names)]
        if found:
            return found
        saved = self._saved_by_cosign(tag)
        return [saved] if saved else [entry for entry in self.entries if _same_name(tag, entry)]

    def tags(self) -> tuple[str, ...]:
        """Return the entries' tags."""
        return tuple(sorted({tag for entry in self.entries if (tag := entry.annotation(REF_NAME)) is not None}))

    def resolve(self, tag: str = "") -> Descriptor:
        """Return the image with ``tag``; without one, the only image. Raise `TagNotFound` or `TagNeeded`."""
        named = (entry for entry in self.entries if entry.annotation(REF_NAME) is not None)
        tagged = [entry for entry in named if not _is_for_another(entry)]
        others = [entry for entry in self.entries if not _is_for_another(entry)]
        untagged = [entry for entry in others if not entry.artifact_type]
        found = self._named(tag) if tag else tagged or untagged
        if len({entry.digest for entry in found}) == 1:
            return found[0]
        if found:
            what = f"{self.name!r} has {len(found)} images" + (f" with the tag {tag!r}" if tag else "")
            entries = tuple(found) if _one_for_platforms(found) else ()
            raise TagNeeded(what, hint=f"name one by its tag: {_tags(found)}", entries=entries)
        if tag:
            raise TagNotFound(f"{self.name!r} has no image with the tag {tag!r}", hint=f"it has: {_tags(tagged)}")
        raise TagNotFound(f"{self.name!r} has no image in it")

    def close(self) -> None:
        """Let go of what is held open."""
        self._files.close()

    def _saved_by_cosign(self, tag: str) -> Descriptor | None:
        """Return the entry that would have ``tag`` in a registry: ``cosign save`` marks entries by kind alone."""
        saved = [(entry, saved_suffix(entry.annotation(COSIGN_KIND))) for entry in self.entries]
        images = [entry.digest for entry, suffix in saved if not suffix]
        return next(
            (entry for entry, suffix in saved if suffix and tag in {cosign_tag(one, suffix) for one in images}), None
        )

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


def _no_blob(name: str, descriptor: Descriptor) -> BlobNotFound:
    return BlobNotFound(f"{name!r} has no blob {descriptor.digest}", hint="the layout is incomplete; write it again")


def _is_for_another(entry: Descriptor) -> bool:
    """Tell whether an entry is no image, but what is kept for one: cosign's, or a list of referrers."""
    return is_digest_tag(entry.annotation(REF_NAME) or "") or bool(saved_suffix(entry.annotation(COSIGN_KIND)))


def _one_for_platforms(entries: list[Descriptor]) -> bool:
    """Tell whether entries are one image for several platforms, as tools write an index that become a layout's own."""
    platforms = [entry.platform for entry in entries if not (entry.platform and entry.platform.os == "unknown")]
    same_name = len({entry.annotation(REF_NAME) for entry in entries}) == 1
    return same_name and None not in platforms and len(set(platforms)) == len(platforms)


def _same_name(text: str, entry: Descriptor) -> bool:
    """Tell whether ``text`` is the full name that containerd, or podman in place of a tag, gave to an entry."""
    names = [name for name in map(entry.annotation, (CONTAINERD_NAME, REF_NAME)) if name and "/" in name]
    if not names:
        return False
    from prill.model import ImageReference, InvalidReference  # noqa: PLC0415 - few layouts have such names

    try:
        return ImageReference.parse(text) in map(ImageReference.parse, names)
    except InvalidReference:
        return False


def _tags(entries: list[Descriptor]) -> str:
    """Return the names by which entries are told apart, the full ones where there are any."""
    names = (entry.annotation(CONTAINERD_NAME) or entry.annotation(REF_NAME) or "" for entry in entries[:20])
    return ", ".join(dict.fromkeys(filter(None, names))) or "none"
