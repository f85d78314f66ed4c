"""Where the contents of one layer's files can be read, once the layer was verified."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from prill._io.nameless import nameless_file
from prill.errors import PrillError
from prill.oci._region import Region
from prill.oci._window import open_window

__all__ = ["LayerContents", "Places", "RegionContents", "SpooledContents"]


Places = dict[int, int]
"""Where in a file lies what was at an offset of the unpacked layer."""


class LayerContents(Protocol):
    """Opens what an entry's offset and size point to."""

    def open(self, offset: int, size: int) -> BinaryIO:
        """Open a file's content, which can seek."""

    def at_hand(self, offsets: Iterable[int]) -> bool:
        """Say whether the contents at ``offsets`` can be opened without unpacking the layer once more."""

    def share(self) -> None:
        """Open what another process is to write to, before it is begun."""

    def places(self) -> Places:
        """Return what `adopt` needs, all of which has reached the file."""

    def adopt(self, places: Places) -> None:
        """Know what was kept, maybe by another process in the file that both have open."""

    def close(self) -> None:
        """Let go of what is held; streams that are still open can no longer be read."""


class RegionContents:
    """Contents of a layer that lies in a file as it is. ``verify`` is called once before the first is opened."""

    def __init__(self, region: Region, verify: Callable[[], None] | None = None) -> None:
        self._region = region
        self._verify = verify

    def open(self, offset: int, size: int) -> BinaryIO:
        """Open a file's content."""
        if self._verify is not None:
            self._verify()
            self._verify = None
        return self._region.open(offset, size)

    def at_hand(self, offsets: Iterable[int]) -> bool:  # noqa: ARG002 - as contents are asked
        """Say yes: the layer lies there unpacked."""
        return True

    def share(self) -> None:
        """Do nothing: the file is open."""

    def places(self) -> Places:
        """Return nothing: everything lies where it always did."""
        return {}

    def adopt(self, places: Places) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Close the file, unless it is the store's."""
        self._region.close()


class SpooledContents:
    """Contents that were kept while a stream passed, in a file without a name.

    What was not kept is read again: the whole layer is spooled then, by ``refill``, which verifies it.
    """

    def __init__(self, refill: Callable[[BinaryIO], None], folder: Path | None) -> None:
        self._refill = refill
        self._folder = folder
        self._spool: BinaryIO | None = None
        self._places: Places = {}
        self._whole = False
        self._wrong: PrillError | None = None

    @property
    def spool(self) -> BinaryIO:
        """The file; made when it is first asked for."""
        if self._spool is None:
            self._spool = nameless_file(self._folder)
        return self._spool

    def keep(self, offset: int) -> BinaryIO:
        """Return where the content at ``offset`` is to be written."""
        self._places[offset] = self.spool.tell()
        return self.spool

    def keep_whole(self) -> BinaryIO:
        """Return where the whole unpacked layer is to be written."""
        self._whole = True
        return self.spool

    def open(self, offset: int, size: int) -> BinaryIO:
        """Open a file's content."""
        place = offset if self._whole else self._places.get(offset)
        if place is None:
            self.close()
            self._spool, self._places = None, {}
            self._fill()
            place = offset
        self.spool.flush()
        return open_window(self.spool, place, size)

    def _fill(self) -> None:
        """Spool the whole layer; what is not verified then is nobody's, however often somebody asks for it."""
        if self._wrong is not None:
            raise self._wrong
        try:
            self._refill(self.spool)
        except PrillError as error:
            self._wrong = error
            raise
        self._whole = True

    def at_hand(self, offsets: Iterable[int]) -> bool:
        """Say whether all of them, or the whole layer, were kept."""
        return self._whole or all(offset in self._places for offset in offsets)

    def share(self) -> None:
        """Make the file."""
        _ = self.spool

    def places(self) -> Places:
        """Return where contents were kept, all of which has reached the file."""
        if self._spool is not None:
            self._spool.flush()
        return self._places

    def adopt(self, places: Places) -> None:
        """Know what was kept, maybe by another process."""
        self._places = places

    def close(self) -> None:
        """Close the file."""
        if self._spool is not None:
            self._spool.close()
