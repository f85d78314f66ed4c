"""The advisory database as a file: SQLite, one file, which is never changed after it was made.

::

    meta(name, value)                      what it is and when it was made
    source(number, id, name, …)            where records came from, and when
    package(key, entries)                  ``ECOSYSTEM NUL NAME`` and its `PackedEntry` values
    vulnerability(number, id, source, …)   details, deflated with the dictionary that lies in meta
    alias(name, number)                    the other ids of vulnerabilities
    exploited(id, source, since, epss, …)  what each source knows about exploits
    lifecycle(product, cycle, …)           ends of life
    coverage(ecosystem, part, source)      of what a source is the whole feed

The file's application id says that it is one of these, the user version which form it has.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path

from prill.errors import PrillError

__all__ = [
    "APPLICATION_ID",
    "FORM",
    "SCHEMA",
    "DamagedDatabase",
    "DatabaseTooNew",
    "DatabaseTooOld",
    "NoDatabase",
    "NotADatabase",
    "check_database",
    "check_replaceable",
    "connect",
]

APPLICATION_ID = 0x5052_4C41
"""``PRLA`` in the file's header (SQLite file format, 1.3.17)."""

FORM = 7
"""Counts up whenever either of two Prills cannot read what the other writes, a version's key as well."""

SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE source(number INTEGER PRIMARY KEY, id TEXT, name TEXT, location TEXT, retrieved INTEGER,
    modified INTEGER, records INTEGER, license TEXT, version TEXT, missed INTEGER);
CREATE TABLE package(key TEXT PRIMARY KEY, entries BLOB) WITHOUT ROWID;
CREATE TABLE vulnerability(number INTEGER PRIMARY KEY, id TEXT, source INTEGER, details BLOB);
CREATE TABLE alias(name TEXT, number INTEGER, PRIMARY KEY(name, number)) WITHOUT ROWID;
CREATE TABLE exploited(id TEXT, source INTEGER, since TEXT, epss REAL, percentile REAL,
    PRIMARY KEY(id, source)) WITHOUT ROWID;
CREATE TABLE lifecycle(product TEXT, cycle TEXT, source INTEGER, ends TEXT, extended TEXT, ended INTEGER,
    PRIMARY KEY(product, cycle)) WITHOUT ROWID;
CREATE TABLE coverage(ecosystem TEXT, part TEXT, source INTEGER, PRIMARY KEY(ecosystem, part, source)) WITHOUT ROWID;
"""

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_FIRST = "make one: prill db update osv:PyPI debian-tracker kev, or prill db import FILES; prill db --help says more"
_AGAIN = "make it again: prill db import FILES --replace"
_ANOTHER = "name another file with --db, or take this one away"


class NoDatabase(PrillError):
    """There is no database where one was named."""


class NotADatabase(PrillError):
    """A file is no database of advisories."""


class DatabaseTooNew(PrillError):
    """A database was made by a newer Prill."""


class DatabaseTooOld(PrillError):
    """A database was made by an older Prill, in a form that is no longer read."""


class DamagedDatabase(PrillError):
    """A database was cut short or changed."""


def check_database(path: Path) -> None:
    """Look at a file's header before SQLite does; raise `NoDatabase`, `NotADatabase` and its like.

    SQLite itself reads a file that was cut short, up to where the missing part is asked for.
    """
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER)
            size = stream.seek(0, 2)
    except FileNotFoundError as error:
        raise NoDatabase(f"there is no database {str(path)!r}", hint=_FIRST) from error
    except OSError as error:
        raise NotADatabase(f"{path}: {error.strerror}") from error
    if len(header) < _HEADER or not header.startswith(_MAGIC) or _number(header, 68, 4) != APPLICATION_ID:
        raise NotADatabase(f"{path} is no database of advisories: it begins with {header[:16]!r}", hint=_ANOTHER)
    form = _number(header, 60, 4)
    if form > FORM:
        raise DatabaseTooNew(f"{path} has the form {form}, this Prill reads up to {FORM}", hint="use a newer Prill")
    if form < FORM:
        raise DatabaseTooOld(f"{path} has the form {form}, this Prill reads {FORM}", hint=_AGAIN)
    page = _number(header, 16, 2)
    expected = (65536 if page == 1 else page) * _number(header, 28, 4)
    if size != expected:
        raise DamagedDatabase(f"{path} has {size} bytes where {expected} belong", hint=_AGAIN)


def check_replaceable(path: Path) -> None:
    """Raise `NotADatabase` for a file that is no database and would be written over; a damaged database may be."""
    with suppress(NoDatabase, DamagedDatabase, DatabaseTooNew, DatabaseTooOld):
        check_database(path)


def connect(path: Path) -> sqlite3.Connection:
    """Open a database for reading, as a file that nobody changes; raise as `check_database`."""
    check_database(path)
    address = path.resolve().as_uri() + "?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False)


def _number(header: bytes, at: int, size: int) -> int:
    return int.from_bytes(header[at : at + size], "big")
