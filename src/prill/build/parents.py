"""The folders above a path."""

from functools import lru_cache

__all__ = ["parents"]


def parents(path: str) -> tuple[str, ...]:
    """Return the folders above ``path``, nearest first."""
    cut = path.rfind("/")
    return _with_parents(path[:cut]) if cut > 0 else ()


@lru_cache(maxsize=65536)
def _with_parents(folder: str) -> tuple[str, ...]:
    cut = folder.rfind("/")
    return (folder, *_with_parents(folder[:cut])) if cut > 0 else (folder,)
