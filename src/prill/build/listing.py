"""What a package would put into an image: its entries with their hashes, before anything is decided.

A listing depends on the .deb alone, so it is cached under the .deb's SHA-256 and a second build reads no package
that did not change. `LISTING_VERSION` is part of that key and is raised whenever what a listing says changes.
"""

import msgspec

from prill.binaries.elf import SharedObject
from prill.build.alternatives import Alternative
from prill.build.script_report import ScriptReport
from prill.model import FileKind, FileStat

__all__ = ["LISTING_VERSION", "Content", "Listed", "PackageListing"]

LISTING_VERSION = 5

Content = memoryview
"""A regular file's bytes, as a window on the package's unpacked data."""


class Listed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entry.

    ``offset`` is where a regular file's bytes begin in the unpacked data; digests are hexadecimal; ``interpreter`` is
    the name of the program that a script's first line asks for (``sh`` for ``#!/usr/bin/env sh``), ``shell`` which
    shell a program's content says it is. A hard link has its target's size, offset and digests, so that it can become
    the file itself.
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
    shell: str = ""

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
        """Whether both would leave the same entry at their path: kind, content, link, device and attributes alike."""
        return (self.kind, self.sha256, self.link, self.device, self.xattrs) == (
            other.kind,
            other.sha256,
            other.link,
            other.device,
            other.xattrs,
        )

    def same_but_time(self, other: "Listed") -> bool:
        """Whether both would leave the same entry at their path with the same mode and owner."""
        return self.same_thing(other) and (self.mode, self.uid, self.gid) == (other.mode, other.uid, other.gid)


class PackageListing(msgspec.Struct, frozen=True, array_like=True):
    """Everything a build asks of a .deb except its bytes."""

    built: int
    control: bytes
    md5sums: bytes
    conffiles: tuple[tuple[str, str], ...]
    """Path from the root and MD5, which dpkg's database wants, of each conffile."""
    scripts: tuple[ScriptReport, ...]
    script_texts: tuple[tuple[str, bytes], ...]
    triggers: bytes
    diversions: tuple[tuple[str, str], ...]
    alternatives: tuple[Alternative, ...]
    notes: tuple[str, ...]
    licenses: str
    objects: tuple[tuple[str, SharedObject], ...]
    entries: tuple[Listed, ...]
