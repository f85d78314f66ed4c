"""One entry of a tar archive: as a row, which is quickly made, and as a value for those who keep it."""

import msgspec

from prill.model import FileKind, FileStat
from prill.model.value import dataclass

__all__ = ["TarEntry", "TarRow", "entry_of", "stat_of"]


class TarRow(msgspec.Struct, gc=False):
    """What a header says, in the order of `FileStat`'s fields; made once for each of an image's entries.

    ``path`` is clean, ``name`` is the path as stored, ``stored`` bytes follow the header. ``kind`` is None for an entry
    that is passed over, and ``whole`` is false where the bytes that follow are not the file's content as it is.
    """

    path: str
    kind: FileKind | None
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    link: str
    device: tuple[int, int]
    xattrs: tuple[tuple[str, bytes], ...]
    name: str
    stored: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class TarEntry:
    """One entry: ``stat.path`` is clean, ``name`` is the path as stored, ``offset`` is where its content begins."""

    stat: FileStat
    offset: int
    name: str


def entry_of(row: TarRow, offset: int) -> TarEntry:
    """Return the entry that ``row`` says, its content at ``offset``."""
    return TarEntry(stat_of(row), offset, row.name)


def stat_of(row: TarRow) -> FileStat:
    """Return a row as the model has it; one that is passed over counts as a file."""
    return FileStat(
        path=row.path,
        kind=row.kind or FileKind.FILE,
        mode=row.mode,
        uid=row.uid,
        gid=row.gid,
        size=row.size,
        mtime=row.mtime,
        link=row.link,
        device=row.device,
        xattrs=row.xattrs,
    )
