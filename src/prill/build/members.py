"""A package's part of a layer: a run of tar entries, compressed on its own and cached.

Compressed members laid end to end are one valid gzip or zstd stream (RFC 1952, 2.2; RFC 8878, 3.1), so a layer is its
members' concatenation, and a rebuild compresses only what changed. A large member is cut into several such runs itself,
at fixed sizes, so that threads share the work and the bytes do not depend on how many there are. A member's key is a
digest over everything that decides its bytes: the package, each entry as it was decided, the metadata files, the codec.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

import msgspec

from prill._io.cache import ContentCache
from prill.archive.codecs import Codec, codec_identity, compress, decode
from prill.archive.tar_writer import entry_header, padding
from prill.build.listing import Listed
from prill.model import FileKind
from prill.model.value import dataclass

__all__ = ["MEMBER_VERSION", "Member", "MemberStore", "entry_tar", "layer_codec", "member_key"]

MEMBER_VERSION = 1
_KIND = "member"
_PIECES = {Codec.GZIP: 1 << 20, Codec.ZSTD: 4 << 20}
"""Bytes that are compressed on their own: with fewer zstd loses more than a hundredth, gzip a thousandth."""


def layer_codec(codec: Codec) -> str:
    """Return what decides how a layer is compressed, such as ``gzip/libdeflate-0.9.0/6/1MiB``."""
    return f"{codec_identity(codec)}/{_PIECES[codec] >> 20}MiB" if codec in _PIECES else codec_identity(codec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What goes into one member.

    ``identity`` is the digest of what the content comes from (a .deb's SHA-256); ``entries`` are in the order they are
    written; ``extra`` are small files made for this package (its metadata), as ``(entry, content)``; ``content``
    returns the unpacked data into which the entries' offsets point, and is called only when the cache has no answer.
    """

    owner: str
    identity: str
    entries: Sequence[Listed]
    extra: Sequence[tuple[Listed, bytes]]
    content: Callable[[], memoryview]


def member_key(member: Member, codec: Codec) -> str:
    """Digest what decides the member's bytes, as hexadecimal."""
    seen = msgspec.msgpack.encode(
        (
            MEMBER_VERSION,
            layer_codec(codec),
            member.identity,
            member.entries,
            [(entry, hashlib.sha256(content).digest()) for entry, content in member.extra],
        )
    )
    return hashlib.sha256(seen).hexdigest()


def entry_tar(entry: Listed, content: bytes | memoryview = b"") -> bytes:
    """Return one entry as tar blocks, its content included."""
    return b"".join((entry_header(entry.stat()), content, padding(len(content))))


def _pieces(plain: bytes, codec: Codec) -> list[memoryview]:
    size = _PIECES.get(codec, len(plain)) or 1
    view = memoryview(plain)
    return [view[start : start + size] for start in range(0, len(plain), size)] or [view]


def _member_tar(member: Member) -> bytes:
    data = member.content()
    blocks: list[bytes | memoryview] = []
    for entry in member.entries:
        blocks.append(entry_header(entry.stat()))
        if entry.kind is FileKind.FILE and entry.size:
            blocks.append(data[entry.offset : entry.offset + entry.size])
            blocks.append(padding(entry.size))
    for entry, content in member.extra:
        blocks.append(entry_tar(entry, content))
    return b"".join(blocks)


class MemberStore:
    """Compressed members, from the cache where they are and made where they are not. Safe to use from threads.

    Use it in a ``with`` block, or `close` it: it has threads of its own.
    """

    def __init__(self, cache: ContentCache | None, codec: Codec, *, threads: int = 2) -> None:
        """Keep members of ``codec`` in ``cache``; with None nothing is read or kept."""
        self._cache = cache
        self._codec = codec
        self._pool = ThreadPoolExecutor(max_workers=threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def compressed(self, member: Member, key: str) -> tuple[bytes, bytes | None]:
        """Return the member compressed and, where it had to be made, its tar blocks too."""
        if self._cache is not None and (found := self._cache.derived(_KIND, key)) is not None:
            return found, None
        plain = _member_tar(member)
        packed = b"".join(self._pool.map(partial(compress, codec=self._codec), _pieces(plain, self._codec)))
        if self._cache is not None:
            self._cache.put_derived(_KIND, key, packed)
        return packed, plain

    def unpacked(self, packed: bytes) -> bytes:
        """Return the tar blocks of a compressed member."""
        return decode(packed, self._codec)
