"""The keywords of JSON Schema (draft 7) that look at one value and not inside it."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["SIMPLE", "TYPES", "Check", "Fault", "Path", "UnsupportedSchema", "pointer", "shown"]

Path = tuple[str | int, ...]

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]*\Z")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class UnsupportedSchema(PrillError):
    """A schema says something that is not understood here."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in a document, and where: ``path`` is a JSON pointer (RFC 6901), empty for the whole."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.message}"


Check = Callable[[Any, Path, list[Fault]], None]


def pointer(path: Path) -> str:
    """Write a path as a JSON pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def shown(value: object) -> str:
    """Return a value as JSON, cut short."""
    if isinstance(value, dict):
        text = "an object with " + ", ".join(sorted(value)[:6]) if value else "an empty object"
    elif isinstance(value, list):
        text = f"a list of {len(value)}"
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004


def _integer(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": _integer,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def _check(kind: type | tuple[type, ...], test: Callable[[Any], bool], expected: str) -> Check:
    """Return a check that says ``expected`` of values of ``kind`` that fail ``test``; others are another's business."""

    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        if isinstance(value, kind) and not isinstance(value, bool) and not test(value):
            faults.append(Fault(pointer(path), f"expected {expected}, found {shown(value)}"))

    return check


def _required(names: list[str]) -> Check:
    wanted = frozenset(names)

    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        if isinstance(value, dict) and not wanted <= value.keys():
            missing = ", ".join(name for name in names if name not in value)
            faults.append(Fault(pointer(path), f"expected {missing}, found {shown(value)}"))

    return check


def _enum(values: list[Any]) -> Check:
    allowed = frozenset(json.dumps(value, sort_keys=True) for value in values)
    texts = frozenset(value for value in values if isinstance(value, str))
    listed = ", ".join(map(str, values[:12])) + (", …" if len(values) > 12 else "")  # noqa: PLR2004

    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        known = value in texts if isinstance(value, str) else json.dumps(value, sort_keys=True) in allowed
        if not known:
            faults.append(Fault(pointer(path), f"expected one of {listed}; found {shown(value)}"))

    return check


def _unique(wanted: bool) -> Check:  # noqa: FBT001 - the keyword's value
    def test(value: list[Any]) -> bool:
        if all(isinstance(one, str) for one in value):
            return len(set(value)) == len(value)
        return len({json.dumps(one, sort_keys=True) for one in value}) == len(value)

    return _check(list, test if wanted else lambda _: True, "no entry twice")


def _format(name: str) -> Check:
    match name:
        case "date-time":
            return _check(str, _is_time, "a date and time as in 2026-01-31T12:00:00Z")
        case "date":
            return _check(str, lambda value: len(value) == 10 and _is_time(f"{value}T00:00:00Z"), "a date")  # noqa: PLR2004
        case "email" | "idn-email":
            return _check(str, lambda value: "@" in value[1:-1], "an email address")
        case "uri":
            return _check(str, lambda value: _URI.match(value) is not None, "an absolute address")
        case "iri-reference" | "uri-reference":
            return _check(str, lambda value: not any(one < "!" for one in value), "an address without spaces")
        case "string":  # CycloneDX 1.2 says so of names; it means nothing
            return _check(str, lambda _: True, "text")
        case _:
            raise UnsupportedSchema(f"a schema uses the format {name!r}")


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text[:19].replace(" ", "T").upper())
    except ValueError:
        return text[17:19] == "60"  # a leap second
    return True


def _pattern(text: str) -> Check:
    found = re.compile(text.replace("\\d", "[0-9]"))
    return _check(str, lambda value: found.search(value) is not None, f"text like {text}")


SIMPLE: dict[str, Callable[[Any], Check]] = {
    "required": _required,
    "enum": _enum,
    "const": lambda wanted: _enum([wanted]),
    "format": _format,
    "pattern": _pattern,
    "uniqueItems": _unique,
    "minLength": lambda least: _check(str, lambda value: len(value) >= least, f"at least {least} characters"),
    "maxLength": lambda most: _check(str, lambda value: len(value) <= most, f"at most {most} characters"),
    "minItems": lambda least: _check(list, lambda value: len(value) >= least, f"at least {least} entries"),
    "maxItems": lambda most: _check(list, lambda value: len(value) <= most, f"at most {most} entries"),
    "minimum": lambda least: _check((int, float), lambda value: value >= least, f"at least {least}"),
    "maximum": lambda most: _check((int, float), lambda value: value <= most, f"at most {most}"),
}
