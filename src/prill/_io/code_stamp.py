"""Which code runs: part of the key of what is remembered as a whole, because any of it may have had a say."""

import os
from functools import cache
from pathlib import Path

from prill.model.hashes import sha256

__all__ = ["code_stamp"]

_ENDINGS = (".py", ".toml", ".json")


@cache
def code_stamp() -> str:
    """Return a text that is another one whenever a file of Prill's has another size or time."""
    seen = []
    folders = [str(Path(__file__).resolve().parents[1])]
    for folder in folders:
        with os.scandir(folder) as entries:  # hundreds of files at every start: nothing that takes longer
            names = []
            for entry in entries:
                if entry.name.endswith(_ENDINGS):
                    stat = entry.stat()
                    names.append(f"{entry.name} {stat.st_size} {stat.st_mtime_ns}")
                elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
        seen.append("\n".join((folder, *sorted(names))))
    return sha256("\n".join(sorted(seen)).encode("utf-8", "surrogateescape")).hex()  # few enough bytes: no OpenSSL
