"""When the image says that it was made, and when its oldest and newest file were changed."""

from collections.abc import Iterator
from datetime import UTC, datetime

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model.fact_values import Dates
from prill.model.facts import Fact

__all__ = ["DATES"]

_LAST = 253_402_300_799  # the end of the year 9999


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield one fact; files of 1970 have no date, and are left out."""
    dated = [stat for stat in image.files if 0 < stat.mtime <= _LAST]
    oldest = min(dated, key=lambda stat: (stat.mtime, stat.path), default=None)
    newest = max(dated, key=lambda stat: (stat.mtime, stat.path), default=None)
    value = Dates(
        created=image.config.created if image.config else "",
        oldest_file=_time(oldest.mtime) if oldest else "",
        newest_file=_time(newest.mtime) if newest else "",
    )
    places = [stat.path for stat in (oldest, newest) if stat is not None]
    yield Fact(id="dates", value=value, evidence=tuple(image.at(path) for path in places))


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


DATES = FactPlugin(id="dates", find=_find)
