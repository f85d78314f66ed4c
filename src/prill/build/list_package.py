"""Reading a package once: its entries hashed, its programs, licences and scripts looked at."""

import hashlib
from collections.abc import Callable

import msgspec

from prill.archive.tar import TarEntry, walk
from prill.binaries.elf import InvalidElf, SharedObject, read_shared_object
from prill.build.alternatives import read_alternatives
from prill.build.diversions import lasting_diversions
from prill.build.entry_names import UnfitName, misread
from prill.build.listing import Content, Listed, PackageListing
from prill.build.merged_usr import MERGED, merged_usr
from prill.build.scripts import report_scripts
from prill.build.shells import shell_in
from prill.distro.deb.copyright import read_copyright
from prill.distro.deb.package import DebPackage
from prill.errors import PrillError
from prill.model import FileKind, FileStat
from prill.model.value import dataclass, field

__all__ = ["BrokenHardLink", "interpreter_of", "list_entry", "list_package", "with_content"]

_NOT_UTF8 = "Debian Policy 10.10 wants names in UTF-8; exclude the package, or put its files in through files"


class BrokenHardLink(PrillError):
    """A hard link's target is no file that came before it in its archive."""


@dataclass(slots=True)
class _Held:
    """What the package's files say; ``conffiles`` are MD5 digests by their paths, nothing for one that is not there."""

    conffiles: dict[str, str]
    entries: list[Listed] = field(default_factory=list)
    objects: list[tuple[str, SharedObject]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    licenses: str = ""


def list_package(name: str, deb: DebPackage) -> PackageListing:
    """List what the package ``name`` holds.

    Raise a `PrillError` where its tar is unsafe, truncated or over a bound, or a name in it is not UTF-8.
    """
    held = _read_entries(name, deb)
    scripts = dict(deb.scripts)
    diverted, unread_diversions = lasting_diversions(name, scripts.get("preinst", b""), scripts.get("postinst", b""))
    alternatives, unread_alternatives = read_alternatives(name, scripts.get("postinst", b""))
    return PackageListing(
        built=deb.built,
        control=deb.control,
        md5sums=deb.md5sums,
        conffiles=tuple((merged_usr(path), md5) for path, md5 in held.conffiles.items() if md5),
        scripts=report_scripts(name, deb.scripts),
        script_texts=deb.scripts,
        triggers=deb.triggers,
        diversions=tuple((merged_usr(one.source), merged_usr(one.target)) for one in diverted),
        alternatives=alternatives,
        notes=(*held.notes, *unread_diversions, *unread_alternatives),
        licenses=held.licenses,
        objects=tuple(held.objects),
        entries=tuple(held.entries),
    )


def _read_entries(name: str, deb: DebPackage) -> _Held:
    data = memoryview(deb.data)
    held = _Held(conffiles={path.lstrip("/"): "" for path in deb.conffiles})
    files: dict[str, Listed] = {}
    for entry in walk(data):
        if not entry.stat.path:
            continue
        _check_texts(entry.stat)
        # A root link such as lib -> usr/lib stays where it is; everything below it moves.
        root_link = entry.stat.kind is FileKind.SYMLINK and entry.stat.path in MERGED
        listed = with_content(list_entry(entry, data, str if root_link else merged_usr), files)
        held.entries.append(listed)
        if listed.kind is not FileKind.FILE:
            continue
        content = data[entry.offset : entry.offset + listed.size]
        if entry.stat.path in held.conffiles:
            held.conffiles[entry.stat.path] = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if bytes(content[:4]) == b"\x7fELF":
            try:
                shared = read_shared_object(content)
            except InvalidElf as error:
                held.notes.append(f"{listed.path}: {error}")
            else:
                if shared is not None:
                    held.objects.append((listed.path, shared))
        elif listed.path == f"usr/share/doc/{name}/copyright":
            held.licenses = read_copyright(bytes(content)).expression
    return held


def _check_texts(stat: FileStat) -> None:
    """Raise `UnfitName` where a text of the entry is not UTF-8."""
    if fault := misread(stat.path, stat.link, *(name for name, _ in stat.xattrs)):
        raise UnfitName(fault, hint=_NOT_UTF8)


def list_entry(entry: TarEntry, data: memoryview, place: Callable[[str], str]) -> Listed:
    """Hash one tar entry's content and put it where ``place`` says."""
    stat = entry.stat
    sha256 = sha1 = interpreter = shell = ""
    if stat.kind is FileKind.FILE:
        content = data[entry.offset : entry.offset + stat.size]
        sha256 = hashlib.sha256(content).hexdigest()
        sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        interpreter = interpreter_of(content)
        shell = shell_in(stat.path, content)
    return Listed(
        path=place(stat.path),
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
        shell=shell,
    )


def with_content(listed: Listed, files: dict[str, Listed]) -> Listed:
    """Note a file in ``files``; let a hard link say what is in the file that it is another name of.

    Raise `BrokenHardLink`.
    """
    if listed.kind is FileKind.HARDLINK:
        target = files.get(listed.link)
        if target is None:
            raise BrokenHardLink(f"/{listed.path} is a hard link to /{listed.link}, no file that came before it")
        listed = msgspec.structs.replace(
            target, path=listed.path, kind=FileKind.HARDLINK, mode=listed.mode, link=target.link or target.path
        )
    elif listed.kind is not FileKind.FILE:
        return listed
    files[listed.path] = listed
    return listed


def interpreter_of(content: Content) -> str:
    """Return the name of the program that a script's first line asks for; nothing for what is no script."""
    if bytes(content[:2]) != b"#!":
        return ""
    words = bytes(content[2:256]).split(b"\n", 1)[0].decode("ascii", "replace").split()
    names = [word.rpartition("/")[2] for word in words if not word.startswith("-")]
    if names[:1] == ["env"]:
        names = names[1:]
    return names[0] if names else ""
