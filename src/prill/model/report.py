"""What a report must not leave out."""

from dataclasses import dataclass

__all__ = ["Gap"]


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something that was skipped, failed or is not known, and why."""

    subject: str
    reason: str
