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
    root = Path(__file__).resolve().parents[1]
    stamp = hashlib.sha256()
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith(_ENDINGS):
                stat = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - hundreds of files at every start
                stamp.update(f"{folder}/{name} {stat.st_size} {stat.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return stamp.hexdigest()
