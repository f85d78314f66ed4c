"""Which code runs: part of the key of what is remembered as a whole, because any of it may have had a say."""

import hashlib
import os
from functools import cache
from pathlib import Path

__all__ = ["code_stamp"]

_ENDINGS = (".py", ".toml", ".json")


@cache
def code_stamp() -> str:
    """Return a text that is another one whenever a file of Prill's has another size or time."""
    seen = []
    folders = [str(Path(__file__).resolve().parents[1])]
    for folder in folders:
        with os.scandir(folder) as entries:  # hundreds of files at every start: nothing that takes longer
            for entry in entries:
                if entry.name.endswith(_ENDINGS):
                    stat = entry.stat()
                    seen.append(f"{entry.path} {stat.st_size} {stat.st_mtime_ns}")
                elif entry.name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    return hashlib.sha256("\n".join(sorted(seen)).encode("utf-8", "surrogateescape")).hexdigest()
