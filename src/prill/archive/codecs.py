"""Compressed streams: recognise, unpack within bounds, pack to the same bytes everywhere.

Layers are written with libdeflate or zstd, whose output does not depend on the CPU. ISA-L reads gzip fastest, but
would write other bytes on another CPU; it never writes here. A library is imported when its codec is met.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from prill.archive.bodies import TruncatedArchive
from prill.archive.bounds import DEFAULT_LIMITS, Limits, OutputTooLarge, RatioExceeded, TooManyEntries
from prill.archive.codec import Codec
from prill.errors import PrillError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = [
    "Codec",
    "CorruptStream",
    "Readable",
    "UnwritableCodec",
    "codec_identity",
    "compress",
    "decode",
    "open_decoded",
    "sniff",
    "unpack_pieces",
]

_CHUNK = 1 << 20
_PIECE = 256 << 10
"""How much is unpacked at once: what stays near the processor while it is hashed and looked at."""
_FIRST_INPUT = 4096
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 9


_MAGIC = (
    (b"\x1f\x8b\x08", Codec.GZIP),
    (b"\x28\xb5\x2f\xfd", Codec.ZSTD),
    (b"\xfd7zXZ\0", Codec.XZ),
    (b"BZh", Codec.BZIP2),
)
# Zero bytes may pad a gzip file to a block and do pad xz streams to four bytes (xz-file-format, section 2.2).
_ZERO_PADDED = frozenset({Codec.GZIP, Codec.XZ})


class CorruptStream(PrillError):
    """A compressed stream is damaged, or goes on with something else."""


class UnwritableCodec(PrillError):
    """A codec is only read here, or does not have the level asked for."""


class Readable(Protocol):
    """What packed bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes | memoryview, max_length: int = -1, /) -> bytes: ...


def sniff(first: bytes) -> Codec:
    """Return the codec whose magic number ``first`` begins with; 13 bytes are enough. No magic number is ``NONE``."""
    for magic, codec in _MAGIC:
        if first.startswith(magic):
            return codec
    # LZMA has no magic number: properties 0x5d, a dictionary size that is not zero, and an unpacked size that is
    # unknown (all ones) or below 2**40.
    dictionary, size = first[1:5], first[5:13]
    lzma_size = size == b"\xff" * 8 or size[5:] == b"\0\0\0"
    return Codec.LZMA if first[:3] == b"\x5d\0\0" and dictionary != bytes(4) and lzma_size else Codec.NONE


def open_decoded(stream: BinaryIO, codec: Codec, *, limits: Limits = DEFAULT_LIMITS) -> BinaryIO:
    """Return a stream of what ``stream`` holds unpacked.

    Reading it raises `CorruptStream`, `TruncatedArchive`, `OutputTooLarge` or `RatioExceeded`, as soon as it is seen.
    """
    return io.BufferedReader(_Decoded(unpack_pieces(stream, codec, limits)), _CHUNK)


