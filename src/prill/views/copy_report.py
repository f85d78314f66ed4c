"""What was copied, on a few lines."""

from collections import Counter

from prill.views.columns import printable
from prill.views.facts import fact_sheet
from prill.views.sizes import human_size

__all__ = ["copy_report"]


def copy_report(
    source: str,
    place: str,
    *,
    digest: str,
    manifests: int,
    sent: int,
    sent_size: int,
    present: int,
    attached: tuple[str, ...],
    without: str = "nothing",
) -> str:
    """Return where the image went, how much had to be sent, and what of each kind was ``attached`` to it.

    ``without`` stands there where nothing was.
    """
    blobs = f"{sent} sent, {human_size(sent_size)}" if sent else "none sent"
    rows = [
        ("to", printable(place)),
        ("digest", digest),
        ("manifests", str(manifests)),
        ("blobs", f"{blobs}; {present} were there" if present else blobs),
    ]
    kinds = Counter(printable(kind) for kind in attached)
    counted = [f"{count} {kind}" for kind, count in sorted(kinds.items())] or [without]
    rows += [("attached" if number == 0 else "", text) for number, text in enumerate(counted)]
    return fact_sheet(printable(source), rows)
