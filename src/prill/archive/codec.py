"""The names of compressions, for who only names them: `prill.archive.codecs` brings the libraries along."""

from enum import StrEnum

__all__ = ["Codec"]


class Codec(StrEnum):
    """How a stream is compressed. ``LZMA`` is the format before xz, as Debian used until 2013."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
    XZ = "xz"
    BZIP2 = "bzip2"
    LZMA = "lzma"
