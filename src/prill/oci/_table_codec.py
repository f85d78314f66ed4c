"""Entry tables, layer indexes and merged trees as bytes, for the cache alone."""

import sys
from array import array
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from prill.archive.zstandard import zstd
from prill.model import Gap
from prill.oci.entries import EntryTable
from prill.oci.layer_index import LayerIndex
from prill.oci.merged_tree import MergedTree

__all__ = ["FORMAT", "BadCacheEntry", "decode_index", "decode_merged", "encode_index", "encode_merged"]

FORMAT = f"3 {sys.byteorder}"
"""Counts up whenever what is written here, or how a layer is read, changes."""
_LEVEL = 1
_SEPARATOR = "\0"  # no path has one
_NUMBERS = ("modes", "uids", "gids", "sizes", "mtimes", "offsets")
Stored = TypeVar("Stored")


class BadCacheEntry(ValueError):
    """Bytes are no such document."""


class _Index(msgspec.Struct, array_like=True):
    paths: bytes
    kinds: bytes
    columns: dict[str, bytes]
    links: dict[int, bytes]
    devices: dict[int, tuple[int, int]]
    xattrs: dict[int, list[tuple[bytes, bytes]]]
    texts: dict[int, bytes]
    gaps: list[tuple[bytes, bytes]]
    size: int


class _Merged(msgspec.Struct, array_like=True):
    handles: bytes
    layers: bytes
    firsts: dict[int, int]
    moved: dict[int, bytes]
    gaps: list[tuple[bytes, bytes]]


_INDEX = msgspec.msgpack.Decoder(_Index)
_MERGED = msgspec.msgpack.Decoder(_Merged)


def encode_index(index: LayerIndex) -> bytes:
    """Write what is in a layer that was read to its end."""
    table = index.table
    return _pack(
        _Index(
            paths=_bytes(_SEPARATOR.join(table.paths)),
            kinds=bytes(table.kinds),
            columns={name: getattr(table, name).tobytes() for name in _NUMBERS},
            links={number: _bytes(link) for number, link in table.links.items()},
            devices=table.devices,
            xattrs={number: [(_bytes(name), data) for name, data in all_] for number, all_ in table.xattrs.items()},
            texts=index.texts,
            gaps=_gaps_out(index.gaps),
            size=index.size,
        )
    )


def decode_index(data: bytes) -> LayerIndex:
    """Read what `encode_index` wrote; raise `BadCacheEntry`."""
    stored = _unpack(data, _INDEX)
    paths = _text(stored.paths).split(_SEPARATOR) if stored.kinds else []
    table = EntryTable(
        paths=paths,
        kinds=bytearray(stored.kinds),
        links={number: _text(link) for number, link in stored.links.items()},
        devices=stored.devices,
        xattrs={number: tuple((_text(name), data) for name, data in all_) for number, all_ in stored.xattrs.items()},
    )
    for name in _NUMBERS:
        column: array[int] = getattr(table, name)
        column.frombytes(stored.columns.get(name, b""))
        if not len(column) == len(paths) == len(table.kinds):
            raise BadCacheEntry(f"{len(column)} {name} for {len(paths)} paths")
    return LayerIndex(table=table, texts=stored.texts, gaps=_gaps_in(stored.gaps), size=stored.size)


def encode_merged(tree: MergedTree, gaps: Sequence[Gap]) -> bytes:
    """Write a merged tree, without the tables of its layers."""
    return _pack(
        _Merged(
            handles=tree.handles.tobytes(),
            layers=tree.layers.tobytes(),
            firsts=tree.firsts,
            moved={row: _bytes(path) for row, path in tree.moved.items()},
            gaps=_gaps_out(gaps),
        )
    )


def decode_merged(data: bytes, tables: Sequence[EntryTable]) -> tuple[MergedTree, tuple[Gap, ...]]:
    """Read what `encode_merged` wrote, over the same tables; raise `BadCacheEntry`."""
    stored = _unpack(data, _MERGED)
    handles, layers = array("q", stored.handles), array("I", stored.layers)
    moved = {row: _text(path) for row, path in stored.moved.items()}
    try:
        tree = MergedTree(tables, handles, layers, stored.firsts, moved)
    except (IndexError, KeyError) as error:
        raise BadCacheEntry("a tree of other layers") from error
    return tree, _gaps_in(stored.gaps)


def _pack(stored: msgspec.Struct) -> bytes:
    return zstd.compress(msgspec.msgpack.encode(stored), _LEVEL)


def _unpack(data: bytes, decoder: msgspec.msgpack.Decoder[Stored]) -> Stored:
    try:
        return decoder.decode(zstd.decompress(data))
    except (zstd.ZstdError, msgspec.MsgspecError) as error:
        raise BadCacheEntry(str(error)) from error


def _gaps_out(gaps: Sequence[Gap]) -> list[tuple[bytes, bytes]]:
    return [(_bytes(gap.subject), _bytes(gap.reason)) for gap in gaps]


def _gaps_in(gaps: list[tuple[bytes, bytes]]) -> tuple[Gap, ...]:
    return tuple(Gap(_text(subject), _text(reason)) for subject, reason in gaps)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
