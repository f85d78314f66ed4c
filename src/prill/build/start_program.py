"""Whether the program that a container starts with is in the image.

A volume or a mount may bring it when the container runs; so what is missing is noted, and is no error.
"""

import posixpath
from collections.abc import Iterator

from prill.build.rootfs import Rootfs
from prill.build.spec import Spec
from prill.build.tree import RootfsTree
from prill.build.tree_paths import resolve
from prill.model import FileKind

__all__ = ["DEFAULT_PATH", "missing_program"]

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The image's ``PATH`` unless its spec names another."""

_MAX_FIRST_LINE = 256
"""As many bytes of a script as Linux looks at."""


def missing_program(spec: Spec, root: Rootfs, tree: RootfsTree) -> tuple[str, ...]:
    """Return a note where the entrypoint's program, ``cmd``'s without one, or a script's interpreter is not there."""
    field, command = ("the entrypoint", spec.entrypoint.command) if spec.entrypoint.command else ("cmd", spec.cmd)
    if not command:
        return ()
    who = f"{field}'s program {command[0]}"
    found = _find(command[0], spec, tree)
    if found is None:
        return (f"{who} is not in the image{_looked_in(command[0], spec)}",)
    entry = root.placed[found].entry
    if not entry.interpreter or entry.kind is not FileKind.FILE:
        return ()
    return tuple(
        f"{who} is a script for {name}, which is not in the image{_looked_in(name, spec)}"
        for name in _interpreters(tree, found)
        if _find(name, spec, tree) is None
    )


def _find(name: str, spec: Spec, tree: RootfsTree) -> str | None:
    """Return where the file lies that ``execvp`` would take for ``name``, its symlinks followed."""
    folders = [""] if "/" in name else _search_path(spec).split(":")
    for folder in folders:
        found = resolve(tree, posixpath.join("/", spec.work_dir, folder, name))
        stat = None if found is None else tree.stat(found)
        if stat is not None and stat.kind in (FileKind.FILE, FileKind.HARDLINK):
            return found
    return None


def _looked_in(name: str, spec: Spec) -> str:
    return "" if "/" in name else f" (looked in {_search_path(spec).replace(':', ', ')})"


def _search_path(spec: Spec) -> str:
    return dict(spec.environment).get("PATH", DEFAULT_PATH)


def _interpreters(tree: RootfsTree, path: str) -> Iterator[str]:
    """Yield the program that a script's first line names, and the one that ``env`` is to find."""
    with tree.open(path) as script:
        line = script.read(_MAX_FIRST_LINE).removeprefix(b"#!").partition(b"\n")[0]
    program, *words = (word.decode("utf-8", "replace") for word in line.split())
    yield program
    if posixpath.basename(program) == "env":
        yield from [word for word in words if not word.startswith("-") and "=" not in word][:1]
