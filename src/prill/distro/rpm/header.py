"""An rpm header as the database holds it: an index of tags and the data they point into (rpm.org, "Package Format V4").

1. Two big-endian numbers: how many index entries follow, and how many bytes of data.
2. Each entry has a tag, a type, an offset into the data, and a count.
"""

import struct
from collections.abc import Mapping
from itertools import islice

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["InvalidRpmHeader", "RpmRecord", "parse_header"]

_ENTRY = struct.Struct(">iIiI")
_MAX_ENTRIES = 4096
_MAX_DATA = 256 << 20
_MAX_ITEMS = 1_000_000
_MAX_TEXT = 64 << 10
_INT16, _INT32, _STRING, _BINARY, _STRINGS, _I18N = 3, 4, 6, 7, 8, 9

_NAME, _VERSION, _RELEASE, _EPOCH, _SUMMARY = 1000, 1001, 1002, 1003, 1004
_VENDOR, _LICENSE, _URL, _ARCH, _SOURCERPM = 1011, 1014, 1020, 1022, 1044
_PROVIDES, _REQUIRES, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES = 1047, 1049, 1116, 1117, 1118
_MODULARITY = 5096
_WANTED = frozenset(
    {
        _NAME,
        _VERSION,
        _RELEASE,
        _EPOCH,
        _SUMMARY,
        _VENDOR,
        _LICENSE,
        _URL,
        _ARCH,
        _SOURCERPM,
        _PROVIDES,
        _REQUIRES,
        _DIR_INDEXES,
        _BASE_NAMES,
        _DIR_NAMES,
        _MODULARITY,
    }
)
_Value = tuple[str, ...] | tuple[int, ...]


class InvalidRpmHeader(PrillError):
    """Bytes that should have been a package's header in rpm's database are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RpmRecord:
    """One installed package; ``paths`` are its files from the root, ``epoch`` None where it has none."""

    name: str
    version: str
    release: str
    epoch: int | None = None
    architecture: str = ""
    source_rpm: str = ""
    license: str = ""
    vendor: str = ""
    homepage: str = ""
    summary: str = ""
    modularity: str = ""
    provides: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def parse_header(data: bytes) -> RpmRecord:
    """Read one header; raise `InvalidRpmHeader`."""
    if len(data) < 8:  # noqa: PLR2004 - the two numbers
        raise InvalidRpmHeader(f"an rpm header of {len(data)} bytes")
    count, size = struct.unpack_from(">II", data)  # 1
    start = 8 + count * _ENTRY.size
    if count > _MAX_ENTRIES or size > _MAX_DATA or start + size > len(data):
        raise InvalidRpmHeader(f"an rpm header claims {count} entries and {size} bytes; it has {len(data)}")
    body = memoryview(data)[start : start + size]
    tags: dict[int, _Value] = {}
    for at in range(8, start, _ENTRY.size):  # 2
        tag, kind, offset, items = _ENTRY.unpack_from(data, at)
        if tag in _WANTED:
            tags[tag] = _value(body, kind, offset, items)
    return _record(tags)


def _value(body: memoryview, kind: int, offset: int, items: int) -> _Value:
    if not 0 <= offset <= len(body) or items > _MAX_ITEMS:
        raise InvalidRpmHeader(f"an rpm header points to {offset} of {len(body)} bytes, for {items} items")
    if kind in (_INT16, _INT32):
        width = 2 if kind == _INT16 else 4
        if offset + width * items > len(body):
            raise InvalidRpmHeader(f"an rpm header claims {items} numbers at {offset} of {len(body)} bytes")
        return struct.unpack_from(f">{items}{'H' if width == 2 else 'I'}", body, offset)  # noqa: PLR2004
    if kind in (_STRING, _STRINGS, _I18N):
        return _texts(bytes(body[offset:]) if items > 1 else bytes(body[offset : offset + _MAX_TEXT]), items)
    return ()


def _texts(data: bytes, items: int) -> tuple[str, ...]:
    found = [part.decode("utf-8", "surrogateescape") for part in islice(data.split(b"\0", items), items)]
    if len(found) < items:
        raise InvalidRpmHeader(f"an rpm header claims {items} texts where {len(found)} are")
    return tuple(found)


def _record(tags: Mapping[int, _Value]) -> RpmRecord:
    def text(tag: int) -> str:
        value = tags.get(tag, ())
        return value[0] if value and isinstance(value[0], str) else ""

    def texts(tag: int) -> tuple[str, ...]:
        return tuple(one for one in tags.get(tag, ()) if isinstance(one, str))

    if not text(_NAME) or not text(_VERSION):
        raise InvalidRpmHeader(f"an rpm header names the package {text(_NAME)[:80]!r} {text(_VERSION)[:80]!r}")
    epoch = tags.get(_EPOCH, ())
    return RpmRecord(
        name=text(_NAME),
        version=text(_VERSION),
        release=text(_RELEASE),
        epoch=epoch[0] if epoch and isinstance(epoch[0], int) else None,
        architecture=text(_ARCH),
        source_rpm=text(_SOURCERPM),
        license=text(_LICENSE),
        vendor=text(_VENDOR),
        homepage=text(_URL),
        summary=text(_SUMMARY),
        modularity=text(_MODULARITY),
        provides=tuple(sorted(set(texts(_PROVIDES)))),
        requires=tuple(sorted({one for one in texts(_REQUIRES) if not one.startswith("rpmlib(")})),
        paths=_paths(texts(_DIR_NAMES), tags.get(_DIR_INDEXES, ()), texts(_BASE_NAMES)),
    )


def _paths(folders: tuple[str, ...], indexes: _Value, names: tuple[str, ...]) -> tuple[str, ...]:
    """Join what rpm keeps apart: each file's name and the number of its folder."""
    return tuple(
        f"{folders[index]}{name}".strip("/")
        for index, name in zip(indexes, names, strict=False)
        if isinstance(index, int) and index < len(folders)
    )
