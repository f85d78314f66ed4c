"""Files without a name, for what has to be kept aside: they are gone with whoever has them open.

`tempfile` makes them too. It brings the readers of three archive formats along and draws random names, for systems that
know no such files (open(2), ``O_TMPFILE``).
"""

import os
from pathlib import Path
from typing import BinaryIO, cast

__all__ = ["nameless_file"]

_VARIABLES = ("TMPDIR", "TEMP", "TMP")


def nameless_file(folder: Path | None = None) -> BinaryIO:
    """Open a file for writing and reading, in ``folder`` or where the system has such files; raise `OSError`."""
    place = folder or next((value for name in _VARIABLES if (value := os.environ.get(name))), "/tmp")  # noqa: S108
    try:
        descriptor = os.open(place, os.O_TMPFILE | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except (AttributeError, OSError):
        import tempfile  # noqa: PLC0415 - the folder, its file system or the system has none: the library looks further

        return cast("BinaryIO", tempfile.TemporaryFile(dir=folder))
    return os.fdopen(descriptor, "w+b")
