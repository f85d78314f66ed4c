"""JSON as registries and images have it: bounded, every field of the kind it has to be, read without a library.

A verification or a push reads five small documents, and whatever decodes straight into types takes longer to import
than all of them to read; configs, of which many are read, have it: `prill.oci._config_wire`. What other programs add
is ignored on reading: it stays in the bytes that were parsed.
"""

import json
from collections import Counter
from typing import Any

from prill.errors import PrillError

__all__ = ["MAX_DOCUMENT_BYTES", "DocumentTooLarge", "Fields", "InvalidDocument", "encode", "parse", "parse_list"]

MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
"""What registries accept as a manifest (distribution-spec, "Pushing Manifests", recommends at least this bound)."""

_MOST = 10_000
_SHOWN = 80


class InvalidDocument(PrillError):
    """A manifest, index, config or layout file is not what the OCI image specification describes."""


class DocumentTooLarge(InvalidDocument):
    """A JSON document is larger than anything honest."""


class Fields:
    """An object in a document; a field that is missing or of another kind raises `InvalidDocument`, which names it."""

    __slots__ = ("_path", "_values", "_what")

    def __init__(self, values: dict[str, Any], what: str, path: str = "") -> None:
        """Take the object at ``path`` in the document ``what``."""
        self._values = values
        self._what = what
        self._path = path

    def has(self, name: str) -> bool:
        """Say whether the field is there, be it null."""
        return name in self._values

    def given(self, name: str) -> bool:
        """Say whether the field is there and not null."""
        return self._values.get(name) is not None

    def names(self) -> tuple[str, ...]:
        """Return the names of all fields."""
        return tuple(self._values)

    def exact(self, *names: str) -> "Fields":
        """Return the object itself; raise `InvalidDocument` for a field that is spelled almost as one of ``names``.

        Programs in Go take ``Layers`` for ``layers`` and believe whichever comes last: what is looked at here would not
        be what runs.
        """
        folded = {name.casefold() for name in names}
        for seen in self._values:
            if seen not in names and seen.casefold() in folded:
                raise InvalidDocument(
                    f"this is no {self._what}: {self._path}{seen[:_SHOWN]!r} is spelled in another way"
                )
        return self

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; ``default`` stands for one that is missing."""
        value = self._values.get(name, default)
        if type(value) is not str:
            raise self._wrong(name, "a text")
        return value

    def number(self, name: str, least: int, most: int) -> int:
        """Return a whole number within its bounds."""
        value = self._values.get(name)
        if type(value) is not int or not least <= value <= most:
            raise self._wrong(name, f"a number from {least} to {most}")
        return value

    def texts(self, name: str, most: int = _MOST) -> tuple[str, ...]:
        """Return a list of texts; one that is missing or null is empty."""
        values = self._values.get(name)
        if values is None:
            return ()
        if type(values) is not list or len(values) > most or not all(type(value) is str for value in values):
            raise self._wrong(name, f"a list of at most {most} texts")
        return tuple(values)

    def text_map(self, name: str, most: int = _MOST) -> dict[str, str]:
        """Return texts by name; an object that is missing or null is empty."""
        values = self._values.get(name)
        if values is None:
            return {}
        if type(values) is not dict or len(values) > most or not all(type(one) is str for one in values.values()):
            raise self._wrong(name, f"an object of at most {most} texts")
        return values

    def fields(self, name: str) -> "Fields | None":
        """Return an object; None for one that is missing or null."""
        values = self._values.get(name)
        if values is None:
            return None
        if type(values) is not dict:
            raise self._wrong(name, "an object")
        return Fields(values, self._what, f"{self._path}{name}.")

    def needed(self, name: str) -> "Fields":
        """Return an object that has to be there."""
        found = self.fields(name)
        if found is None:
            raise self._wrong(name, "an object")
        return found

    def items(self, name: str, most: int = _MOST, *, null: bool = False) -> "tuple[Fields, ...]":
        """Return the objects of a list; with ``null``, which Go writes for it, an empty one may be that."""
        values = self._values.get(name)
        if null and values is None and name in self._values:
            return ()
        if type(values) is not list or len(values) > most or not all(type(value) is dict for value in values):
            raise self._wrong(name, f"a list of at most {most} objects")
        return tuple(Fields(value, self._what, f"{self._path}{name}[{number}].") for number, value in enumerate(values))

    def _wrong(self, name: str, wanted: str) -> InvalidDocument:
        seen = repr(self._values[name])[:_SHOWN] if name in self._values else "missing"
        return InvalidDocument(f"this is no {self._what}: {self._path}{name} is {seen}, not {wanted}")


def parse(data: bytes, what: str) -> Fields:
    """Read an object; ``what`` names it in errors. Raise `DocumentTooLarge` or `InvalidDocument`."""
    value = _load(data, what)
    if not isinstance(value, dict):
        raise InvalidDocument(f"this is no {what}: it is no object; it begins with {data[:40]!r}")
    return Fields(value, what)


def parse_list(data: bytes, what: str) -> tuple[Fields, ...]:
    """Read a list of objects; raise as `parse`."""
    return Fields({"list": _load(data, what)}, what).items("list")


def _load(data: bytes, what: str) -> Any:  # noqa: ANN401 - JSON
    if len(data) > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(f"{what} has {len(data)} bytes, more than {MAX_DOCUMENT_BYTES}")
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique)
        if b"\\ud" in data or b"\\uD" in data:
            encode(value)  # half a character, which no text has, cannot be written
    except (ValueError, RecursionError) as error:
        reason = str(error)[:_SHOWN]
        raise InvalidDocument(f"this is no {what}: {reason}; it begins with {data[:40]!r}") from error
    return value


def encode(document: object) -> bytes:
    """Write a document: compact UTF-8, fields in the order they are given in."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; two readers would take two different values for a field that stands there twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        twice = next(name for name in found if counted[name] > 1)
        raise ValueError(f"the field {twice[:_SHOWN]!r} stands there twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON number")
