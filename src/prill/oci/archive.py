"""Images in a tar file: an OCI layout (``oci-archive``), or what ``docker save`` writes (``docker-archive``).

Since Docker 25 an archive is both: an OCI layout with Docker's ``manifest.json`` beside it. The layout counts then.
Archives may be compressed as a whole, by gzip, zstd or xz.
"""

import io
import os
import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from prill._io.nameless import nameless_file
from prill._io.regular import NotRegular, open_regular
from prill.archive.bounds import Limits
from prill.archive.codecs import Codec, open_decoded, sniff
from prill.archive.tar import InvalidTar, read_stream
from prill.archive.tar_header import HeaderReader
from prill.archive.tar_scan import scan
from prill.errors import PrillError
from prill.model import FileKind
from prill.oci._region import Region, RegionCursor
from prill.oci.docker_archive import DOCKER_MANIFEST_FILE, DockerArchive
from prill.oci.layout import INDEX_FILE, LAYOUT_FILE, Layout, NoLayout, UnreadableImage

__all__ = ["ArchiveFiles", "open_archive", "open_archive_file"]

_CHUNK = 1 << 20
_MAX_LINKS = 8
_SNIFFED = 16
_BLOCK = 512
# A layer inside may be as large as an image; the archive's own entries are few.
_LIMITS = Limits(max_entries=50_000, max_file_size=64 << 30, max_total_size=64 << 30)


class ArchiveFiles:
    """The regular files of a tar, by clean path; symlinks lead to files inside, as old ``docker save`` made them."""

    def __init__(self, file: BinaryIO) -> None:
        """Take over an uncompressed tar, and read its headers; raise what `scan` raises."""
        self._file = file
        self._files: dict[str, tuple[int, int]] = {}
        self._links: dict[str, str] = {}
        whole = Region(file, 0, os.fstat(file.fileno()).st_size)
        for row, offset, _ in scan(RegionCursor(whole), HeaderReader(_LIMITS, "strip")):
            if row.kind is FileKind.FILE:
                self._files[row.path] = (offset, row.size)
            elif row.kind is FileKind.SYMLINK:
                self._links[row.path] = posixpath.normpath(posixpath.join(posixpath.dirname(row.path), row.link))
            elif row.kind is FileKind.HARDLINK:
                self._links[row.path] = row.link

    def open(self, name: str) -> tuple[BinaryIO, int]:
        """Open a file and say its size; raise `FileNotFoundError`, also for a link to nowhere or in a circle."""
        region = self.region(name)
        return region.open(), region.size

    def region(self, name: str) -> Region:
        """Return where a file lies in the archive; raise as `open` does."""
        target = name
        for _ in range(_MAX_LINKS):
            if target in self._files:
                return Region(self._file, *self._files[target])
            target = self._links.get(target, "")
        raise FileNotFoundError(name)

    def blobs(self) -> Iterable[str]:
        """Return the paths below ``blobs``."""
        return (name for name in (*self._files, *self._links) if name.startswith("blobs/"))

    def __contains__(self, name: str) -> bool:
        return name in self._files or name in self._links

    def close(self) -> None:
        """Close the archive."""
        self._file.close()


def open_archive(path: Path) -> Layout | DockerArchive:
    """Open an archive; raise `NoLayout` for what is no tar or holds no image, `UnreadableImage` for a damaged tar."""
    try:
        packed = open_regular(path)
    except (FileNotFoundError, NotADirectoryError, NotRegular) as error:
        raise NoLayout(f"there is no image at {str(path)!r}: {error.strerror}") from error
    except OSError as error:
        raise UnreadableImage(f"cannot read {str(path)!r}: {error.strerror}") from error
    return open_archive_file(packed, str(path))


def open_archive_file(packed: BinaryIO, name: str) -> Layout | DockerArchive:
    """Take over a file that holds an archive and goes by ``name``; raise as `open_archive` does."""
    file = _plain(packed, name)
    try:
        return _recognise(_scan(file, name), name)
    except BaseException:
        file.close()
        raise


def _scan(file: BinaryIO, name: str) -> ArchiveFiles:
    first = file.read(_BLOCK)
    file.seek(0)
    if not _begins_a_tar(first):
        raise NoLayout(f"{name!r} holds no image: it is neither a layout's folder nor a tar archive")
    try:
        return ArchiveFiles(file)
    except PrillError as error:
        raise _unreadable(name, error) from error


def _begins_a_tar(first: bytes) -> bool:
    """Say whether ``first`` is a tar's first block: a header whose checksum is right, or zeros."""
    try:
        next(read_stream(io.BytesIO(first), limits=_LIMITS, absolute="strip"), None)
    except InvalidTar:
        return False
    except PrillError:  # what comes after the header is not there, or not allowed
        return len(first) == _BLOCK
    return True


def _unreadable(name: str, error: PrillError) -> UnreadableImage:
    return UnreadableImage(f"{name!r} cannot be read: {error}", hint=error.hint or "fetch or write it again")


def _recognise(files: ArchiveFiles, name: str) -> Layout | DockerArchive:
    if LAYOUT_FILE in files and INDEX_FILE in files:
        return Layout(files, name)
    if DOCKER_MANIFEST_FILE in files:
        return DockerArchive(files, name)
    raise NoLayout(
        f"{name!r} holds no image: neither {INDEX_FILE!r} nor {DOCKER_MANIFEST_FILE!r} is in it",
        hint="it is what docker save, podman save and skopeo write; unpack a root file system, and name its folder",
    )


def _plain(packed: BinaryIO, name: str) -> BinaryIO:
    """Return a tar file as it is; a compressed one is unpacked to a temporary file that has no name."""
    codec = sniff(packed.read(_SNIFFED))
    packed.seek(0)
    if codec is Codec.NONE:
        return packed
    spool = nameless_file()  # it stays open as long as the archive
    try:
        with packed:
            plain = open_decoded(packed, codec, limits=_LIMITS)
            while data := plain.read(_CHUNK):
                spool.write(data)
        spool.seek(0)
    except PrillError as error:
        spool.close()
        raise _unreadable(name, error) from error
    except BaseException:
        spool.close()
        raise
    return spool
