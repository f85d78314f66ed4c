"""The room's own TOML files: read once, each with its source and its date."""

from datetime import date
from pathlib import Path
from typing import Any

from prill.errors import PrillError

__all__ = ["InvalidCatalogue", "load_data"]

_FOLDER = Path(__file__).parent / "data"


class InvalidCatalogue(PrillError):
    """A file of the catalogue says something that its reader does not understand."""


def load_data(name: str, only: str = "") -> tuple[dict[str, Any], str, date]:
    """Return the tables of ``data/NAME.toml``, where they are from, and of which day they are.

    With ``only``, that table alone is parsed: of a long file that takes a tenth of the time.
    """
    import tomllib  # noqa: PLC0415 - nothing is read before it is asked for

    text = (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    if only:
        head, *sections = text.split("\n[")
        text = "\n[".join([head, *(one for one in sections if one.startswith(f"{only}]"))])
    tables = tomllib.loads(text)
    source, dated = tables.pop("source", None), tables.pop("dated", None)
    if not isinstance(source, str) or not isinstance(dated, date):
        raise InvalidCatalogue(f"{name}: neither source nor dated: {source!r}, {dated!r}")
    return tables, source, dated
