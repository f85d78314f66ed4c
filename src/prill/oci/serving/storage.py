"""A registry's folder: blobs by their digest, and for each repository links that say what of them it has.

    blobs/sha256/HEX                            content; manifests too
    repositories/a~b/blobs/sha256-HEX           the repository a/b has this blob
    repositories/a~b/manifests/sha256-HEX       … and this manifest; the file holds its media type
    repositories/a~b/tags/TAG                   the file holds a digest
    repositories/a~b/referrers/SUBJECT/DIGEST   what refers to a subject; the file holds its descriptor

Content comes before the link to it, and each file is there whole or not at all: whoever is killed leaves content that
nobody links to. One process at a time may write; a lock on the folder sees to it.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from prill._io.atomic import write_atomic, writing
from prill.errors import PrillError
from prill.model import Digest, ImageReference, InvalidReference
from prill.model.value import replace
from prill.oci._wire import encode, parse
from prill.oci.descriptor import Descriptor, descriptor_from_wire, descriptor_to_wire
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.serving.problems import Problem, blob_unknown, invalid_name, manifest_unknown, name_unknown

__all__ = ["FolderInUse", "NoRegistryFolder", "RegistryStorage"]

_MARK = "prill-registry"
_VERSION = b"1\n"
_UPLOADS = "uploads"


class FolderInUse(PrillError):
    """Another registry writes to the folder."""


class NoRegistryFolder(PrillError):
    """A folder holds something else than a registry's content."""


