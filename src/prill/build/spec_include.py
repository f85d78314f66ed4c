"""Spec files and the files they include, merged into one draft.

1. A file's includes are read first, in order, each merged over the one before; the file itself is merged over them.
2. Paths are relative to the file that says them: an include's, and a ``source``'s under ``files``.
3. A file that is reached twice counts once, where it was reached first. A circle is a fault.
"""

import hashlib
import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path

from prill.build.spec import Spec, SpecFile
from prill.build.spec_draft import Draft, Faults, Place, merge
from prill.build.spec_nodes import NodeReader
from prill.build.spec_shape import record_shape
from prill.errors import PrillError
from prill.formats.yaml_nodes import YamlError, load

__all__ = ["UnreadableSpec", "load_merged"]

_MOST_FILES = 32


class UnreadableSpec(PrillError):
    """A spec file is not there or cannot be read."""


def load_merged(
    path: Path, *, read: Callable[[Path], bytes], faults: Faults, vocabularies: Mapping[str, tuple[str, ...]]
) -> tuple[Draft | None, tuple[tuple[str, str], ...]]:
    """Read the spec file ``path`` with its includes; return the draft, None where there is none, and what was read.

    Raise `UnreadableSpec` where ``path`` itself cannot be read; what is wrong inside goes to ``faults``.
    """
    files = _Files(path, read, faults, NodeReader(faults, vocabularies))
    try:
        draft = files.load(path.name, ())
    except OSError as error:
        raise UnreadableSpec(
            f"{path}: {error.strerror or error}", hint="prill new writes a spec to start from"
        ) from error
    if draft is not None:
        draft.partial = files.partial
    root, *others = files.digests.items()
    return draft, (root, *sorted(others))


class _Files:
    """The files read so far. Names are relative to the folder of the first one, with forward slashes.

    They are ``partial`` once there was an include, or a file, that could not be read, which then is a fault.
    """

    def __init__(self, path: Path, read: Callable[[Path], bytes], faults: Faults, reader: NodeReader) -> None:
        self._folder = path.parent
        self._read = read
        self._faults = faults
        self._reader = reader
        self.digests: dict[str, str] = {}
        self.partial = False

    def load(self, name: str, chain: tuple[str, ...]) -> Draft | None:
        """Read one file and what it includes; ``chain`` are the files that led here."""
        source = self._folder / name
        data = self._read(source)
        self.digests[name] = hashlib.sha256(data).hexdigest()
        try:
            node = load(data, posixpath.normpath(source.as_posix()), on_bad_key=self._bad_key)
        except YamlError as error:
            self._lack(error, _message(error))
            return None
        draft = self._reader.read(record_shape(SpecFile), node)
        if draft is None:
            self.partial = True
            return None
        _rebase(draft, posixpath.dirname(name))
        includes = draft.entries.pop("include", None)
        self.partial |= "include" in draft.broken or (includes is not None and includes.partial)
        own = Draft(node=node, shape=record_shape(Spec), entries=draft.entries, broken=draft.broken)
        base: Draft | None = None
        for item in includes.items if includes else ():
            below = self._include(item, name, (*chain, name))
            if below is not None:
                base = below if base is None else merge(base, below)
        return own if base is None else merge(base, own)

    def _bad_key(self, error: YamlError) -> None:
        self._faults.add(error, _message(error))

    def _lack(self, place: Place, message: str) -> None:
        self._faults.add(place, message)
        self.partial = True

    def _include(self, item: Draft, parent: str, chain: tuple[str, ...]) -> Draft | None:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(parent), str(item.value)))
        if name in chain:
            circle = " includes ".join((*chain[chain.index(name) :], name))
            self._lack(item.node, f"includes go round in a circle: {circle}")
        elif name in self.digests:
            return None
        elif len(self.digests) >= _MOST_FILES:
            self._lack(item.node, f"more than {_MOST_FILES} files are included")
        else:
            try:
                return self.load(name, chain)
            except OSError as error:
                self._lack(item.node, f"cannot read {item.value!r}: {error.strerror or error}")
        return None


def _message(error: YamlError) -> str:
    text = str(error).removeprefix(f"{error.source}:{error.line}:{error.column}: ")
    return f"{text}; {error.hint}" if error.hint else text


def _rebase(draft: Draft, folder: str) -> None:
    """Make the sources of an included file's ``files`` relative to the first file's folder."""
    variants = draft.entries["variants"].entries.values() if "variants" in draft.entries else ()
    for holder in (draft, *variants):
        for item in holder.entries["files"].items if "files" in holder.entries else ():
            source = item.entries.get("source")
            if source is not None:
                source.value = posixpath.normpath(posixpath.join(folder, str(source.value)))
