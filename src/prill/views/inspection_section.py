"""How a section comes about: what it is about, its rows, and how grave it is."""

from collections.abc import Iterable

from prill.model.facts import ImageFacts
from prill.model.value import dataclass
from prill.views.inspection_page import Cell, Section, SectionLevel

__all__ = ["About", "code", "gravest", "make_section", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a section is about: the facts it tells, the first of which names it; ``none`` is for where there is none."""

    facts: tuple[str, ...]
    title: str
    titles: tuple[str, ...]
    none: str


def make_section(facts: ImageFacts, about: About, rows: Iterable[tuple[Cell, ...]], *, lead: str = "") -> Section:
    """Make a section, as grave as the gravest remark on it; what nobody could answer is never "none"."""
    found = tuple(rows)
    level = gravest(facts, about.facts)
    unknown = [fact for fact in about.facts if fact not in facts.examined]
    if unknown:
        level = "attention"
        lead = f"Not known: {', '.join(unknown)} could not be found out (see the gaps). {lead}".rstrip()
    elif not found:
        lead = lead or about.none
        if facts.incomplete:
            lead = f"In what could be read: {lead} Not everything could be (see the gaps)."
    return Section(
        id=about.facts[0], title=about.title, lead=lead, level=level, facts=about.facts, titles=about.titles, rows=found
    )


def gravest(facts: ImageFacts, ids: Iterable[str]) -> SectionLevel:
    """Return the gravest level of a remark on any of the facts, nothing where there is no remark."""
    about = set(ids)
    levels = {remark.level for remark in facts.remarks if remark.fact in about}
    return next((one for one in ("attention", "note", "good") if one in levels), "")


def code(text: str) -> Cell:
    """Return a cell with a path, a command or a number in octal."""
    return Cell(text, "code")


def number(text: str) -> Cell:
    """Return a cell that stands to the right."""
    return Cell(text, "number")
