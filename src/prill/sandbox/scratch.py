"""A copy of an unpacked root that a program may change: for setup and teardown steps.

A copy rather than an overlay, because it needs no privilege, works with every back end and on every file system.
"""

import os
import shutil
import stat
from pathlib import Path

from prill.sandbox.command import SandboxFailed
from prill.sandbox.mounts import make_mount_points

__all__ = ["copy_root"]

_MAX_BYTES = 8 << 30
_MAX_ENTRIES = 1_000_000


def copy_root(source: Path, destination: Path) -> Path:
    """Copy ``source`` to the new folder ``destination`` and give it mount points; return ``destination``.

    Symlinks are copied, never followed; device nodes, sockets and FIFOs are left out; hard links become files of their
    own. Owners are kept where this process may set them. Raises `SandboxFailed` past a bound or on a file that cannot
    be read.
    """
    entries = size = 0
    modes: list[tuple[Path, int]] = []
    try:
        destination.mkdir(mode=0o700)
        for folder, names, files in os.walk(source, onerror=_raise):
            here = destination / Path(folder).relative_to(source)
            for name in sorted(names + files):
                path, copy = Path(folder, name), here / name
                status = path.lstat()
                entries, size = entries + 1, size + (status.st_size if stat.S_ISREG(status.st_mode) else 0)
                if entries > _MAX_ENTRIES or size > _MAX_BYTES:
                    raise SandboxFailed(f"the image is too large to copy: {entries} entries, {size} bytes")
                _copy(path, copy, status)
                if stat.S_ISDIR(status.st_mode):
                    modes.append((copy, stat.S_IMODE(status.st_mode)))
        make_mount_points(destination)
        for path, mode in reversed(modes):
            path.chmod(mode)
        (destination / "tmp").chmod(0o1777)
        destination.chmod(0o755)
    except OSError as error:
        raise SandboxFailed(f"cannot copy the image's root: {error}") from error
    return destination


def _copy(path: Path, copy: Path, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        copy.symlink_to(path.readlink())
    elif stat.S_ISDIR(status.st_mode):
        copy.mkdir(mode=0o700)
    elif stat.S_ISREG(status.st_mode):
        shutil.copyfile(path, copy, follow_symlinks=False)
    else:
        return
    if os.geteuid() == 0:
        os.chown(copy, status.st_uid, status.st_gid, follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        copy.chmod(stat.S_IMODE(status.st_mode))


def _raise(error: OSError) -> None:
    raise error
