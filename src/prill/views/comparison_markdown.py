"""Images side by side in Markdown, for a pull request."""

from prill.model.comparison import Comparison
from prill.views.comparison_table import delta_lines, delta_text, short_names, shown_rows
from prill.views.scan_markdown import markdown_text
from prill.views.scan_table import source_line

__all__ = ["comparison_markdown"]


def comparison_markdown(comparison: Comparison) -> str:
    """Lay the comparison out."""
    names = list(map(markdown_text, short_names([subject.name for subject in comparison.images])))
    lines = [f"# {' · '.join(names)}", "", f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for row in shown_rows(comparison):
        first = row.figures[0]
        cells = [first.text, *(one.text + delta_text(row, first, one) for one in row.figures[1:])]
        title = "&nbsp;&nbsp;" + row.title.strip() if row.title.startswith(" ") else row.title
        lines.append(f"| {title} | {' | '.join(map(markdown_text, cells))} |")
    for name, delta in zip(names[1:], comparison.deltas, strict=True):
        lines += ["", f"## {name}, compared with {names[0]}", ""]
        differences = [line.text for line in delta_lines(delta)] or ["nothing differs"]
        lines += [f"- {markdown_text(text)}" for text in differences]
    lines += ["", "## Where the figures come from", ""]
    lines += [f"- {markdown_text(text)}" for text in comparison.notes]
    lines += [f"- {markdown_text(source_line(one, comparison.created))}" for one in comparison.sources]
    lines += [f"- not known: {markdown_text(f'{gap.subject}: {gap.reason}')}" for gap in comparison.gaps]
    return "\n".join(lines) + "\n"
