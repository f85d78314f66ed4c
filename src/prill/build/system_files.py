"""Folders, links and small files that base-files, libc-bin and tzdata leave to their maintainer scripts.

Each comes with its source in `docs/declared.md`. What is in the image already stays as it is, and what a container
runtime mounts (``/etc/hosts``, ``/etc/hostname``, ``/etc/resolv.conf``) is not made.
"""

from collections.abc import Iterator
from typing import Final

from prill.build.entries import directory, regular_file, symlink
from prill.build.generated import GeneratedEntry
from prill.build.merged_usr import MERGED
from prill.build.tree_paths import is_directory, resolve
from prill.model import Distro, FileKind, FileTree

__all__ = ["os_release", "system_files"]

_RULE: Final = "system-files"
_FOLDERS: Final = (
    ("dev", 0o755),
    ("etc", 0o755),
    ("proc", 0o755),
    ("run", 0o755),
    ("run/lock", 0o1777),
    ("sys", 0o755),
    ("tmp", 0o1777),
    ("var", 0o755),
    ("var/tmp", 0o1777),
)
_MODES: Final = frozenset({"tmp", "var/tmp", "run/lock"})
_LINKS: Final = (("var/lock", "/run/lock"), ("var/run", "/run"))
_BASE_FILES: Final = ("media", "mnt", "opt", "srv")
_NSSWITCH: Final = b"""\
passwd: files
group: files
shadow: files
hosts: files dns
networks: files
protocols: files
services: files
ethers: files
rpc: files
"""
_JAVA_PREFERENCES: Final = "etc/.java/.systemPrefs"
_NAMES: Final = {"debian": "Debian GNU/Linux", "ubuntu": "Ubuntu"}


def system_files(tree: FileTree, distro: Distro) -> tuple[GeneratedEntry, ...]:
    """Make what the image lacks of folders, links and small files, sorted by path.

    ``var/run`` and ``var/lock`` become links where they are missing or folders with nothing in them, as base-files'
    postinst has it; such an entry takes the place of the folder.
    """
    entries = [
        *_merged_usr_links(tree),
        *_folders(tree),
        *_runtime_links(tree),
        *_base_files(tree),
        *_names_and_time(tree),
        *_java(tree),
        *_release(tree, distro),
    ]
    return tuple(sorted(entries, key=lambda entry: entry.stat.path))


def os_release(distro: Distro) -> bytes:
    """Write os-release(5) for an image without base-files: the distribution's own identity, and nothing else."""
    name = _NAMES.get(distro.id, distro.id)
    version = f"{distro.version} ({distro.codename})" if distro.codename else distro.version
    fields = {
        "PRETTY_NAME": distro.name or f"{name} {version}",
        "NAME": name,
        "VERSION_ID": distro.version,
        "VERSION": version,
        "VERSION_CODENAME": distro.codename,
        "ID": distro.id,
    }
    bare = ("VERSION_CODENAME", "ID")
    lines = (f"{key}={value}" if key in bare else f'{key}="{_quoted(value)}"' for key, value in fields.items() if value)
    return "".join(f"{line}\n" for line in lines).encode()


def _quoted(value: str) -> str:
    return "".join("\\" + char if char in '\\"$`' else char for char in value if char >= " ")


def _merged_usr_links(tree: FileTree) -> Iterator[GeneratedEntry]:
    """Yield the links of merged /usr for the folders that the image has (usrmerge; base-files from Debian 13).

    ``usr/lib`` is always there, for os-release.
    """
    for name in sorted(MERGED):
        if (name == "lib" or is_directory(tree, f"usr/{name}")) and tree.stat(name) is None:
            yield symlink(name, f"usr/{name}", "merged-usr")


def _folders(tree: FileTree) -> Iterator[GeneratedEntry]:
    for path, mode in _FOLDERS:
        stat = tree.stat(path)
        if stat is None or (path in _MODES and stat.kind is FileKind.DIRECTORY and stat.mode != mode):
            yield directory(path, _RULE, mode=mode)


def _runtime_links(tree: FileTree) -> Iterator[GeneratedEntry]:
    for path, target in _LINKS:
        stat = tree.stat(path)
        empty = stat is not None and stat.kind is FileKind.DIRECTORY and not any(tree.glob(f"{path}/*"))
        if stat is None or empty:
            yield symlink(path, target, _RULE)


def _base_files(tree: FileTree) -> Iterator[GeneratedEntry]:
    """Yield what base-files' postinst makes, where that package is in the image."""
    if tree.stat("etc/debian_version") is None:
        return
    for path in _BASE_FILES:
        if tree.stat(path) is None:
            yield directory(path, _RULE)
    origins = "etc/dpkg/origins"
    if tree.stat(f"{origins}/debian") is not None and tree.stat(f"{origins}/default") is None:
        yield symlink(f"{origins}/default", "debian", _RULE)


def _names_and_time(tree: FileTree) -> Iterator[GeneratedEntry]:
    """Yield nsswitch.conf, which libc-bin's postinst installs, and the time zone, which tzdata's sets to UTC."""
    if tree.stat("etc/nsswitch.conf") is None:
        yield regular_file("etc/nsswitch.conf", _NSSWITCH, _RULE)
    if tree.stat("etc/localtime") is None and resolve(tree, "usr/share/zoneinfo/Etc/UTC") is not None:
        yield symlink("etc/localtime", "/usr/share/zoneinfo/Etc/UTC", _RULE)


def _java(tree: FileTree) -> Iterator[GeneratedEntry]:
    """Yield the preferences that a Java runtime's postinst makes: without them java.util.prefs logs warnings."""
    if not any(tree.glob("usr/lib/jvm/*/lib/modules")) or tree.stat(_JAVA_PREFERENCES) is not None:
        return
    if tree.stat("etc/.java") is None:
        yield directory("etc/.java", _RULE)
    yield directory(_JAVA_PREFERENCES, _RULE)
    for name in (".system.lock", ".systemRootModFile"):
        yield regular_file(f"{_JAVA_PREFERENCES}/{name}", b"", _RULE)


def _release(tree: FileTree, distro: Distro) -> Iterator[GeneratedEntry]:
    """Yield os-release where base-files, which has it, is not in the image."""
    if tree.stat("usr/lib/os-release") is None:
        yield regular_file("usr/lib/os-release", os_release(distro), "os-release")
    if tree.stat("etc/os-release") is None:
        yield symlink("etc/os-release", "../usr/lib/os-release", "os-release")
