"""Images in a tar file: an OCI layout (``oci-archive``), or what ``docker save`` writes (``docker-archive``).

Since Docker 25 an archive is both: an OCI layout with Docker's ``manifest.json`` beside it. The layout counts then.
Archives may be compressed as a whole, by gzip, zstd or xz.
"""

import posixpath
import tempfile
from pathlib import Path
from typing import BinaryIO

from prill.archive.bounds import Limits
from prill.archive.codecs import Codec, open_decoded, sniff
from prill.archive.tar import read_stream
from prill.model import FileKind
from prill.oci._window import open_window
from prill.oci.docker_archive import DOCKER_MANIFEST_FILE, DockerArchive
from prill.oci.layout import INDEX_FILE, LAYOUT_FILE, Layout, NoLayout

__all__ = ["ArchiveFiles", "open_archive"]

_CHUNK = 1 << 20
_MAX_LINKS = 8
_SNIFFED = 16
# A layer inside may be as large as an image; the archive's own entries are few.
_LIMITS = Limits(max_entries=50_000, max_file_size=64 << 30, max_total_size=64 << 30)


class ArchiveFiles:
    """The regular files of a tar, by clean path; symlinks lead to files inside, as old ``docker save`` made them."""

    def __init__(self, file: BinaryIO) -> None:
        """Take over an uncompressed tar, and look through it once; raise what `read_stream` raises."""
        self._file = file
        self._files: dict[str, tuple[int, int]] = {}
        self._links: dict[str, str] = {}
        for entry, _ in read_stream(file, limits=_LIMITS, absolute="strip"):
            path = entry.stat.path
            if entry.stat.kind is FileKind.FILE:
                self._files[path] = (entry.offset, entry.stat.size)
            elif entry.stat.kind is FileKind.SYMLINK:
                self._links[path] = posixpath.normpath(posixpath.join(posixpath.dirname(path), entry.stat.link))
            elif entry.stat.kind is FileKind.HARDLINK:
                self._links[path] = entry.stat.link

    def open(self, name: str) -> tuple[BinaryIO, int]:
        """Open a file and say its size; raise `FileNotFoundError`, also for a link to nowhere or in a circle."""
        target = name
        for _ in range(_MAX_LINKS):
            if target in self._files:
                offset, size = self._files[target]
                return open_window(self._file, offset, size), size
            target = self._links.get(target, "")
        raise FileNotFoundError(name)

    def __contains__(self, name: str) -> bool:
        return name in self._files or name in self._links

    def close(self) -> None:
        """Close the archive."""
        self._file.close()


def open_archive(path: Path) -> Layout | DockerArchive:
    """Open an archive; raise `NoLayout` for a tar that is neither kind, and what reading a tar raises."""
    file = _plain(path)
    try:
        return _recognise(ArchiveFiles(file), str(path))
    except BaseException:
        file.close()
        raise


def _recognise(files: ArchiveFiles, name: str) -> Layout | DockerArchive:
    if LAYOUT_FILE in files and INDEX_FILE in files:
        return Layout(files, name)
    if DOCKER_MANIFEST_FILE in files:
        return DockerArchive(files, name)
    raise NoLayout(f"{name!r} holds no image: neither {INDEX_FILE!r} nor {DOCKER_MANIFEST_FILE!r} is in it")


def _plain(path: Path) -> BinaryIO:
    """Open a tar file; a compressed one is unpacked to a temporary file that has no name."""
    try:
        packed = path.open("rb")
    except OSError as error:
        raise NoLayout(f"cannot read {str(path)!r}: {error.strerror}") from error
    codec = sniff(packed.read(_SNIFFED))
    packed.seek(0)
    if codec is Codec.NONE:
        return packed
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open as long as the archive
    try:
        with packed:
            plain = open_decoded(packed, codec, limits=_LIMITS)
            while data := plain.read(_CHUNK):
                spool.write(data)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool
