"""Short ways to write down a `GeneratedEntry`. Owner, mode and time that nobody states are root's, the usual and 0."""

from prill.build.generated import GeneratedEntry
from prill.model import FileKind, FileStat

__all__ = ["directory", "regular_file", "symlink"]


def directory(path: str, rule: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0) -> GeneratedEntry:
    """Return a directory's entry."""
    stat = FileStat(path=path, kind=FileKind.DIRECTORY, mode=mode, uid=uid, gid=gid)
    return GeneratedEntry(stat=stat, rule=rule)


def regular_file(
    path: str, content: bytes, rule: str, *, mode: int = 0o644, uid: int = 0, gid: int = 0
) -> GeneratedEntry:
    """Return a regular file's entry."""
    stat = FileStat(path=path, kind=FileKind.FILE, mode=mode, uid=uid, gid=gid, size=len(content))
    return GeneratedEntry(stat=stat, rule=rule, content=content)


def symlink(path: str, target: str, rule: str) -> GeneratedEntry:
    """Return the entry of a symbolic link whose text is ``target``."""
    return GeneratedEntry(stat=FileStat(path=path, kind=FileKind.SYMLINK, mode=0o777, link=target), rule=rule)
