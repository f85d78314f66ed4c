"""What a fact's module has: a question with an ID, and a function that answers it."""

from collections.abc import Callable, Iterable

from prill.inspection.inspected import Inspected
from prill.model.facts import Fact
from prill.model.value import dataclass

__all__ = ["FactPlugin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPlugin:
    """One question; one that only an image with a config can answer, ``of_images``, is not asked of a folder.

    ``find`` returns facts in a stated order, none where there is nothing of the kind, and raises a `PrillError` where
    it cannot know.
    """

    id: str
    of_images: bool = False
    find: Callable[[Inspected], Iterable[Fact]]
