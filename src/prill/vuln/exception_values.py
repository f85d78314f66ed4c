"""Values in files of exceptions, whichever program's they are: texts, lists of texts, days."""

from datetime import date
from typing import Any

from prill.errors import PrillError
from prill.model.days import parse_day

__all__ = ["InvalidExceptions", "day_of", "text_of", "texts_of"]


class InvalidExceptions(PrillError):
    """A file of exceptions says something that is not known, or leaves out who answers for one."""


def text_of(entry: dict[str, Any], name: str, where: str) -> str:
    """Return a text; "" where the entry has none; raise `InvalidExceptions`."""
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise InvalidExceptions(f"{where}: {name} must be a text, not {value!r}")
    return value


def texts_of(entry: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    """Return a list of texts, which may be left out and may not be empty; raise `InvalidExceptions`."""
    value = entry.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidExceptions(f"{where}: {name} must be a list of texts, not {value!r}")
    if name in entry and not value:
        raise InvalidExceptions(f"{where}: {name} is empty, which is nothing", hint="leave it out where any is meant")
    return tuple(value)


def day_of(value: object, where: str) -> str:
    """Return a day such as ``2027-01-31``; raise `InvalidExceptions`."""
    text = value.isoformat()[:10] if isinstance(value, date) else str(value)
    try:
        return parse_day(text)
    except ValueError as error:
        raise InvalidExceptions(f"{where}: expires must be a day such as 2027-01-31: {error}") from error
