"""Headers of layers that others made, read as the programs that run containers read them.

What one entry has wrong is told to somebody, and the rest is read: the entry is passed over, or has no content. Where
the archive cannot be followed any further, the errors of `HeaderReader` are raised. Where readers are known to
disagree, Go's archive/tar decides, which Docker, containerd and podman read layers with.
"""

from collections.abc import Callable

from prill.archive.bounds import FileTooLarge, Limits, MetadataTooLarge, NameTooLong, TooDeep
from prill.archive.paths import UnsafePath, clean_path
from prill.archive.tar_entry import TarRow
from prill.archive.tar_header import KINDS, HeaderReader, UnexpectedBody, UnsupportedEntry
from prill.archive.tar_numbers import parse_number
from prill.errors import PrillError
from prill.model import FileKind

__all__ = ["Fault", "TolerantHeaders"]

Fault = Callable[[str, PrillError], None]
"""Is told the path of an entry, as it is stored, and what is wrong with it."""

_OF_ONE_ENTRY = (UnsupportedEntry, UnsafePath, NameTooLong, TooDeep, FileTooLarge, MetadataTooLarge)
_GNU_SPARSE = ord("S")
_HAS_BODY = frozenset({FileKind.FILE, None})
_SHOWN = 400


class TolerantHeaders(HeaderReader):
    """Reads what can be read; an entry that is passed over has the kind None."""

    def __init__(self, limits: Limits, fault: Fault) -> None:
        super().__init__(limits, "strip")
        self._kinds = {**KINDS, b"S": FileKind.FILE}
        self._fault = fault
        self._odd = False
        """Whether something is to be done about the next entry: a sparse one, or one whose name was lost."""
        self._sparse_records: dict[bytes, bytes] | None = None
        self._lost: PrillError | None = None
        self._saw_sparse = False
        self.more_maps = False
        """Whether blocks follow that say where the content of a sparse file lies, the last of them with a 0 at 504."""

    def read(self, block: bytes) -> TarRow | None:
        """Return the next entry; raise `InvalidTar`, `InvalidPax`, `TooManyEntries` or `OutputTooLarge`."""
        try:
            row = HeaderReader.read(self, block)
        except _OF_ONE_ENTRY as error:
            return self._passed_over(block, error)
        if row is None or (block[156] != _GNU_SPARSE and not self._odd):
            return row
        if self._lost is not None:
            lost, self._lost, self._odd = self._lost, None, False
            return self._passed_over(block, lost)
        if self._sparse_records is not None:
            self._name_sparse(row)
        else:
            row.size = max(0, parse_number(block[483:495]))
            self.more_maps = block[482] != 0
        row.whole = False
        self._fault(row.path, UnsupportedEntry("its content cannot be read: it is stored as a sparse file"))
        return row

    def add(self, body: bytes) -> None:
        """Take the metadata that the last block announced; raise `InvalidPax`."""
        self._saw_sparse = False
        super().add(body)
        if self._saw_sparse:
            self._odd, self._sparse_records = True, self._records

    def finish(self) -> None:
        """Take the end as it is: an extended header without its entry says nothing."""

    def _passed_over(self, block: bytes, error: PrillError) -> TarRow:
        kind = self._kinds.get(block[156:157])
        if kind is None and isinstance(error, NameTooLong | MetadataTooLarge):
            self._odd, self._lost = True, error  # the entry that comes next would go by a name that is not its own
        else:
            name = block[:100].partition(b"\0")[0].decode("utf-8", "surrogateescape")
            self._fault(name[:_SHOWN], error)
            self._names, self._records, self._sparse_records, self._odd = {}, {}, None, False
        stored = max(0, self.stored) if kind in _HAS_BODY else 0
        return TarRow("", None, 0, 0, 0, 0, 0, "", (0, 0), (), "", stored)

    def _name_sparse(self, row: TarRow) -> None:
        """Give a sparse file the name and size that its pax records hold (GNU tar manual, "Storing Sparse Files")."""
        records, self._sparse_records, self._odd = self._sparse_records or {}, None, False
        name = records.get(b"GNU.sparse.name")
        if name:
            try:
                text = name.decode("utf-8", "surrogateescape")
                row.path = clean_path(text, absolute="strip")
                self._check_name(name, row.path, text)
            except _OF_ONE_ENTRY as error:
                self._fault(row.path, error)
                row.kind = None
        size = records.get(b"GNU.sparse.realsize") or records.get(b"GNU.sparse.size") or b""
        row.size = int(size) if size.isdigit() and len(size) < 19 else row.size  # noqa: PLR2004 - as pax numbers are

    def _sparse(self, key: bytes) -> None:  # noqa: ARG002 - as the strict reader is asked
        self._saw_sparse = True

    def _global_record(self, key: bytes) -> None:
        error = UnsupportedEntry(f"a global pax header gives every entry the same {key[:80]!r}; that was left out")
        self._fault("", error)

    def _two_names(self, name: bytes, first: bytes, second: bytes) -> None:  # noqa: ARG002 - as the strict reader is asked
        told = first.decode("utf-8", "surrogateescape")[:_SHOWN]
        self._fault(told, UnexpectedBody(f"it has two long names; the other is {second[:_SHOWN]!r}"))

    def _unexpected_body(self, row: TarRow) -> None:
        error = UnexpectedBody(f"a {row.kind} claims {row.size} bytes of content; readers may differ in what follows")
        self._fault(row.path, error)
        row.size = row.stored = 0
