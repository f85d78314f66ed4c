"""What a reader of files is: it reads one file at a time, and what it says of it depends on that file alone.

So it can be kept by the diff ID of the file's layer and the reader's id and version, and is not asked for again.
Catalogers of packages and the readers of inspection are such readers; what all of it together means, they say later.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

import msgspec

from prill.archive.bodies import read_up_to
from prill.archive.bounds import FileTooLarge
from prill.errors import PrillError
from prill.model import FileStat, FileTree, Location
from prill.model.value import dataclass

__all__ = [
    "MAX_TEXT",
    "AnyReader",
    "Evidence",
    "FileReader",
    "FoundFile",
    "ScanTree",
    "Seen",
    "WantsMore",
    "ask",
    "read_bounded",
]

MAX_TEXT = 64 << 20
"""How much of a text file a reader reads at most, unless it says otherwise."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one file says: text, numbers, and tuples and structs of them; msgspec can write and read it.

    A subclass repeats ``frozen=True``.
    """


_SHOWN = 400
E = TypeVar("E", bound=Evidence)
E_co = TypeVar("E_co", bound=Evidence, covariant=True)


class FoundFile(Protocol):
    """A regular file that a reader wants."""

    @property
    def path(self) -> str:
        """The path in the tree, without a leading slash."""

    @property
    def stat(self) -> FileStat:
        """The entry; ``size`` is the content's."""

    @property
    def notes(self) -> dict[str, object]:
        """What readers of this file found out, for each other; it is gone when the last of them has read."""

    def open(self) -> BinaryIO:
        """Open the content; the stream can seek, and is closed by whoever opened it."""


def read_bounded(file: FoundFile, limit: int = MAX_TEXT) -> bytes:
    """Read a whole file; raise `FileTooLarge` before anything of a larger one is read."""
    size = file.stat.size
    if size > limit:
        raise FileTooLarge(f"{file.path!r} has {size} bytes, {limit} are read at most")
    with file.open() as stream:
        return read_up_to(stream, size)


@dataclass(frozen=True, slots=True)
class Seen(Generic[E]):
    """Evidence, and where it was seen: the path in the merged image and the layer."""

    location: Location
    evidence: E

    @property
    def path(self) -> str:
        """The path in the merged image."""
        return self.location.path


class FileReader(Protocol[E_co]):
    """Says what single files tell about one thing."""

    @property
    def id(self) -> str:
        """A stable kebab-case name."""

    @property
    def version(self) -> int:
        """Counts up whenever `read` says something else of the same file."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """Globs of the files to read: ``*`` stays within a part, ``**`` crosses them."""

    @property
    def programs(self) -> bool:
        """Whether every ELF, PE or Mach-O file is to be read too."""

    @property
    def evidence(self) -> type[E_co]:
        """The type that `read` returns."""

    def read(self, file: FoundFile) -> E_co | None:
        """Return what one file says, or None for nothing; raise a `PrillError`, which becomes a gap."""


class WantsMore(Protocol):
    """A `FileReader` that also chooses files which neither patterns nor a program's magic number can name."""

    def wants(self, path: str, size: int, first: bytes) -> bool:
        """Return whether to read a file that is not empty, by its path, its size and its first four bytes."""


AnyReader = FileReader[Any]


def ask(reader: AnyReader, file: FoundFile) -> tuple[Any, str]:
    """Return what a reader says of a file, or why it does not say anything: what it raises is a gap, whatever it is.

    Readers are plugins, and files are anybody's: one that a reader does not stand must not end the scan.
    """
    try:
        return reader.read(file), ""
    except PrillError as error:
        return None, f"{reader.id}: {error}"
    except Exception as error:  # noqa: BLE001 - the plugin runner
        return None, f"{reader.id}: it failed, which is a bug: {error!r}"[:_SHOWN]


class ScanTree(FileTree, Protocol):
    """A tree that can be walked, and that knows which layer brought a file."""

    def walk(self) -> Iterator[FileStat]:
        """Yield every entry but the root, sorted."""

    def layer_name(self, path: str) -> str:
        """Return the diff ID of the layer that brought what is at ``path``, or nothing for a folder."""
