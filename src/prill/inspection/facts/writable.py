"""What everybody may write to: files, folders and devices."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model import FileKind, FileStat
from prill.model.facts import Fact
from prill.model.file_facts import WritableFile

__all__ = ["WRITABLE"]

_MOST = 2000
_OTHERS, _STICKY = 0o002, 0o1000
_LINKS = frozenset({FileKind.SYMLINK, FileKind.HARDLINK})


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield 2,000 at most: files and folders without the sticky bit, then those with it, then devices; each by path."""
    found = [stat for stat in image.entries if stat.mode & _OTHERS and stat.kind not in _LINKS]
    for stat in sorted(found, key=_rank)[:_MOST]:
        value = WritableFile(
            kind=stat.kind.value,
            mode=f"{stat.mode:04o}",
            sticky=stat.kind is FileKind.DIRECTORY and bool(stat.mode & _STICKY),
        )
        yield Fact(id="world-writable", value=value, evidence=(image.at(stat.path),))


def _rank(stat: FileStat) -> tuple[bool, bool, str]:
    return stat.kind not in (FileKind.FILE, FileKind.DIRECTORY), bool(stat.mode & _STICKY), stat.path


WRITABLE = FactPlugin(id="world-writable", find=_find)
