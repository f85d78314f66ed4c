"""``files`` sources: how an application, or a runtime that the distribution lacks, gets into an image.

Whatever a source is, it is one blob with a digest that stands in the lock: a download as it came, or a local file or
folder packed into a tar of our own that is the same wherever it is packed. A build reads that blob alone.
"""

import hashlib
import re
import stat as stat_module
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath

import msgspec

from prill.archive.codecs import open_decoded, sniff
from prill.archive.tar import TarEntry, walk
from prill.archive.tar_writer import END, entry_header, padding
from prill.build.entry_names import misread, reserved, shown
from prill.build.list_package import interpreter_of, list_entry, with_content
from prill.build.listing import Listed
from prill.build.merged_usr import merged_usr
from prill.build.parents import parents
from prill.build.shells import shell_in
from prill.build.spec import FileSource
from prill.build.trim import glob_pattern
from prill.errors import PrillError
from prill.model import FileKind, FileStat
from prill.model.value import dataclass

__all__ = ["EARLIEST", "FileSet", "InvalidFileSource", "pack_local", "read_source", "source_label"]

EARLIEST = 315_532_800
"""1980-01-01, the time of local files: a checkout's own times say nothing, and zip cannot hold an earlier one."""

_MAX_FILES = 200_000
_MAX_BYTES = 4 << 30


class InvalidFileSource(PrillError):
    """A ``files`` source is not there, holds what no image should, or does not fit its description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSet:
    """What a source puts into the image; offsets point into ``data``."""

    entries: tuple[Listed, ...]
    data: memoryview
    built: int


def source_label(source: FileSource, *, architecture: str, version: str = "") -> str:
    """Return how the lock names a source: ``file:app``, an URL, ``npm:NAME@VERSION``."""
    if source.npm is not None:
        arch = "x64" if architecture == "amd64" else architecture
        return f"npm:{source.npm.replace('{arch}', arch)}" + (f"@{version}" if version else "")
    if source.url is not None:
        return source.url.replace("{arch}", architecture)
    return f"file:{(source.source or '').replace('{arch}', architecture)}"


def pack_local(path: Path) -> bytes:
    """Pack a file or folder into a tar that depends on names, contents and the owner's execute bit alone.

    Raise `InvalidFileSource` for what is missing, for devices and sockets, and for links that leave the folder.
    """
    blocks: list[bytes] = []
    total = 0
    for count, (name, item) in enumerate(_walk_local(path)):
        info = item.lstat()
        content = b""
        link = ""
        if stat_module.S_ISLNK(info.st_mode):
            kind, mode, link = FileKind.SYMLINK, 0o777, str(item.readlink())
            _check_link(name, link, item)
        elif stat_module.S_ISDIR(info.st_mode):
            kind, mode = FileKind.DIRECTORY, 0o755
        elif stat_module.S_ISREG(info.st_mode):
            kind, mode = FileKind.FILE, 0o755 if info.st_mode & 0o100 else 0o644
            total += info.st_size
            if total > _MAX_BYTES or count > _MAX_FILES:
                raise InvalidFileSource(f"{path} holds more than {_MAX_FILES} files or {_MAX_BYTES >> 30} GiB")
            content = item.read_bytes()
        else:
            raise InvalidFileSource(f"{shown(str(item))} is neither a file, a folder nor a symlink")
        entry = FileStat(path=name, kind=kind, mode=mode, size=len(content), mtime=EARLIEST, link=link)
        blocks += (entry_header(entry), content, padding(len(content)))
    return b"".join((*blocks, END))


def _walk_local(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield names and places; a folder's first entry is itself, under the empty name, which tells it from a file."""
    if not path.exists():
        raise InvalidFileSource(f"there is no {path}", hint="a files source is relative to its spec")
    if not path.is_dir():
        yield path.name, path.resolve()
        return
    yield "", path.resolve()
    for item in sorted(path.rglob("*"), key=lambda one: one.relative_to(path).as_posix()):
        yield item.relative_to(path).as_posix(), item


def _check_link(name: str, link: str, item: Path) -> None:
    depth = len(PurePosixPath(name).parts) - 1
    for part in PurePosixPath(link).parts:
        depth += -1 if part == ".." else 1
        if link.startswith("/") or depth < 0:
            raise InvalidFileSource(
                f"{shown(str(item))} is a symlink to {shown(link)}, outside the folder that is copied",
                hint="make the link with paths: in the spec, or copy what it points at",
            )


def read_source(source: FileSource, blob: bytes) -> FileSet:
    """Return the entries that ``blob`` puts below the source's ``path``, folders first.

    Raise `InvalidFileSource` where nothing is left to copy, or a `PrillError` of the archive room where it is unsafe.
    """
    destination = merged_usr(source.path.strip("/"))
    if source.source is not None:
        data = memoryview(blob)
        packed = list(walk(data))
        lone = len(packed) == 1 and packed[0].stat.kind is FileKind.FILE
        if lone:
            data = data[packed[0].offset : packed[0].offset + packed[0].stat.size]
        elif source.unpack:
            raise InvalidFileSource(f"{source.source} is a folder; unpack: true takes an archive")
        mode = packed[0].stat.mode
    else:
        data, lone, mode = memoryview(blob), True, 0o644
    if source.npm is not None or source.unpack:
        data = _decoded(bytes(data))
        entries = _placed(source, data, destination, strip=source.strip_components)
    elif lone:
        entries = [_single(source, data, destination, mode)]
    else:
        entries = _placed(source, data, destination, strip=0)
    if not entries:
        raise InvalidFileSource(
            f"nothing in {source_label(source, architecture='amd64')} matches its include and exclude"
        )
    return FileSet(entries=tuple(entries), data=data, built=max(entry.mtime for entry in entries))


