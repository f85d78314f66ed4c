"""What a report about an image has in it, whatever it is rendered as: a head, remarks, and sections of tables."""

from collections.abc import Sequence
from typing import Literal

from prill.model import Gap
from prill.model.facts import Remark
from prill.model.value import dataclass

__all__ = ["LEVEL_WORDS", "Cell", "Page", "Section", "SectionLevel"]

SectionLevel = Literal["attention", "note", "good", ""]
LEVEL_WORDS = {"attention": "to look after", "note": "to know", "good": "good"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in a table. ``kind`` says how to set it: words, ``code`` for what is a path or a command, or a ``number``.

    ``level`` marks what is to be looked after; the text says so, too.
    """

    text: str
    kind: Literal["words", "code", "number"] = "words"
    level: SectionLevel = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the report. ``titles`` is empty for pairs of a label and a value.

    ``facts`` are the questions that it answers; ``lead`` says the whole in a sentence, and is all there is where
    nothing was found.
    """

    id: str
    title: str
    lead: str
    level: SectionLevel = ""
    facts: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    rows: Sequence[tuple[Cell, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole report. ``head`` are labels and values; ``layers`` the diff IDs, the lowest first."""

    title: str
    summary: str
    head: tuple[tuple[str, str], ...]
    remarks: tuple[Remark, ...]
    sections: tuple[Section, ...]
    layers: tuple[str, ...]
    gaps: tuple[Gap, ...]
    as_of: str

    def section_of(self, fact: str) -> str:
        """Return the ID of the section that answers a question."""
        return next((section.id for section in self.sections if fact in section.facts), "kind")

    def count(self, level: str) -> int:
        """Return how many remarks of a level there are."""
        return sum(remark.level == level for remark in self.remarks)
