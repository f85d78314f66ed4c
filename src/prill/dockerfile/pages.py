"""The rules' pages: Markdown with a title, why it matters, and files that are bad and good."""

import re
from functools import cache
from pathlib import Path

from prill.dockerfile.rule import Rule
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["RulePage", "read_page"]

_FOLDER = Path(__file__).parent / "rules"
_BLOCK = regex(r"^```dockerfile\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RulePage:
    """A rule's page: ``text`` is all of it, ``why`` what stands before the examples."""

    text: str
    why: str
    bad: tuple[str, ...]
    good: tuple[str, ...]


@cache
def read_page(rule: Rule) -> RulePage:
    """Read the page that lies beside the rule's module."""
    text = (_FOLDER / f"{rule.id.replace('-', '_')}.md").read_text(encoding="utf-8")
    head, _, rest = text.partition("\n## Bad\n")
    bad, _, good = rest.partition("\n## Good\n")
    return RulePage(text, head.partition("\n")[2].strip(), tuple(_BLOCK.findall(bad)), tuple(_BLOCK.findall(good)))
