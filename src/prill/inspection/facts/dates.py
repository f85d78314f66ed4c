"""When the image says that it was made, and when its oldest and newest file were changed."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model.fact_values import Dates
from prill.model.facts import Fact
from prill.oci.config import rfc3339

__all__ = ["DATES"]

_LAST = 253_402_300_799  # the end of the year 9999


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield one fact; files of 1970 have no date, and are left out."""
    dated = [stat for stat in image.files if 0 < stat.mtime <= _LAST]
    oldest = min(dated, key=lambda stat: (stat.mtime, stat.path), default=None)
    newest = max(dated, key=lambda stat: (stat.mtime, stat.path), default=None)
    value = Dates(
        created=image.config.created if image.config else "",
        oldest_file=rfc3339(oldest.mtime) if oldest else "",
        newest_file=rfc3339(newest.mtime) if newest else "",
    )
    places = [stat.path for stat in (oldest, newest) if stat is not None]
    yield Fact(id="dates", value=value, evidence=tuple(image.at(path) for path in places))


DATES = FactPlugin(id="dates", find=_find)
