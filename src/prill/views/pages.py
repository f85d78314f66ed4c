"""HTML pages that need nothing else: templates of this room, everything in them escaped, no script, no other file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from prill.views.columns import printable

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_page", "web_url"]

_TEMPLATES = Path(__file__).parent / "templates"


def _shown(value: object) -> object:
    """Return what a template puts out, control characters in text written out; lines may end."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return "\n".join(map(printable, value.split("\n")))


def render_page(name: str, values: Mapping[str, object]) -> str:
    """Fill the template ``name``; a name that it uses and ``values`` lacks is an error."""
    return _environment().get_template(name).render(values)


def web_url(text: str) -> str:
    """Return an address that a page may link to, or nothing for one that is no web page's."""
    return text if text.startswith(("https://", "http://")) else ""


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only where a page is wanted

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
