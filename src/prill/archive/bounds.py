"""How much of an archive anyone is willing to read.

Every reader of this room takes a `Limits`. Its defaults let Debian's packages pass, up to debug symbols of more than
4 GiB, and stop a bomb early. What is over a bound raises the error that is named after it.
"""

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = [
    "DEFAULT_LIMITS",
    "BoundExceeded",
    "FileTooLarge",
    "Limits",
    "MetadataTooLarge",
    "NameTooLong",
    "OutputTooLarge",
    "RatioExceeded",
    "TooDeep",
    "TooManyEntries",
]


class BoundExceeded(PrillError):
    """An archive is larger, deeper or denser than the reader's `Limits` allow."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="such archives are refused as hostile; raise the limit only for input you trust")


class TooManyEntries(BoundExceeded):
    """An archive has more members than allowed."""


class NameTooLong(BoundExceeded):
    """A member's path or link target is longer than allowed."""


class TooDeep(BoundExceeded):
    """A member's path has more parts than allowed."""


class FileTooLarge(BoundExceeded):
    """One member is larger than allowed."""


class MetadataTooLarge(BoundExceeded):
    """A member's extended header, or a table of names, is larger than allowed."""


class OutputTooLarge(BoundExceeded):
    """An archive, or a stream while it is decompressed, is larger in all than allowed."""


class RatioExceeded(BoundExceeded):
    """A stream grows more while it is decompressed than anything honest does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds for one archive.

    - ``max_entries``: members, and extended headers, of an archive; compressed streams joined into one.
    - ``max_name_bytes``: a path or link target; Linux's ``PATH_MAX``.
    - ``max_depth``: parts of a path.
    - ``max_file_size``: one member.
    - ``max_total_size``: all members of an archive, or the output of one decompression.
    - ``max_metadata_size``: one extended header or table of names.
    - ``max_ratio``: output to input while decompressing. Zeros reach 1,032 in gzip and 7,000 in xz; of the 63,314
      packages of Debian 12 (amd64) one reaches 244, and none that unpacks to more than 256 MiB reaches 107.
    - ``ratio_floor``: output up to this size has no ratio, as a small file of zeros is no bomb.
    - ``max_memory``: what an xz or zstd stream may ask for as its dictionary or window; ``xz -9`` asks for 65 MiB.
    """

    max_entries: int = 500_000
    max_name_bytes: int = 4096
    max_depth: int = 128
    max_file_size: int = 2 << 30
    max_total_size: int = 4 << 30
    max_metadata_size: int = 1 << 20
    max_ratio: int = 512
    ratio_floor: int = 256 << 20
    max_memory: int = 256 << 20


DEFAULT_LIMITS = Limits()
"""What every reader applies unless told otherwise."""
