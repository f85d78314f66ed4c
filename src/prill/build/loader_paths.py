"""Where the dynamic loader's cache looks for libraries: ``/etc/ld.so.conf``, then the C library's own folders.

Debian's ldconfig adds the folders that its ld.so was built with (patch local-ldconfig-multiarch in glibc). A folder
that is reached by two names counts once, under the first, so that merged /usr makes no doubles.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from prill.build.tree_paths import is_directory, read_bounded, resolve
from prill.errors import PrillError
from prill.model import FileTree
from prill.model.value import dataclass, field

__all__ = ["LoaderDirectory", "LoaderPathsTooDeep", "UnsupportedArchitecture", "loader_directories"]

_CONFIG: Final = "/etc/ld.so.conf"
_HWCAPS: Final = "glibc-hwcaps"
_TRIPLETS: Final = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
_MAX_CONFIG: Final = 1 << 20
_MAX_DEPTH: Final = 16
_MAX_FILES: Final = 256
_BLANKS: Final = " \t\n\v\f\r"


class UnsupportedArchitecture(PrillError):
    """The loader's cache is not known for an architecture."""


class LoaderPathsTooDeep(PrillError):
    """A file in ``/etc/ld.so.conf.d`` includes others without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoaderDirectory:
    """A folder with libraries: ``path`` as configured, ``resolved`` without links and leading slash.

    ``hwcaps`` is the name of the folder below ``glibc-hwcaps``, such as ``x86-64-v3``.
    """

    path: str
    resolved: str
    hwcaps: str = ""


def loader_directories(tree: FileTree, architecture: str) -> tuple[LoaderDirectory, ...]:
    """Return the folders in the loader's order, each followed by its folders for more capable processors.

    Raise `UnsupportedArchitecture` for one that is not known, and `LoaderPathsTooDeep` where files include each other.
    """
    triplet = _TRIPLETS.get(architecture)
    if triplet is None:
        raise UnsupportedArchitecture(
            f"no loader cache is known for {architecture!r}", hint=f"known: {', '.join(_TRIPLETS)}"
        )
    paths = [*_Configuration(tree).paths(_CONFIG), f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib", "/usr/lib"]
    search = _Search(tree)
    for path in paths:
        search.add(path)
    return tuple(search.found)


@dataclass(slots=True)
class _Search:
    tree: FileTree
    found: list[LoaderDirectory] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def add(self, path: str, hwcaps: str = "") -> None:
        resolved = resolve(self.tree, path)
        if resolved is None or resolved in self.seen or not is_directory(self.tree, resolved):
            return
        self.seen.add(resolved)
        self.found.append(LoaderDirectory(path=path, resolved=resolved, hwcaps=hwcaps))
        if not hwcaps:
            for name in self._hwcaps(resolved):
                self.add(f"{path}/{_HWCAPS}/{name}", name)

    def _hwcaps(self, resolved: str) -> Iterator[str]:
        """Yield the names below ``glibc-hwcaps`` that the loader can look up."""
        for path in self.tree.glob(f"{resolved}/{_HWCAPS}/*"):
            name = path.rpartition("/")[2]
            if not name.startswith(".") and ":" not in name:
                yield name


@dataclass(slots=True)
class _Configuration:
    """Reads ``/etc/ld.so.conf`` and what it includes, a bounded number of files."""

    tree: FileTree
    files: int = 0

    def paths(self, path: str, depth: int = 0) -> Iterator[str]:
        """Yield the folders that the file at ``path`` names, those of included files in their place."""
        if resolve(self.tree, path) is None:
            return
        self.files += 1
        if depth > _MAX_DEPTH or self.files > _MAX_FILES:
            raise LoaderPathsTooDeep(
                f"{path} is included {depth} levels deep, as file number {self.files}",
                hint=f"at most {_MAX_FILES} files are read, {_MAX_DEPTH} levels deep",
            )
        text = read_bounded(self.tree, path.lstrip("/"), _MAX_CONFIG).decode("utf-8", "surrogateescape")
        for whole in text.split("\n"):
            line = whole.partition("#")[0].lstrip(_BLANKS)
            include = re.match(r"include[ \t]", line)
            if include:
                for pattern in line[include.end() :].split():
                    for found in self._included(path, pattern):
                        yield from self.paths(found, depth + 1)
            elif line.startswith("/") and line.rstrip(_BLANKS).rstrip("/"):
                yield line.rstrip(_BLANKS).rstrip("/")

    def _included(self, path: str, pattern: str) -> Iterator[str]:
        """Yield what an ``include`` means; a relative one counts from the folder of the file that has it."""
        folder, _, name = posixpath.join(posixpath.dirname(path), pattern).rpartition("/")
        resolved = folder.lstrip("/") if "*" in folder else resolve(self.tree, folder)
        if resolved is not None:
            for found in self.tree.glob(f"{resolved}/{name}"):
                yield f"/{found}"
