"""The report about an image on a terminal, whatever is in it."""

import pytest

from prill.model import Gap
from prill.model.facts import Remark
from prill.views.inspection_page import Cell, Page, Section
from prill.views.inspection_text import inspection_text

PATH = "/opt/" + "very-long-folder/" * 12 + "name.key"
NASTY = "a\x1b[31m\nb\u202e" + "w" * 300


def page(*rows: tuple[Cell, ...], gaps: tuple[Gap, ...] = ()) -> Page:
    section = Section(id="x", title="Things", lead=NASTY, titles=("NAME", "PATH", "SIZE"), rows=rows)
    pairs = Section(id="y", title="Pairs", lead="", rows=((Cell("label"), Cell(NASTY)),))
    remarks = (Remark(level="attention", fact="x", text=NASTY), Remark(level="good", fact="y", text="fine"))
    return Page(title=NASTY, summary=NASTY, head=(("image", "i"), ("digest", NASTY)), remarks=remarks, sections=(section, pairs), layers=(), gaps=gaps, as_of="2026-11-26")  # fmt: skip


def row(name: str = "n", path: str = PATH, size: str = "1.0 kB") -> tuple[Cell, ...]:
    return Cell(name), Cell(path, "code"), Cell(size, "number")


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_nothing_is_wider_than_asked_and_nothing_commands_the_terminal(width: int):
    report = page(row(), row(NASTY, NASTY, "1"), gaps=(Gap(NASTY, NASTY),))
    text = inspection_text(report, width=width, verbose=True)
    assert max(map(len, text.splitlines())) <= width
    assert all(line.isprintable() for line in text.split("\n"))


def test_of_a_path_the_middle_is_left_out_and_verbose_has_it_all():
    short = inspection_text(page(row()), width=80)
    assert "…" in short
    assert "name.key" in short
    assert PATH not in short.replace("\n", "")
    assert PATH in inspection_text(page(row()), width=80, verbose=True).replace("\n", "").replace(" ", "")


def test_marks_and_words_say_what_is_grave():
    lines = inspection_text(page(row()), width=100).splitlines()
    assert "to look after, 1" in lines
    assert "good, 1" in lines
    assert "  + fine" in lines


def test_a_section_without_rows_is_one_line():
    empty = Section(id="x", title="Things", lead="None.", titles=("A",))
    report = Page(title="t", summary="s", head=(), remarks=(), sections=(empty,), layers=(), gaps=(), as_of="")
    assert "THINGS: None." in inspection_text(report, width=80).splitlines()
