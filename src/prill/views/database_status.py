"""What is in an advisory database, for a terminal."""

import textwrap
from collections.abc import Sequence

from prill.model.advisory import AdvisorySource
from prill.views.ages import age
from prill.views.columns import WIDTH, printable, table
from prill.views.sizes import count, human_size

__all__ = ["database_status"]


def database_status(
    path: str,
    sources: Sequence[AdvisorySource],
    *,
    size: int,
    covered: Sequence[str],
    others: Sequence[str],
    now: int,
) -> str:
    """Lay the sources out, each with its size and age; ``now`` is in seconds since 1970.

    ``covered`` are the ecosystems of which the database has whole feeds, ``others`` those of which it has records.
    """
    rows = [
        (
            source.name,
            source.id,
            f"{source.records:,}",
            age(now - source.modified) if source.modified else "-",
            age(now - source.retrieved),
        )
        for source in sources
    ]
    lines = [printable(f"{path}: {human_size(size)}, {count(sum(one.records for one in sources), 'record')}"), ""]
    lines.append(table(("SOURCE", "KIND", "RECORDS", "NEWEST", "RETRIEVED"), rows, texts=2))
    for title, names in (("whole feeds of", covered), ("single records of", others)):
        if names:
            text = printable(f"{title}: {', '.join(names)}")
            lines += ["", *textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)]
    return "\n".join(lines)
