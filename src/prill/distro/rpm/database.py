"""rpm's database in whichever of its three forms: SQLite, NDB (both rpm's own since 4.16), or Berkeley DB's hash."""

import sqlite3
import struct
from collections.abc import Iterator
from functools import partial
from itertools import repeat

from prill.distro.rpm.berkeley import MAGIC as BERKELEY_MAGIC
from prill.distro.rpm.berkeley import read_values
from prill.errors import PrillError

__all__ = ["InvalidRpmDatabase", "UnknownRpmDatabase", "read_headers"]

_SQLITE = b"SQLite format 3\0"
_NDB = b"RpmP"
_NDB_SLOT = struct.Struct("<4sIII")
_NDB_BLOB = struct.Struct("<4sIII")
_NDB_PAGE = 4096
_NDB_BLOCK = 16
_NDB_FIRST_SLOT = 32
_WAL = 2
_MAX_PACKAGES = 200_000
_MAX_HEADER = 64 << 20
_STEPS, _MAX_STEPS = 100_000, 50_000_000
"""How many steps of SQLite's machine a read may take; one of 200,000 packages takes some millions."""


class InvalidRpmDatabase(PrillError):
    """Bytes that begin like one of rpm's databases cannot be read as one."""


class UnknownRpmDatabase(PrillError):
    """Bytes are no database of rpm's that is known here."""


def read_headers(data: bytes) -> Iterator[bytes]:
    """Yield each installed package's header; raise `InvalidRpmDatabase` or `UnknownRpmDatabase`."""
    if data.startswith(_SQLITE):
        yield from _sqlite(data)
    elif data.startswith(_NDB):
        yield from _ndb(data)
    elif data[12:16] in (struct.pack("<I", BERKELEY_MAGIC), struct.pack(">I", BERKELEY_MAGIC)):
        for value in read_values(data):
            if len(value) > 16:  # noqa: PLR2004 - the first value only counts the packages
                yield value
    else:
        raise UnknownRpmDatabase(f"rpm database of unknown kind: it begins with {data[:16]!r}")


def _sqlite(data: bytes) -> Iterator[bytes]:
    # A database in write-ahead mode cannot be opened from memory; without its log it is a plain one.
    plain = data[:18] + b"\1\1" + data[20:] if data[18:20] == bytes((_WAL, _WAL)) else data
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(plain)
        connection.text_factory = bytes
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_HEADER)
        # The schema is the image's: what stands for a table may be a query without an end.
        connection.set_progress_handler(partial(next, repeat(0, _MAX_STEPS // _STEPS), 1), _STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        for count, (blob,) in enumerate(connection.execute("SELECT blob FROM Packages ORDER BY hnum")):
            if count >= _MAX_PACKAGES:
                raise InvalidRpmDatabase(f"more than {_MAX_PACKAGES} packages")
            if isinstance(blob, bytes):
                yield blob
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise InvalidRpmDatabase(f"rpm's SQLite database cannot be read: {error}") from error
    except MemoryError as error:
        raise InvalidRpmDatabase("rpm's SQLite database claims more memory than there is") from error
    finally:
        connection.close()


def _ndb(data: bytes) -> Iterator[bytes]:
    if len(data) < _NDB_FIRST_SLOT:
        raise InvalidRpmDatabase(f"rpm's NDB of {len(data)} bytes")
    pages = struct.unpack_from("<I", data, 12)[0]
    end = pages * _NDB_PAGE
    if not pages or end > len(data):
        raise InvalidRpmDatabase(f"rpm's NDB claims {pages} pages of slots in {len(data)} bytes")
    for at in range(_NDB_FIRST_SLOT, end, _NDB_SLOT.size):
        magic, package, block, _ = _NDB_SLOT.unpack_from(data, at)
        if magic != b"Slot":
            raise InvalidRpmDatabase(f"rpm's NDB has {magic!r} where a slot should be, at {at}")
        if not package:
            continue
        start = block * _NDB_BLOCK
        if start + _NDB_BLOB.size > len(data):
            raise InvalidRpmDatabase(f"rpm's NDB points to {start} of {len(data)} bytes")
        magic, number, _, size = _NDB_BLOB.unpack_from(data, start)
        if magic != b"BlbS" or number != package or start + _NDB_BLOB.size + size > len(data):
            raise InvalidRpmDatabase(f"rpm's NDB has no package {package} at {start}")
        yield data[start + _NDB_BLOB.size : start + _NDB_BLOB.size + size]