def decode(data: bytes, codec: Codec, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Unpack a whole buffer; raise as `open_decoded` does."""
    unpacked = io.BytesIO()  # grows in place; pieces joined at the end would need the memory twice
    for piece in unpack_pieces(io.BytesIO(data), codec, limits):
        unpacked.write(piece)
    return unpacked.getvalue()


def compress(data: bytes | memoryview, codec: Codec, level: int | None = None) -> bytes:
    """Pack ``data`` as one gzip member or zstd frame; concatenated outputs are one valid stream.

    The same bytes come out on every CPU: one thread, fixed parameters, no time and no name in gzip's header.
    Raise `UnwritableCodec` for a codec that is only read, or a level it does not have.
    """
    level = _level(codec, level)
    if codec is Codec.GZIP:
        import deflate  # noqa: PLC0415 - only who writes needs it

        return bytes(deflate.gzip_compress(data, level))
    if codec is Codec.ZSTD:
        from prill.archive.zstandard import zstd  # noqa: PLC0415

        options: dict[int, int] = {
            zstd.CompressionParameter.compression_level: level,
            zstd.CompressionParameter.checksum_flag: 1,
        }
        return zstd.ZstdCompressor(options=options).compress(data, zstd.ZstdCompressor.FLUSH_FRAME)
    return bytes(data)


def codec_identity(codec: Codec, level: int | None = None) -> str:
    """Return what decides the bytes that `compress` writes, such as ``gzip/libdeflate-0.9.0/6``."""
    level = _level(codec, level)
    if codec is Codec.GZIP:
        import deflate  # noqa: PLC0415 - only who writes needs it

        return f"{codec}/libdeflate-{deflate.__version__}/{level}"
    if codec is Codec.ZSTD:
        from prill.archive.zstandard import zstd  # noqa: PLC0415

        return f"{codec}/libzstd-{zstd.zstd_version}/{level}"
    return str(codec)


def _level(codec: Codec, level: int | None) -> int:
    known = {Codec.NONE: (0, 0, 0), Codec.GZIP: (0, _GZIP_LEVEL, 12), Codec.ZSTD: (1, _ZSTD_LEVEL, 19)}
    if codec not in known:
        raise UnwritableCodec(f"{codec.value!r} is only read", hint=f"write one of: {', '.join(known)}")
    lowest, default, highest = known[codec]
    if level is not None and not lowest <= level <= highest:
        raise UnwritableCodec(f"{codec.value} has no level {level!r}", hint=f"levels are {lowest} to {highest}")
    return default if level is None else level


class _Decoded(io.RawIOBase):
    """A raw stream over the pieces of a decompression; an error stays, so that nobody takes it for the end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")
        self._error: PrillError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        if self._error:
            raise self._error
        if not self._rest:
            try:
                self._rest = memoryview(next(self._pieces, b""))
            except PrillError as error:
                self._error = error
                raise
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class _Source:
    """The packed bytes, handed out in pieces; what a member did not use is taken back for the next one."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._chunk = memoryview(b"")
        self._at = 0
        self.consumed = 0

    def take(self, size: int) -> memoryview:
        if self._at == len(self._chunk):
            self._chunk, self._at = memoryview(self._stream.read(_CHUNK)), 0
        piece = self._chunk[self._at : self._at + size]
        self._at += len(piece)
        self.consumed += len(piece)
        return piece

    def give_back(self, size: int) -> None:
        self._at -= size
        self.consumed -= size


def unpack_pieces(stream: Readable, codec: Codec, limits: Limits) -> Iterator[bytes]:
    """Yield unpacked bytes, little at once and never more than the limits allow; raise as `open_decoded`'s stream."""
    source = _Source(stream)
    total = 0
    for data in _pieces(source, codec, limits):
        total += len(data)
        if total > limits.max_total_size:
            raise OutputTooLarge(f"the {codec} stream unpacks to more than {limits.max_total_size} bytes")
        if total > limits.ratio_floor and total > source.consumed * limits.max_ratio:
            raise RatioExceeded(
                f"{source.consumed} bytes of {codec} unpack to {total} and more, over {limits.max_ratio} times as much"
            )
        yield data


def _pieces(source: _Source, codec: Codec, limits: Limits) -> Iterator[bytes]:
    """Unpack one gzip member, zstd frame or xz stream after the other."""
    if codec is Codec.NONE:
        while plain := source.take(_CHUNK):
            yield bytes(plain)
        return
    members = 0
    while data := source.take(_FIRST_INPUT):
        if members and codec in _ZERO_PADDED:
            data = memoryview(bytes(data).lstrip(b"\0"))
            if not data:
                continue
        members += 1
        if members > limits.max_entries:
            raise TooManyEntries(f"more than {limits.max_entries} {codec} members in one stream")
        yield from _member(source, data, codec, limits)
    if not members:
        raise TruncatedArchive(f"an empty stream is not {codec}")


def _member(source: _Source, data: memoryview, codec: Codec, limits: Limits) -> Iterator[bytes]:
    """Unpack one member, which begins with ``data``.

    Pieces of input grow from small to large, so that what is given back at a member's end stays in proportion to it.
    """
    size = _FIRST_INPUT
    decoder, failure = _decoder(codec, limits)
    while True:
        try:
            unpacked = decoder.decompress(data, _PIECE)
        except (failure, OSError, ValueError, EOFError) as error:
            raise CorruptStream(f"not valid {codec}, within the first {source.consumed} bytes: {error}") from error
        if unpacked:
            yield unpacked
        if decoder.eof:
            source.give_back(len(decoder.unused_data))
            return
        data = memoryview(b"")
        if decoder.needs_input:
            size = min(size * 2, _PIECE)
            data = source.take(size)
            if not data:
                raise TruncatedArchive(f"the {codec} stream ends too early, after {source.consumed} bytes")


def _decoder(codec: Codec, limits: Limits) -> tuple[_Decoder, type[Exception]]:
    """Return what unpacks one member, and the error that its library alone has for what is damaged."""
    match codec:
        case Codec.GZIP:
            from isal import igzip_lib  # noqa: PLC0415 - an image has one codec, or two

            failure = cast("type[Exception]", igzip_lib.IsalError)  # its stub says it is an instance
            return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP), failure
        case Codec.ZSTD:
            from prill.archive.zstandard import zstd  # noqa: PLC0415

            window = min(max(limits.max_memory.bit_length() - 1, 10), 31)
            options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: window}
            return zstd.ZstdDecompressor(options=options), zstd.ZstdError
        case Codec.XZ | Codec.LZMA:
            import lzma  # noqa: PLC0415

            form = lzma.FORMAT_XZ if codec is Codec.XZ else lzma.FORMAT_ALONE
            return lzma.LZMADecompressor(form, limits.max_memory), lzma.LZMAError
        case _:
            import bz2  # noqa: PLC0415

            return bz2.BZ2Decompressor(), OSError
