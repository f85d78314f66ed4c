"""Which value of a spec an error is about: remembered where both are known, placed once somebody has to read it."""

from collections.abc import Iterator
from contextlib import contextmanager

from prill.errors import PrillError

__all__ = ["subject"]


@contextmanager
def subject(value: object) -> Iterator[None]:
    """Make ``value`` the subject of an error that is raised within and has none."""
    try:
        yield
    except PrillError as error:
        if error.subject is None:
            error.subject = value
        raise
