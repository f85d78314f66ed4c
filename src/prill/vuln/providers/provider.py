"""What a provider is: it recognises a file by its beginning, and reads it into records."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from prill._io.regular import open_regular, read_regular
from prill.archive.bounds import FileTooLarge
from prill.errors import PrillError
from prill.model.value import dataclass
from prill.vuln.records import Item

__all__ = ["HEAD", "InvalidAdvisories", "Provider", "SourceFile", "read_source"]

HEAD = 4096
"""How much of a file `Provider.recognises` sees."""

MAX_DOCUMENT = 512 << 20


class InvalidAdvisories(PrillError):
    """A file that should have held advisories does not."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file, or a folder of files of one kind; ``name`` is for people.

    ``whole`` says that it is known to be a complete feed, as one that was fetched from the feed's own address is.
    """

    path: Path
    name: str
    whole: bool = False

    def open(self) -> BinaryIO:
        """Open a file; raise `OSError`."""
        return open_regular(self.path)

    def head(self) -> bytes:
        """Return how the file begins; nothing of a folder."""
        if self.path.is_dir():
            return b""
        with self.open() as stream:
            return stream.read(HEAD)


class Provider(Protocol):
    """One kind of source."""

    @property
    def id(self) -> str:
        """A stable kebab-case name."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def license(self) -> str:
        """Under which licence its data is, as far as one licence covers it."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """Return whether a file, or a folder, is of this kind."""

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Yield what a file says; raise `InvalidAdvisories` for one that says nothing as a whole."""


def read_source(source: SourceFile, limit: int = MAX_DOCUMENT) -> bytes:
    """Return a whole document; raise `FileTooLarge`."""
    data = read_regular(source.path, limit)
    if len(data) > limit:
        raise FileTooLarge(f"{source.name}: more than {limit} bytes")
    return data
