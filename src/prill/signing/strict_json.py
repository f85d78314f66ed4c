"""JSON from outside, read strictly: bounded, no key twice, and each field of the kind it has to be.

A key that stands twice is refused, because two readers may take two different values for it: one checks the first,
another believes the second. So is half of a surrogate pair, which is no text: it has no bytes that could be signed.
"""

import binascii
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["MAX_JSON_BYTES", "Fields", "Malformed", "encode_json", "from_base64", "parse_json", "to_base64"]

MAX_JSON_BYTES = 32 * 1024 * 1024
"""No signature, bundle or trusted root is larger; attestations of large SBOMs come near it."""

_SHOWN = 120


class Malformed(PrillError):
    """A signature, a bundle, a log entry or a key is not what its specification describes."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and where it stands; what is missing or of another kind raises `Malformed` with its path."""

    values: dict[str, Any]
    path: str

    def has(self, name: str) -> bool:
        """Say whether the field is there and not null."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string; ``default`` stands for one that is missing."""
        return str(self._of(name, str, "a string", default))

    def number(self, name: str, default: int | None = None) -> int:
        """Return an integer, which protobuf's JSON may write as a string."""
        value = self.values.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:  # noqa: PLR2004 - 64 bit
            return int(value)
        if isinstance(value, bool):
            raise Malformed(f"{self.path}.{name} is {value!r}, not a number")
        return int(self._of(name, int, "a number", default))

    def data(self, name: str, default: bytes | None = None) -> bytes:
        """Return bytes that stand there in base64."""
        if default is not None and not self.has(name):
            return default
        return from_base64(self.text(name), f"{self.path}.{name}")

    def fields(self, name: str) -> "Fields":
        """Return an object."""
        return Fields(self._of(name, dict, "an object", None), f"{self.path}.{name}")

    def items(self, name: str, *, most: int = 1000) -> Iterator["Fields"]:
        """Yield the objects of a list; a missing one is empty."""
        for number, value in enumerate(self.list(name, most=most)):
            where = f"{self.path}.{name}[{number}]"
            if not isinstance(value, dict):
                raise Malformed(f"{where} is {_shown(value)}, not an object")
            yield Fields(value, where)

    def list(self, name: str, *, most: int = 1000) -> list[Any]:
        """Return a list of at most ``most`` elements; a missing one is empty."""
        values = self._of(name, list, "a list", []) if self.has(name) else []
        if len(values) > most:
            raise Malformed(f"{self.path}.{name} has {len(values)} elements, more than {most}")
        return list(values)

    def _of(self, name: str, kind: type, says: str, default: object) -> Any:  # noqa: ANN401 - the callers say
        value = self.values.get(name)
        if value is None:
            if default is None:
                raise Malformed(f"{self.path} has no {name!r}")
            return default
        if not isinstance(value, kind):
            raise Malformed(f"{self.path}.{name} is {_shown(value)}, not {says}")
        return value


def parse_json(data: bytes | str, what: str, *, most: int = MAX_JSON_BYTES) -> Fields:
    """Read an object of at most ``most`` bytes; ``what`` names it in errors. Raise `Malformed`."""
    if len(data) > most:
        raise Malformed(f"{what} has {len(data)} bytes, more than {most}")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half a character
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{what} is no JSON: {str(error)[:_SHOWN]}") from error
    if not isinstance(value, dict):
        raise Malformed(f"{what} is {_shown(value)}, not a JSON object")
    return Fields(value, what)


def encode_json(value: object) -> bytes:
    """Write compact JSON with sorted keys, as RFC 8785 does for texts and integers; that is all there is here."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def from_base64(text: str, what: str) -> bytes:
    """Read standard base64, padded, nothing else between; raise `Malformed`."""
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Malformed(f"{what} is no base64: {text[:40]!r}") from error


def to_base64(data: bytes) -> str:
    """Write standard base64, padded."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        twice = next(name for name in found if counted[name] > 1)
        raise ValueError(f"the key {twice[:_SHOWN]!r} stands there twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON number")


def _shown(value: object) -> str:
    return repr(value)[:_SHOWN]
