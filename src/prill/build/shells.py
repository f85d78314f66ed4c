"""Which shells an image has: by name where programs are looked for, by content under any name, and links to either."""

from collections.abc import Mapping
from functools import cache

from prill.build.listing import Listed
from prill.build.placed import Placed
from prill.build.symlinks import LinkLeavesRoot, resolve_link
from prill.model import FileKind

__all__ = ["SHELL_NAMES", "has_shell_name", "shell_in", "shells"]

SHELL_NAMES = frozenset(
    [
        "ash",
        "bash",
        "bash-static",
        "bsd-csh",
        "busybox",
        "csh",
        "dash",
        "elvish",
        "es",
        "fish",
        "git-shell",
        "hush",
        "ksh",
        "ksh93",
        "loksh",
        "lksh",
        "mksh",
        "mksh-static",
        "nu",
        "nushell",
        "oksh",
        "pdksh",
        "posh",
        "pwsh",
        "rbash",
        "rc",
        "rc.byron",
        "rksh",
        "rksh93",
        "rssh",
        "rzsh",
        "sash",
        "sh",
        "tcsh",
        "toybox",
        "xonsh",
        "yash",
        "zsh",
        "zsh-static",
        "zsh5",
    ]
)
"""The names without wildcards that the catalogue's shells and multi-call programs have; a build reads no catalogue."""

_FOLDERS = frozenset({"bin", "sbin", "busybox"})
_EXECUTABLE = 0o111
_ELF = b"\x7fELF"


def has_shell_name(path: str) -> bool:
    """Return whether a path is a shell's by its name and the name of its folder."""
    folder, _, name = path.rpartition("/")
    return name in SHELL_NAMES and folder.rpartition("/")[2] in _FOLDERS


def shell_in(path: str, content: memoryview) -> str:
    """Return which shell, or multi-call program, a file's content says it is; nothing for what is no program."""
    name = path.rpartition("/")[2]
    if content[:4] != _ELF or ".so." in name or name.endswith(".so"):
        return ""
    data = bytes(content)  # a search in bytes is many times as fast as one in a window on them
    return next((shell for mark, shell in _marks() if mark in data), "")


def shells(placed: Mapping[str, Placed]) -> tuple[str, ...]:
    """Return the paths, sorted, that are a shell by name or content, or a symlink to one."""
    found = set()
    links: dict[str, str] = {}
    for path, one in placed.items():
        entry = one.entry
        if entry.kind is FileKind.SYMLINK:
            links[path] = entry.link
            if has_shell_name(path):
                found.add(path)
        elif _may_run(entry) and (entry.shell or has_shell_name(path)):
            found.add(path)
    waiting = {path: target for path, link in links.items() if (target := _target(path, link)) is not None}
    while leading := {path for path, target in waiting.items() if target in found} - found:
        found |= leading
    return tuple(sorted(found))


def _may_run(entry: Listed) -> bool:
    # What a hard link's header says of its mode does not count: it has its file's.
    return bool(entry.kind is FileKind.HARDLINK or (entry.kind is FileKind.FILE and entry.mode & _EXECUTABLE))


def _target(path: str, link: str) -> str | None:
    try:
        return resolve_link(path, link)
    except LinkLeavesRoot:
        return None


@cache
def _marks() -> tuple[tuple[bytes, str], ...]:
    from prill.catalogue.programs import marks  # noqa: PLC0415 - only where a package is read for the first time

    return tuple((one.text, one.program.name) for one in marks() if one.program.kind in {"shell", "multi-call"})
