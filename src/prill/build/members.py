"""A package's part of a layer: a run of tar entries, compressed on its own and cached.

Compressed members laid end to end are one valid gzip or zstd stream (RFC 1952, 2.2; RFC 8878, 3.1), so a layer is its
members' concatenation, and a rebuild compresses only what changed. A member's key is a digest over everything that
decides its bytes: the package, each entry as it was decided, the metadata files and the codec.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from prill._io.cache import ContentCache
from prill.archive.codecs import Codec, codec_identity, compress, decode
from prill.archive.tar_writer import entry_header, padding
from prill.build.listing import Listed
from prill.model import FileKind

__all__ = ["MEMBER_VERSION", "Member", "MemberStore", "entry_tar", "member_key"]

MEMBER_VERSION = 1
_KIND = "member"


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
            codec_identity(codec),
            member.identity,
            member.entries,
            [(entry, hashlib.sha256(content).digest()) for entry, content in member.extra],
        )
    )
    return hashlib.sha256(seen).hexdigest()


def entry_tar(entry: Listed, content: bytes | memoryview = b"") -> bytes:
    """Return one entry as tar blocks, its content included."""
    return b"".join((entry_header(entry.stat()), content, padding(len(content))))


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
    """Compressed members, from the cache where they are and made where they are not. Safe to use from threads."""

    def __init__(self, cache: ContentCache | None, codec: Codec) -> None:
        """Keep members of ``codec`` in ``cache``; with None nothing is read or kept."""
        self._cache = cache
        self._codec = codec

    def compressed(self, member: Member, key: str) -> tuple[bytes, bytes | None]:
        """Return the member compressed and, where it had to be made, its tar blocks too."""
        if self._cache is not None and (found := self._cache.derived(_KIND, key)) is not None:
            return found, None
        plain = _member_tar(member)
        packed = compress(plain, self._codec)
        if self._cache is not None:
            self._cache.put_derived(_KIND, key, packed)
        return packed, plain

    def unpacked(self, packed: bytes) -> bytes:
        """Return the tar blocks of a compressed member."""
        return decode(packed, self._codec)
