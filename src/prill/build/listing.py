"""What a package would put into an image: its entries with their hashes, before anything is decided.

A listing depends on the .deb alone, so it is cached under the .deb's SHA-256 and a second build reads no package
that did not change. `LISTING_VERSION` is part of that key and is raised whenever what a listing says changes.
"""

import hashlib
from collections.abc import Callable

import msgspec

from prill.archive.tar import TarEntry, walk
from prill.binaries.elf import InvalidElf, SharedObject, read_shared_object
from prill.build.alternatives import Alternative, read_alternatives
from prill.build.merged_usr import MERGED, merged_usr
from prill.build.scripts import ScriptReport, diversions, report_scripts
from prill.distro.deb.copyright import read_copyright
from prill.distro.deb.package import DebPackage
from prill.model import FileKind, FileStat

__all__ = ["LISTING_VERSION", "Content", "Listed", "PackageListing", "list_entry", "list_package"]

LISTING_VERSION = 1

Content = memoryview
"""A regular file's bytes, as a window on the package's unpacked data."""


class Listed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entry.

    ``offset`` is where a regular file's bytes begin in the unpacked data; digests are hexadecimal; ``interpreter`` is
    the name of the program that a script's first line asks for (``sh`` for ``#!/usr/bin/env sh``).
    """

    path: str
    kind: FileKind
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    link: str = ""
    device: tuple[int, int] = (0, 0)
    xattrs: tuple[tuple[str, bytes], ...] = ()
    offset: int = 0
    sha256: str = ""
    sha1: str = ""
    interpreter: str = ""

    def stat(self) -> FileStat:
        """Return the entry as the other rooms know it."""
        return FileStat(
            path=self.path,
            kind=self.kind,
            mode=self.mode,
            uid=self.uid,
            gid=self.gid,
            size=self.size,
            mtime=self.mtime,
            link=self.link,
            device=self.device,
            xattrs=self.xattrs,
        )

    def same_thing(self, other: "Listed") -> bool:
        """Whether both would leave the same entry at their path: kind, content, link and device are alike."""
        return (self.kind, self.sha256, self.link, self.device) == (
            other.kind,
            other.sha256,
            other.link,
            other.device,
        )


class PackageListing(msgspec.Struct, frozen=True, array_like=True):
    """Everything a build asks of a .deb except its bytes."""

    built: int
    control: bytes
    md5sums: bytes
    conffiles: tuple[tuple[str, str], ...]
    """Path from the root and MD5, which dpkg's database wants, of each conffile."""
    scripts: tuple[ScriptReport, ...]
    script_texts: tuple[tuple[str, bytes], ...]
    diversions: tuple[tuple[str, str], ...]
    alternatives: tuple[Alternative, ...]
    notes: tuple[str, ...]
    licenses: str
    objects: tuple[tuple[str, SharedObject], ...]
    entries: tuple[Listed, ...]


def list_package(name: str, deb: DebPackage) -> PackageListing:
    """List what the package ``name`` holds.

    Raise a `PrillError` where its tar is unsafe, truncated or over a bound.
    """
    data = memoryview(deb.data)
    licenses = ""
    objects: list[tuple[str, SharedObject]] = []
    entries: list[Listed] = []
    notes: list[str] = []
    conffiles = {path.lstrip("/"): "" for path in deb.conffiles}
    for entry in walk(data):
        if not entry.stat.path:
            continue
        listed = list_entry(entry, data, merged_usr)
        entries.append(listed)
        if listed.kind is not FileKind.FILE:
            continue
        content = data[entry.offset : entry.offset + listed.size]
        if entry.stat.path in conffiles:
            conffiles[entry.stat.path] = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if bytes(content[:4]) == b"\x7fELF":
            try:
                shared = read_shared_object(content)
            except InvalidElf as error:
                notes.append(f"{listed.path}: {error}")
            else:
                if shared is not None:
                    objects.append((listed.path, shared))
        elif listed.path == f"usr/share/doc/{name}/copyright":
            licenses = read_copyright(bytes(content)).expression
    scripts = dict(deb.scripts)
    diverted, unread_diversions = diversions(name, scripts.get("preinst", b""))
    alternatives, unread_alternatives = read_alternatives(name, scripts.get("postinst", b""))
    return PackageListing(
        built=deb.built,
        control=deb.control,
        md5sums=deb.md5sums,
        conffiles=tuple((merged_usr(path), md5) for path, md5 in conffiles.items() if md5),
        scripts=report_scripts(name, deb.scripts),
        script_texts=deb.scripts,
        diversions=tuple((merged_usr(one.source), merged_usr(one.target)) for one in diverted),
        alternatives=alternatives,
        notes=(*notes, *unread_diversions, *unread_alternatives),
        licenses=licenses,
        objects=tuple(objects),
        entries=tuple(entries),
    )


def list_entry(entry: TarEntry, data: memoryview, place: Callable[[str], str]) -> Listed:
    """Hash one tar entry's content and put it where ``place`` says."""
    stat = entry.stat
    sha256 = sha1 = interpreter = ""
    if stat.kind is FileKind.FILE:
        content = data[entry.offset : entry.offset + stat.size]
        sha256 = hashlib.sha256(content).hexdigest()
        sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        if bytes(content[:2]) == b"#!":
            interpreter = _interpreter(bytes(content[2:256]))
    # A root link such as lib -> usr/lib stays where it is; everything below it moves.
    path = stat.path if stat.kind is FileKind.SYMLINK and stat.path in MERGED else place(stat.path)
    return Listed(
        path=path,
        kind=stat.kind,
        mode=stat.mode,
        uid=stat.uid,
        gid=stat.gid,
        size=stat.size if stat.kind is FileKind.FILE else 0,
        mtime=stat.mtime,
        link=place(stat.link) if stat.kind is FileKind.HARDLINK else stat.link,
        device=stat.device,
        xattrs=stat.xattrs,
        offset=entry.offset,
        sha256=sha256,
        sha1=sha1,
        interpreter=interpreter,
    )


def _interpreter(line: bytes) -> str:
    words = line.split(b"\n", 1)[0].decode("ascii", "replace").split()
    names = [word.rpartition("/")[2] for word in words if not word.startswith("-")]
    if names[:1] == ["env"]:
        names = names[1:]
    return names[0] if names else ""
