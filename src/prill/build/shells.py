"""Which shells an image has, by the names that a shell goes by."""

from collections.abc import Iterable

__all__ = ["SHELL_NAMES", "shells"]

SHELL_NAMES = frozenset(
    [
        "ash",
        "bash",
        "busybox",
        "csh",
        "dash",
        "elvish",
        "fish",
        "ksh",
        "ksh93",
        "lksh",
        "mksh",
        "nu",
        "osh",
        "pwsh",
        "rbash",
        "rc",
        "sash",
        "sh",
        "tcsh",
        "toybox",
        "xonsh",
        "yash",
        "zsh",
    ]
)
_FOLDERS = frozenset({"bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "opt/bin", "busybox"})


def shells(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths, sorted, that are a shell or a link to one by name, in a folder that programs are looked for."""
    found = []
    for path in paths:
        folder, _, name = path.rpartition("/")
        if name in SHELL_NAMES and folder in _FOLDERS:
            found.append(path)
    return tuple(sorted(found))
