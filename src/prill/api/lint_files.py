"""Which files are Dockerfiles, and what lies beside them."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from posixpath import dirname

from prill._io.regular import read_regular
from prill.api.lint_inline import find_inline, is_inline_host, unread_inline
from prill.errors import PrillError
from prill.model.regex import regex

__all__ = ["IgnoreFinder", "NoDockerfile", "find_dockerfiles", "is_dockerfile", "read_ignore_text"]

MAX_IGNORE = 1 << 20

_SKIPPED = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "node_modules", "vendor", "venv"})
_NAME = regex(r"(?:docker|container)file(?:[._-].+)?|.+[._-](?:docker|container)file", re.IGNORECASE | re.DOTALL)
_OTHER = regex(r"\.(?:dockerignore|md|rst|txt|py|go|js|ts|sh|json|ya?ml|toml|html?|orig|bak|j2|swp)$", re.IGNORECASE)


class NoDockerfile(PrillError):
    """There is no Dockerfile where one was looked for."""


def is_dockerfile(name: str) -> bool:
    """Whether a file's name is one that Dockerfiles have, such as ``Dockerfile.x`` and ``x.Containerfile``."""
    return bool(_NAME.fullmatch(name)) and not _OTHER.search(name)


def find_dockerfiles(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that are named, and the Dockerfiles in the folders that are named, sorted within each.

    Raise `NoDockerfile` where a path is missing or there is none at all.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_file():
            found[str(path)] = path
        elif path.is_dir():
            found.update((str(one), one) for one in _walk(path))
        elif path.exists():
            found[str(path)] = path
        else:
            raise NoDockerfile(f"there is no file {str(path)!r}")
    if not found:
        raise NoDockerfile(
            f"no Dockerfile in {', '.join(map(str, paths))}",
            hint="Dockerfile, Dockerfile.*, *.Dockerfile and Containerfile are looked for; name any other",
        )
    return tuple(found.values())


def _walk(folder: Path) -> Iterator[Path]:
    unread: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=unread.append):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            if is_dockerfile(name) or (is_inline_host(name) and _has_inline(Path(root) / name)):
                yield Path(root) / name
    yield from (Path(error.filename) for error in unread)  # as a file that nobody can read, it is a gap


def _has_inline(path: Path) -> bool:
    """Whether a Compose or Bake file holds a Dockerfile; one that cannot be read may, and is a gap later."""
    try:
        text = read_regular(path, MAX_IGNORE).decode("utf-8", "replace")
    except OSError:
        return True
    return bool(find_inline(text) or unread_inline(text))


def read_ignore_text(path: Path) -> str | None:
    """Return the ``.dockerignore`` that holds for a file, as `IgnoreFinder` does."""
    return IgnoreFinder().text_for(path)


class IgnoreFinder:
    """Finds the ``.dockerignore`` that holds for files: a file's own before its folder's, which is read once."""

    def __init__(self) -> None:
        self._folders: dict[str, str | None] = {}

    def text_for(self, path: Path) -> str | None:
        """Return the text that holds for ``path``: "" where there is none, and None where it cannot be read."""
        try:
            return _ignore_text(f"{path}.dockerignore")
        except FileNotFoundError:
            folder = dirname(path)
        if folder not in self._folders:
            try:
                self._folders[folder] = _ignore_text(Path(folder) / ".dockerignore")
            except FileNotFoundError:
                self._folders[folder] = ""
        return self._folders[folder]


def _ignore_text(path: Path | str) -> str | None:
    try:
        return read_regular(path, MAX_IGNORE).decode("utf-8", "replace")
    except FileNotFoundError:
        raise
    except OSError:
        return None
