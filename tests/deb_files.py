"""Small .debs made in pure Python, and the stanzas by which an archive's index describes them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from prill.archive.tar_writer import END, entry_header, padding
from prill.model import FileKind, FileStat

BUILT = 1_700_000_000
"""2023-11-14, when these packages were built unless they say otherwise."""


@dataclass(frozen=True)
class File:
    """A regular file that is not root's, has another mode, or another time."""

    content: bytes | str = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: int = BUILT
    xattrs: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Folder:
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Link:
    target: str


@dataclass(frozen=True)
class HardLink:
    target: str
    mode: int = 0o644


@dataclass(frozen=True)
class Device:
    major: int = 1
    minor: int = 3


Item = bytes | str | File | Folder | Link | HardLink | Device


def tar_entry(path: str, item: Item, *, mtime: int = BUILT) -> bytes:
    """Return one entry; a text or bytes are a file of root's."""
    if isinstance(item, bytes | str):
        item = File(item)
    match item:
        case File():
            data = item.content.encode() if isinstance(item.content, str) else item.content
            owner = {"uid": item.uid, "gid": item.gid}
            time = mtime if item.mtime == BUILT else item.mtime
            stat = FileStat(
                path=path,
                kind=FileKind.FILE,
                mode=item.mode,
                size=len(data),
                mtime=time,
                xattrs=item.xattrs,
                **owner,
            )
            return entry_header(stat) + data + padding(len(data))
        case Folder():
            stat = FileStat(path=path, kind=FileKind.DIRECTORY, mode=item.mode, uid=item.uid, gid=item.gid, mtime=mtime)
        case Link():
            stat = FileStat(path=path, kind=FileKind.SYMLINK, mode=0o777, link=item.target, mtime=mtime)
        case HardLink():
            stat = FileStat(path=path, kind=FileKind.HARDLINK, mode=item.mode, link=item.target, mtime=mtime)
        case Device():
            device = (item.major, item.minor)
            stat = FileStat(path=path, kind=FileKind.CHARACTER_DEVICE, mode=0o666, mtime=mtime, device=device)
    return entry_header(stat)


def tar_of(files: Mapping[str, Item], *, mtime: int = BUILT, parents: bool = False) -> bytes:
    """Return a tar of ``files`` in their order; with ``parents``, each behind its folders, as dpkg-deb packs them."""
    blocks, seen = [], set()
    for path, item in files.items():
        parts = path.split("/")
        for depth in range(1, len(parts)) if parents else ():
            folder = "/".join(parts[:depth])
            if folder not in seen and folder not in files:
                seen.add(folder)
                blocks.append(tar_entry(folder, Folder(), mtime=mtime))
        blocks.append(tar_entry(path, item, mtime=mtime))
    return b"".join((*blocks, END))


def ar_of(*members: tuple[str, bytes], mtime: int = BUILT) -> bytes:
    data = b"!<arch>\n"
    for name, body in members:
        data += f"{name:<16}{mtime:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n".encode()
        data += body + b"\n" * (len(body) & 1)
    return data


@dataclass(frozen=True)
class Deb:
    """A package. ``data`` is a whole ``data.tar``, for one that no honest writer would make, in place of ``files``."""

    name: str
    version: str = "1.0"
    files: Mapping[str, Item] = field(default_factory=dict)
    architecture: str = "amd64"
    fields: Mapping[str, str] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    conffiles: tuple[str, ...] = ()
    built: int = BUILT
    data: bytes | None = None
    copyright: str = "License: Apache-2.0\n"

    @property
    def content(self) -> dict[str, Item]:
        """The files, with a copyright file in Debian's machine-readable form unless there is one."""
        path = f"usr/share/doc/{self.name}/copyright"
        text = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: x\n"
        return {path: text + self.copyright, **self.files}

    @property
    def control(self) -> str:
        own = {
            "Package": self.name,
            "Version": self.version,
            "Architecture": self.architecture,
            "Maintainer": "Nobody <nobody@example.org>",
            "Installed-Size": str(1 + sum(len(_bytes(item)) for item in self.content.values()) // 1024),
            **self.fields,
            "Description": f"{self.name} for tests",
        }
        return "".join(f"{key}: {value}\n" for key, value in own.items())

    @property
    def path(self) -> str:
        version = self.version.partition(":")[2] or self.version
        return f"pool/main/{self.name[0]}/{self.name}/{self.name}_{version}_{self.architecture}.deb"

    def pack(self) -> bytes:
        """Return the .deb."""
        sums = "".join(
            f"{hashlib.md5(_bytes(item), usedforsecurity=False).hexdigest()}  {path}\n"
            for path, item in self.content.items()
            if isinstance(item, bytes | str | File)
        )
        control: dict[str, Item] = {"control": self.control, "md5sums": sums}
        if self.conffiles:
            control["conffiles"] = "".join(f"{path}\n" for path in self.conffiles)
        control |= {name: File(text, 0o755) for name, text in self.scripts.items()}
        data = tar_of(self.content, mtime=self.built, parents=True) if self.data is None else self.data
        members = (("debian-binary", b"2.0\n"), ("control.tar", tar_of(control)), ("data.tar", data))
        return ar_of(*members, mtime=self.built)

    def stanza(self, packed: bytes) -> str:
        """Return how ``Packages`` lists it."""
        rest = f"Filename: {self.path}\nSize: {len(packed)}\nSHA256: {hashlib.sha256(packed).hexdigest()}\n"
        return self.control + rest


def _bytes(item: Item) -> bytes:
    content = item.content if isinstance(item, File) else item
    return content.encode() if isinstance(content, str) else content if isinstance(content, bytes) else b""