def _decoded(blob: bytes) -> memoryview:
    stream = open_decoded(BytesIO(blob), sniff(blob[:16]))
    pieces = []
    while piece := stream.read(1 << 22):
        pieces.append(piece)
    return memoryview(b"".join(pieces))


def _single(source: FileSource, data: memoryview, path: str, mode: int) -> Listed:
    return Listed(
        path=path,
        kind=FileKind.FILE,
        mode=mode if source.permissions is None else source.permissions,
        uid=source.uid,
        gid=source.gid,
        size=len(data),
        mtime=EARLIEST,
        sha256=hashlib.sha256(data).hexdigest(),
        sha1=hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        interpreter=interpreter_of(data),
        shell=shell_in(path, data),
    )


def _placed(source: FileSource, data: memoryview, destination: str, *, strip: int) -> list[Listed]:
    """Return what is wanted of a tar, below ``destination``; the folders above it are the source's as well."""
    wanted = _filter(source)

    def place(path: str) -> str:
        below = _stripped(path, strip)
        if below is None:
            raise InvalidFileSource(f"{path!r} is a hard link's target that strip-components takes away")
        return "/".join(part for part in (destination, below) if part)

    seen: dict[str, Listed] = {}
    chosen: dict[str, Listed] = {}
    bereft: set[str] = set()
    for entry in walk(data):
        inside = _stripped(entry.stat.path, strip) if entry.stat.path else None
        if inside is not None:
            listed = with_content(_owned(source, list_entry(entry, data, place), entry), seen)
            if wanted(inside):
                _check_name(inside, listed.link if listed.kind is FileKind.SYMLINK else "")
                chosen[listed.path] = listed
            else:
                bereft.update(parents(listed.path))
    _drop_bereft(chosen, bereft)
    files = [one for path, one in chosen.items() if one.kind is not FileKind.DIRECTORY]
    others = {one.path for one in files}  # a symlink among them may have more of the tar behind it
    folders = {
        path: Listed(path, FileKind.DIRECTORY, 0o755, source.uid, source.gid, 0, EARLIEST)
        for one in chosen
        for path in parents(one)
        if (path == destination or path.startswith(f"{destination}/" if destination else "")) and path not in others
    }
    own = {path: one for path, one in chosen.items() if one.kind is FileKind.DIRECTORY}
    return [*(one for _, one in sorted((folders | own).items())), *files]


def _check_name(path: str, link: str) -> None:
    """Raise `InvalidFileSource` where the member ``path`` could not stand in an image."""
    if fault := reserved(path) or misread(path, link):
        raise InvalidFileSource(fault, hint="rename it, or leave it out with exclude")


def _drop_bereft(chosen: dict[str, Listed], bereft: set[str]) -> None:
    """Take out the folders that something below was left out of, and nothing is left in."""
    filled = {folder for path, one in chosen.items() if one.kind is not FileKind.DIRECTORY for folder in parents(path)}
    for path in sorted(chosen, reverse=True):
        if chosen[path].kind is not FileKind.DIRECTORY or path in filled:
            continue
        if path in bereft:
            del chosen[path]
        else:  # it was empty from the start, and keeps what it lies in
            filled.update(parents(path))


def _owned(source: FileSource, listed: Listed, entry: TarEntry) -> Listed:
    if listed.kind not in (FileKind.FILE, FileKind.HARDLINK, FileKind.DIRECTORY, FileKind.SYMLINK):
        raise InvalidFileSource(f"{entry.name!r} is a {listed.kind}; a files source brings files, folders and links")
    executable = bool(listed.mode & 0o111)
    mode = 0o755 if executable else 0o644
    if listed.kind is FileKind.DIRECTORY:
        mode = 0o755
    elif listed.kind is FileKind.SYMLINK:
        mode = 0o777
    elif source.permissions is not None:
        mode = source.permissions
    return msgspec.structs.replace(listed, mode=mode, uid=source.uid, gid=source.gid, xattrs=())


def _stripped(path: str, count: int) -> str | None:
    parts = path.split("/")[count:]
    return "/".join(parts) if parts else None


def _filter(source: FileSource) -> Callable[[str], bool]:
    """Return what says whether a path is wanted: a glob that matches a folder means everything below it."""
    include = re.compile("|".join(map(glob_pattern, source.include))) if source.include else None
    exclude = re.compile("|".join(map(glob_pattern, source.exclude))) if source.exclude else None

    def wanted(path: str) -> bool:
        ways = (path, *parents(path))
        if exclude is not None and any(map(exclude.fullmatch, ways)):
            return False
        return include is None or any(map(include.fullmatch, ways))

    return wanted
