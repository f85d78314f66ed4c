"""A day of the calendar as text, such as ``2027-01-31``: text that sorts as days do."""

import re
from datetime import date

__all__ = ["parse_day"]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_day(text: str) -> str:
    """Return the text of a day that there is; raise `ValueError`."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"not a day such as 2027-01-31: {text[:80]!r}")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"there is no day {text!r}: {error}") from error
