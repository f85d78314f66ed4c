"""Finds the program that a command names inside an unpacked root, without ever leaving that root."""

import os
import stat
from collections import deque
from pathlib import Path
from typing import Literal

from prill.model.value import dataclass
from prill.sandbox.command import Command, CommandNotStarted

__all__ = ["DEFAULT_PATH", "Program", "find_program", "resolve_inside"]

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MAX_LINKS = 40
_MAX_SCRIPT_LINE = 256
_ELF_MACHINE, _ELF_MACHINE_END, _ELF_BIG_ENDIAN = 18, 20, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program as the image sees it. ``path`` is absolute in the image.

    ``machine`` is the ELF header's ``e_machine``, or None for a script; ``script`` is what stands after ``#!``: the
    interpreter and at most one argument.
    """

    path: str
    machine: int | None = None
    script: tuple[str, ...] = ()


def find_program(command: Command) -> Program:
    """Find ``command.arguments[0]`` as ``execvp`` would inside the root.

    Raises `CommandNotStarted` where there is none, or where what is there is no program.
    """
    name = command.arguments[0]
    if "/" in name:
        candidates = [os.path.join(command.directory, name)]  # noqa: PTH118 - a path of the image, not of this machine
    else:
        path = dict(command.environment).get("PATH", DEFAULT_PATH)
        candidates = [f"{folder or '.'}/{name}" for folder in path.split(":")]
        candidates = [os.path.join(command.directory, candidate) for candidate in candidates]  # noqa: PTH118
    refused = ""
    for candidate in candidates:
        try:
            found = resolve_inside(command.root, candidate)
            status = found.lstat()
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) and status.st_mode & 0o111:
            return _read(candidate, found)
        refused = refused or candidate
    if refused:
        raise CommandNotStarted(f"{refused!r} is not an executable file")
    hint = None if "/" in name else f"looked in {', '.join(os.path.dirname(item) for item in candidates)}"  # noqa: PTH120
    raise CommandNotStarted(f"no program {name!r} in the image", hint=hint)


def resolve_inside(root: Path, path: str) -> Path:
    """Return where ``path`` ends when ``root`` is the root: every link followed, absolute or not, none out of it.

    Raises `OSError` where there is nothing or the links go round.
    """
    here: list[str] = []
    todo = deque(path.split("/"))
    links = 0
    while todo:
        part = todo.popleft()
        if part == "..":
            del here[-1:]
        elif part not in ("", "."):
            current = root.joinpath(*here, part)
            if not stat.S_ISLNK(current.lstat().st_mode):
                here.append(part)
                continue
            links += 1
            if links > _MAX_LINKS:
                raise OSError(f"too many symbolic links on the way to {path!r}")
            text = str(current.readlink())
            if text.startswith("/"):
                here.clear()
            todo.extendleft(reversed(text.split("/")))
    return root.joinpath(*here)


def _read(path: str, found: Path) -> Program:
    try:
        descriptor = os.open(found, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise CommandNotStarted(f"{path!r} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as file:
        head = file.read(_MAX_SCRIPT_LINE)
        if head.startswith(b"#!"):
            words = os.fsdecode(head[2:].split(b"\n", 1)[0].strip()).split(None, 1)
            return Program(path=path, script=tuple(words))
    if head.startswith(b"\x7fELF") and len(head) >= _ELF_MACHINE_END:
        order: Literal["little", "big"] = "big" if head[5] == _ELF_BIG_ENDIAN else "little"
        return Program(path=path, machine=int.from_bytes(head[_ELF_MACHINE:_ELF_MACHINE_END], order))
    raise CommandNotStarted(
        f"{path!r} is neither an ELF file nor a script that names its interpreter",
        hint="a shell would run it, but no kernel does",
    )