class RegistryStorage:
    """What is in the folder. Several threads may use it; it is closed by `close`."""

    def __init__(self, path: Path) -> None:
        """Make or open the folder and lock it; raise `FolderInUse`, `NoRegistryFolder` or `CannotWrite`."""
        self.path = path
        self._guard = threading.Lock()
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
            self._lock: int | None = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._take(self._lock)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def uploads(self) -> Path:
        """Return the folder for what is not complete yet."""
        return self.path / _UPLOADS

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderInUse(f"another registry serves {str(self.path)!r}", hint="stop it, or name it") from error
        names = {entry.name for entry in self.path.iterdir()}
        if names and _MARK not in names:
            raise NoRegistryFolder(
                f"{str(self.path)!r} is not empty and no registry's folder: it holds {min(names)!r}",
                hint="name a new folder; prill push brings images of a layout into the registry that serves it",
            )
        write_atomic(self.path / _MARK, _VERSION)
        with writing(self.uploads):
            self.uploads.mkdir(exist_ok=True)
            for leftover in self.uploads.iterdir():
                leftover.unlink()

    # --- blobs ------------------------------------------------------------------------------------------------------

    def blob_path(self, digest: Digest) -> Path:
        """Return where a blob's content is, or would be."""
        return self.path / "blobs" / digest.algorithm / digest.hex

    def has_blob(self, name: str, digest: Digest) -> bool:
        """Say whether a repository has a blob, manifests included."""
        folder = self._repository(name)
        return any((folder / kind / _file(digest)).exists() for kind in ("blobs", "manifests"))

    def open_blob(self, name: str, digest: Digest) -> tuple[BinaryIO, int]:
        """Open a repository's blob and say its size; raise `Problem`."""
        if not self.has_blob(name, digest):
            raise blob_unknown(digest)
        return self._open(digest)

    def add_blob(self, name: str, digest: Digest, content: Path) -> None:
        """Take a file as a repository's blob; its digest was checked, and it was brought to the disk."""
        target = self.blob_path(digest)
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        with self._guard:
            with writing(target):
                content.replace(target)
            self._link(name, digest)

    def mount(self, name: str, digest: Digest, source: str | None) -> bool:
        """Give a repository the blob of another, or of any if ``source`` is None; say whether there was one.

        A source that cannot be a repository's name has none.
        """
        with self._guard:  # or somebody removes it between the look and the link
            try:
                there = self.blob_path(digest).exists() if source is None else self.has_blob(source, digest)
            except Problem:
                there = False
            if there:
                self._link(name, digest)
        return there

    def remove_blob(self, name: str, digest: Digest) -> None:
        """Take a blob from a repository; raise `Problem` where it has none."""
        with self._guard:
            self._unlink(self._repository(name) / "blobs" / _file(digest), blob_unknown(digest))
            self._drop(digest)

    # --- manifests and tags -----------------------------------------------------------------------------------------

    def resolve(self, name: str, reference: str) -> tuple[Digest, str]:
        """Return the digest and media type of what a tag or a digest names; raise `Problem`."""
        folder = self._repository(name)
        try:
            digest = Digest.parse(reference if ":" in reference else _text(folder / "tags" / _tag(reference)))
            return digest, _text(folder / "manifests" / _file(digest))
        except (OSError, PrillError) as error:
            raise manifest_unknown(reference[:160]) from error

    def open_manifest(self, digest: Digest) -> tuple[BinaryIO, int]:
        """Open a manifest that `resolve` found."""
        return self._open(digest)

    def add_manifest(self, name: str, digest: Digest, manifest: Manifest | Index, tag: str) -> None:
        """Keep a manifest, note what it refers to, and point ``tag`` to it, in this order."""
        folder = self._repository(name)
        with self._guard:
            write_atomic(self.blob_path(digest), manifest.raw)
            write_atomic(folder / "manifests" / _file(digest), manifest.media_type.encode())
            if manifest.subject is not None:
                # It is listed by the digest that it was stored by, which its client chose.
                described = encode(descriptor_to_wire(replace(manifest.descriptor(), digest=digest)))
                write_atomic(folder / "referrers" / _file(manifest.subject.digest) / _file(digest), described)
            if tag:
                write_atomic(folder / "tags" / _tag(tag), str(digest).encode())

    def remove_tag(self, name: str, tag: str) -> None:
        """Remove a tag and nothing else; raise `Problem` where there is none."""
        with self._guard:
            self._unlink(self._repository(name) / "tags" / _tag(tag), manifest_unknown(tag))

    def remove_manifest(self, name: str, digest: Digest) -> None:
        """Remove a manifest, the tags that point to it, and its place among referrers; raise `Problem`."""
        folder = self._repository(name)
        with self._guard:
            self._unlink(folder / "manifests" / _file(digest), manifest_unknown(digest))
            for tag in _names(folder / "tags"):
                if _text(folder / "tags" / tag) == str(digest):
                    (folder / "tags" / tag).unlink(missing_ok=True)
            for subject in _names(folder / "referrers"):
                (folder / "referrers" / subject / _file(digest)).unlink(missing_ok=True)
            self._drop(digest)

    # --- lists ------------------------------------------------------------------------------------------------------

    def repositories(self) -> list[str]:
        """Return the repositories, sorted."""
        return sorted(name.replace("~", "/") for name in _names(self.path / "repositories"))

    def tags(self, name: str) -> list[str]:
        """Return a repository's tags, sorted; raise `Problem` for one that is not there."""
        folder = self._repository(name)
        if not folder.is_dir():
            raise name_unknown(name)
        return sorted(_names(folder / "tags"))

    def referrers(self, name: str, subject: Digest, after: str = "") -> Iterator[tuple[str, Descriptor]]:
        """Give what refers to a subject, sorted by digest, each with its place in the list, from ``after`` on."""
        folder = self._repository(name) / "referrers" / _file(subject)
        for place in sorted(_names(folder)):
            if place > after:
                with suppress(OSError):  # it was removed in the meantime
                    yield place, descriptor_from_wire(parse((folder / place).read_bytes(), "descriptor"))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _repository(self, name: str) -> Path:
        try:
            ImageReference(registry="localhost", repository=name, tag="latest")
        except InvalidReference as error:
            raise invalid_name(name) from error
        return self.path / "repositories" / name.replace("/", "~")

    def _open(self, digest: Digest) -> tuple[BinaryIO, int]:
        try:
            file = self.blob_path(digest).open("rb")
        except OSError as error:
            raise blob_unknown(digest) from error
        return file, os.fstat(file.fileno()).st_size

    def _link(self, name: str, digest: Digest) -> None:
        write_atomic(self._repository(name) / "blobs" / _file(digest), b"")

    def _unlink(self, path: Path, missing: PrillError) -> None:
        try:
            path.unlink()
        except FileNotFoundError:
            raise missing from None

    def _drop(self, digest: Digest) -> None:
        """Remove content that no repository links to any more."""
        for name in _names(self.path / "repositories"):
            folder = self.path / "repositories" / name
            if any((folder / kind / _file(digest)).exists() for kind in ("blobs", "manifests")):
                return
        self.blob_path(digest).unlink(missing_ok=True)


def _file(digest: Digest) -> str:
    return f"{digest.algorithm}-{digest.hex}"


def _tag(text: str) -> str:
    try:
        return ImageReference(registry="localhost", repository="any", tag=text).tag
    except InvalidReference as error:
        raise invalid_name(text) from error


def _text(path: Path) -> str:
    return path.read_text(encoding="ascii")


def _names(folder: Path) -> list[str]:
    """Return what is in a folder, temporary files left out."""
    try:
        return [name for name in os.listdir(folder) if not name.startswith(".")]  # noqa: PTH208 - the names alone
    except FileNotFoundError:
        return []
