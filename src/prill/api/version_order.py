"""Which of two versions of a package is the newer, where its ecosystem's order of versions is known."""

from functools import cmp_to_key

from prill.errors import PrillError
from prill.model.image_diff import Direction
from prill.model.sbom_diff import PackageChange
from prill.vuln.orders import order_of

__all__ = ["direction_of"]


def direction_of(change: PackageChange) -> Direction:
    """Say what became of a package: `CHANGED` where nobody can say which version is the newer.

    Of several versions on a side, the newest counts.
    """
    if not change.old or not change.new:
        return Direction.REMOVED if change.old else Direction.ADDED
    if change.old == change.new:
        return Direction.CHANGED
    try:
        compare = order_of(change.ecosystem).compare
        was, now = (max(versions, key=cmp_to_key(compare)) for versions in (change.old, change.new))
        order = compare(was, now)
    except PrillError:  # no such order, or no such version
        return Direction.CHANGED
    return {-1: Direction.UPGRADED, 1: Direction.DOWNGRADED}.get(order, Direction.CHANGED)
