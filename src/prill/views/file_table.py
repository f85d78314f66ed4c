"""The files of an image on a terminal, a line each, as they come."""

from collections.abc import Iterable, Iterator, Mapping

from prill.model import FileKind, FileStat
from prill.model.image_files import ListedFile
from prill.views.columns import cut, printable

__all__ = ["file_lines", "mode_text"]

_LETTERS = {
    FileKind.FILE: "-",
    FileKind.DIRECTORY: "d",
    FileKind.SYMLINK: "l",
    FileKind.HARDLINK: "-",
    FileKind.CHARACTER_DEVICE: "c",
    FileKind.BLOCK_DEVICE: "b",
    FileKind.FIFO: "p",
}
_DIGEST = 12
"""How many hexadecimal digits of a digest tell files apart; the JSON has all 64."""
_PACKAGE = 24
_SPECIAL = ((0o4000, 2, "sS"), (0o2000, 5, "sS"), (0o1000, 8, "tT"))


def file_lines(
    files: Iterable[ListedFile], names: Mapping[str, str], *, digests: bool = True, layers: bool = True
) -> Iterator[str]:
    """Yield a title and a line for each file; ``names`` has packages' names by purl. Paths are never shortened."""
    titles = ["MODE      ", f"{'OWNER':<11}", f"{'SIZE':>11}"]
    titles += ["LAYER"] if layers else []
    titles += [f"{'PACKAGE':<{_PACKAGE}}"]
    titles += [f"{'SHA-256':<{_DIGEST}}"] if digests else []
    yield "  ".join((*titles, "PATH"))
    for one in files:
        stat = one.stat
        cells = [mode_text(stat), f"{f'{stat.uid}:{stat.gid}':<11}", f"{_size(stat):>11}"]
        if layers:
            cells.append(f"{one.layer:>5}")
        cells.append(f"{cut(printable(names.get(one.package, one.package)) or '-', _PACKAGE):<{_PACKAGE}}")
        if digests:
            cells.append(f"{one.digest.hex[:_DIGEST] if one.digest else '-':<{_DIGEST}}")
        yield "  ".join((*cells, _name(stat)))


def mode_text(stat: FileStat) -> str:
    """Return kind and permissions as ``ls -l`` writes them."""
    text = [bit if stat.mode >> (8 - place) & 1 else "-" for place, bit in enumerate("rwxrwxrwx")]
    for flag, place, letters in _SPECIAL:
        if stat.mode & flag:
            text[place] = letters[0] if text[place] == "x" else letters[1]
    return _LETTERS[stat.kind] + "".join(text)


def _size(stat: FileStat) -> str:
    if stat.kind in (FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE):
        return "{}, {}".format(*stat.device)
    return str(stat.size) if stat.kind is FileKind.FILE else "-"


def _name(stat: FileStat) -> str:
    path = printable(f"/{stat.path}")
    if stat.kind is FileKind.SYMLINK:
        return f"{path} -> {printable(stat.link)}"
    return f"{path} = /{printable(stat.link)}" if stat.kind is FileKind.HARDLINK else path
