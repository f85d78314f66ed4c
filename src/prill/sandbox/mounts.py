"""Which mounts make a sandbox's root, decided once for every back end.

A read-only root is put together entry by entry: an empty file system gets a bind mount for each folder and file at
the top of the image and a copy of each symlink there, except where a fresh ``/proc``, ``/dev`` and ``/tmp`` go. So the
image needs no mount points, and what it has under those three names (a symlink that points elsewhere, say) is never
touched.

A writable root is the image's folder itself, since what a program creates at its top has to stay there. Its mount
points are made, or replaced where they are no plain folders, by `make_mount_points`, and its ``/tmp`` stays on disk.
"""

import os
import stat
from enum import StrEnum
from pathlib import Path

from prill.model.value import dataclass
from prill.sandbox.command import SandboxFailed
from prill.sandbox.emulation import EMULATOR_TARGET

__all__ = ["Mount", "MountKind", "make_mount_points", "plan_mounts"]

_OURS = ("dev", "proc", "tmp")
_MAX_TOP = 512
_SHM = 64 << 20


class MountKind(StrEnum):
    """What is put at a place."""

    BIND = "bind"
    READ_ONLY_BIND = "read-only-bind"
    SYMLINK = "symlink"
    TMPFS = "tmpfs"
    PROC = "proc"
    DEV = "dev"
    LOCK = "lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One step. ``source`` is a path of this machine, or a symlink's text; ``LOCK`` makes its target read-only."""

    kind: MountKind
    target: str
    source: str = ""
    folder: bool = True
    size: int = 0


def plan_mounts(root: Path, *, writable: bool, scratch: int, emulator: Path | None = None) -> tuple[Mount, ...]:
    """Return the mounts that make ``root`` a sandbox's root, in order. Raises `SandboxFailed`."""
    steps: list[Mount] = []
    if writable:
        steps.append(Mount(kind=MountKind.BIND, source=str(root), target="/"))
    else:
        steps.extend(_top(root))
        steps.append(Mount(kind=MountKind.TMPFS, target="/tmp", size=scratch))  # noqa: S108 - the sandbox's own
    steps.append(Mount(kind=MountKind.PROC, target="/proc"))
    steps.append(Mount(kind=MountKind.DEV, target="/dev"))
    steps.append(Mount(kind=MountKind.TMPFS, target="/dev/shm", size=_SHM))  # noqa: S108 - the same
    if emulator is not None:
        steps.append(Mount(kind=MountKind.READ_ONLY_BIND, source=str(emulator), target=EMULATOR_TARGET, folder=False))
    if not writable:
        steps.append(Mount(kind=MountKind.LOCK, target="/"))
    return tuple(steps)


def _top(root: Path) -> list[Mount]:
    steps: list[Mount] = []
    try:
        with os.scandir(root) as entries:
            found = sorted((entry.name, entry.stat(follow_symlinks=False).st_mode) for entry in entries)
    except OSError as error:
        raise SandboxFailed(f"cannot read the image's root {str(root)!r}: {error.strerror}") from error
    if len(found) > _MAX_TOP:
        raise SandboxFailed(f"{len(found)} entries at the top of the image", hint=f"at most {_MAX_TOP} are mounted")
    for name, mode in found:
        path, target = root / name, f"/{name}"
        if name in _OURS:
            continue
        if stat.S_ISLNK(mode):
            steps.append(Mount(kind=MountKind.SYMLINK, source=str(path.readlink()), target=target))
        elif stat.S_ISDIR(mode) or stat.S_ISREG(mode):
            bind = MountKind.READ_ONLY_BIND
            steps.append(Mount(kind=bind, source=str(path), target=target, folder=stat.S_ISDIR(mode)))
    return steps


def make_mount_points(root: Path) -> None:
    """Give a writable root its own plain ``/proc``, ``/dev`` and ``/tmp``. Only ever for a copy: see `scratch`."""
    for name in _OURS:
        path = root / name
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            path.unlink()
        path.mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)
