"""A report about an image as a document: one HTML page that needs nothing else, or Markdown."""

import re
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from prill.views.columns import printable
from prill.views.inspection_page import LEVEL_WORDS, Page

__all__ = ["render_html", "render_markdown"]

_MARKS = {"attention": "!", "note": "i", "good": "✓"}
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_SPECIAL = str.maketrans({one: f"\\{one}" for one in "\\`*_[]<>|#~"})


def render_html(page: Page, *, tool: str) -> str:
    """Return the page: no script, nothing from the network, styles inside; everything from the image is escaped."""
    return _render("inspection.html", page, tool)


def render_markdown(page: Page, *, tool: str) -> str:
    """Return Markdown with tables, as GitHub renders it."""
    return _render("inspection.md", page, tool)


def _render(name: str, page: Page, tool: str) -> str:
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"printable": printable, "plain": _plain_markdown, "breakable": _breakable}
    return environment.get_template(name).render(page=page, tool=tool, words=LEVEL_WORDS, marks=_MARKS)


def _source(name: str) -> str:
    return (files("prill.views") / "templates" / f"{name}.j2").read_text(encoding="utf-8")


def _breakable(text: str) -> Markup:
    """Let a browser break a path behind its slashes, and a date nowhere."""
    paths = Markup("/<wbr>").join(printable(text).split("/"))
    return Markup(_DATE.sub(r'<span class="date">\g<0></span>', str(paths)))  # noqa: S704 - escaped by the line above


def _plain_markdown(text: str) -> str:
    """Return a text that Markdown takes as it is."""
    return printable(text).translate(_SPECIAL)
