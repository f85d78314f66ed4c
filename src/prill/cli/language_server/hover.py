"""The pages of the rules that found something at a place, or that a comment there names."""

import re

from prill.api.lint import UnknownRule, find_rule
from prill.api.lint_pages import how_fixed
from prill.cli.language_server.look import Looked
from prill.dockerfile.pages import read_page
from prill.dockerfile.rule import Rule

__all__ = ["pages_at"]

_WORD = re.compile(r"[\w-]+")
_RULE = "\n\n---\n\n"


def pages_at(looked: Looked, offset: int) -> tuple[str, tuple[int, int]] | None:
    """Return Markdown and the span that it is about; None where there is nothing to say.

    Where findings lie in one another, the shortest is the first, and the span is its.
    """
    spans = ((finding.rule, looked.span(finding.location)) for finding in looked.shown)
    here = [(rule, span) for rule, span in spans if span[0] <= offset < max(span[1], span[0] + 1)]
    here.sort(key=lambda found: found[1][1] - found[1][0])
    pages = dict.fromkeys(page for rule, _ in here if (page := _page(rule)))
    if pages:
        return _RULE.join(pages), here[0][1]
    source = looked.source
    line = source.line(offset)
    start, text = source.lines[line - 1], source.line_text(line)
    if text.lstrip().startswith("#"):
        for word in _WORD.finditer(text):
            if word.start() <= offset - start < word.end() and (page := _page(word[0])):
                return page, (start + word.start(), start + word.end())
    return None


def _page(name: str) -> str:
    """Return a rule's page with what others call it; "" where there is no such rule."""
    try:
        rule: Rule = find_rule(name)
    except UnknownRule:
        return ""
    title, _, rest = read_page(rule).text.partition("\n")
    aliases = f" · {', '.join(rule.aliases)}" if rule.aliases else ""
    return f"#{title}\n\n{rule.summary}.\n\n*{rule.severity}{aliases}*\n\nFix: {how_fixed(rule)}.\n{rest}".rstrip()
