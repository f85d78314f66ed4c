"""The short way through a tar: headers that say nothing unusual, as nearly all do, with as few steps as will do.

That is a file or a folder whose fields are right, within the limits, and all there is to it. A `HeaderReader` looks at
any other header again, says what is wrong with it, and keeps count where this left off.
"""

import struct
from zlib import adler32

from prill.archive.bounds import Limits
from prill.archive.paths import Absolute, UnsafePath, clean_path
from prill.archive.tar_entry import TarRow
from prill.archive.tar_numbers import InvalidTar, block_sum, parse_common, parse_number, parse_owner
from prill.model import FileKind

__all__ = ["BLOCK", "GlancingReader"]

BLOCK = 512

# name (mode uid gid) size mtime checksum type
_FRONT = struct.Struct("100s24s12s12s8sc")
_UNPACK = _FRONT.unpack_from
_BACK = _FRONT.size
_SUMMED, _TYPE = 148, 156
_BLANK = 8 * 0x20
_SUM = 0xFFFF
_NO_DEVICE = (0, 0)
_FILE = FileKind.FILE
_KINDS = {b"0": _FILE, b"5": FileKind.DIRECTORY}


class GlancingReader:
    """Counts entries and their bytes, and knows what the last header had behind its type."""

    def __init__(self, limits: Limits, absolute: Absolute) -> None:
        self._limits = limits
        self._max_entries = limits.max_entries
        self._max_file_size = limits.max_file_size
        self._max_total_size = limits.max_total_size
        self._absolute: Absolute = absolute
        # A path of fewer characters is neither too long, at four bytes a character, nor too deep.
        self._shallow = min(limits.max_name_bytes // 4, limits.max_depth)
        self._entries = 0
        self._total = 0
        self._back: bytes | None = None
        """What a header without link and prefix has behind its type; None where something was said of the next one."""
        self._back_sum = 0
        """The sum of that, of a checksum that is not there yet, and of what Adler-32 has too much."""

    def glance(self, block: bytes) -> TarRow | None:
        """Return what ``block`` says, or None, and nothing is done, where it has to be looked at."""
        if block[_BACK:BLOCK] != self._back:
            return None
        name, owner, digits, time, stated, flag = _UNPACK(block)
        # Adler-32 begins with the sum of the bytes, modulo 65521, from one; nearly all write the checksum in this way.
        if stated != b"%06o\0 " % ((adler32(block[:_SUMMED]) & _SUM) + block[_TYPE] + self._back_sum):
            return None
        kind = _KINDS.get(flag)
        text = name.partition(b"\0")[0].decode("utf-8", "surrogateescape")
        try:
            size = parse_number(digits)
            mode, uid, gid = parse_owner(owner)
            mtime = parse_common(time)
            path = clean_path(text, absolute=self._absolute)
        except (InvalidTar, UnsafePath):
            return None
        total = self._total + size
        if (
            (size if kind is not _FILE else not path or text[-1] == "/" or size > self._max_file_size)
            or kind is None
            or size < 0
            or uid < 0
            or gid < 0
            or len(path) >= self._shallow
            or self._entries >= self._max_entries
            or total > self._max_total_size
        ):
            return None
        self._entries += 1
        self._total = total
        return TarRow(path, kind, mode, uid, gid, size, mtime, "", _NO_DEVICE, (), text, size)

    def _remember(self, block: bytes, *, alone: bool) -> None:
        """Expect the same behind the next header's type, if there was no link, no prefix, and nothing said before."""
        if alone:
            self._back = block[_BACK:BLOCK]
            self._back_sum = block_sum(self._back) + _BLANK - 1
