"""What the merge decides about an entry: it is in the image, or it is left out; and why."""

from prill.build.listing import Listed
from prill.model.value import dataclass

__all__ = ["Dropped", "Placed"]


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry that is in the image: ``owner`` brought it; ``rule`` says why it is there and as it is."""

    entry: Listed
    owner: str
    rule: str = "package"


@dataclass(frozen=True, slots=True, order=True)
class Dropped:
    """An entry that a package has and the image has not, and the rule that removed it."""

    path: str
    owner: str
    rule: str
