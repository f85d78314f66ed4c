"""The room's own TOML files: read once, each with its source and its date."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from prill.errors import PrillError

__all__ = ["InvalidCatalogue", "load_data", "read_row", "split_rows"]

_FOLDER = Path(__file__).parent / "data"


class InvalidCatalogue(PrillError):
    """A file of the catalogue says something that its reader does not understand."""


def load_data(name: str, only: str = "") -> tuple[dict[str, Any], str, date]:
    """Return the tables of ``data/NAME.toml``, where they are from, and of which day they are.

    With ``only``, that table alone is parsed: of a long file that takes a tenth of the time.
    """
    import tomllib  # noqa: PLC0415 - nothing is read before it is asked for

    text = _text(name)
    if only:
        begin = text.find(f"\n[{only}]")
        end = text.find("\n[", begin + 1)
        own = text[begin : end if end > begin else len(text)] if begin >= 0 else ""
        text = text.partition("\n[")[0] + own
    tables = tomllib.loads(text)
    source, dated = tables.pop("source", None), tables.pop("dated", None)
    if not isinstance(source, str) or not isinstance(dated, date):
        raise InvalidCatalogue(f"{name}: neither source nor dated: {source!r}, {dated!r}")
    return tables, source, dated


def split_rows(name: str, table: str, key: str) -> tuple[tuple[str, str], ...]:
    """Return each ``[[TABLE]]`` of ``data/NAME.toml`` as text, for `read_row`, behind the ``key`` in its first line.

    Few rows are wanted of a long table, and to parse all of them takes longer than what is done with one.
    """
    begin = f"{key} = '"
    found = []
    for text in _text(name).split(f"\n[[{table}]]\n")[1:]:
        first = text.partition("\n")[0]
        if not first.startswith(begin) or not first.endswith("'"):
            raise InvalidCatalogue(f"{name}: a row of {table} does not begin with its {key}: {first!r}")
        found.append((first[len(begin) : -1], text))
    return tuple(found)


def read_row(text: str) -> dict[str, Any]:
    """Return a row of `split_rows`."""
    import tomllib  # noqa: PLC0415 - nothing is read before it is asked for

    return tomllib.loads(text)


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
