"""Images side by side: a column an image, a row a fact, and what distinguishes each from the first."""

from prill.model.advisory import AdvisorySource
from prill.model.image_diff import ImageDiff
from prill.model.report import Gap
from prill.model.sbom import Subject
from prill.model.value import dataclass

__all__ = ["Comparison", "Figure", "Row", "VulnerabilityDelta"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one image has in one row: a ``text`` for people, and a ``number`` where it is one.

    ``unknown`` says that nobody knows, which is not the same as none.
    """

    text: str
    number: int | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fact of all images, in their order. ``source`` says where it comes from, and as of when.

    ``size`` rows are in bytes; with ``less_is_better`` a smaller number is the better one.
    """

    id: str
    title: str
    figures: tuple[Figure, ...]
    source: str
    size: bool = False
    less_is_better: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VulnerabilityDelta:
    """What distinguishes an image from the first: ids of vulnerabilities that are gone, or new; and all else.

    Of those in ``unknown`` the first image has, and it is not known whether this one has them too; of those in
    ``unknown_before`` it is the other way round. All are in the order of risk.
    """

    gone: tuple[str, ...]
    new: tuple[str, ...]
    same: int
    diff: ImageDiff
    unknown: tuple[str, ...] = ()
    unknown_before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """``deltas`` are of all images but the first, which is what they are compared with."""

    images: tuple[Subject, ...]
    rows: tuple[Row, ...]
    deltas: tuple[VulnerabilityDelta, ...]
    sources: tuple[AdvisorySource, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    created: int = 0
