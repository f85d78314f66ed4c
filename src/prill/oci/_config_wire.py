"""The JSON of image configs (OCI image-spec 1.1, config.md), as it is spelled there.

Fields stand in the specification's order and are written in it; maps are written sorted by key; nothing is indented.
What other programs add is ignored on reading: it stays in the bytes that were parsed.
"""

from typing import Annotated, TypeVar

from prill.model.structs import msgspec
from prill.model.typed_json import ready
from prill.oci._wire import MAX_DOCUMENT_BYTES, DocumentTooLarge, InvalidDocument

__all__ = ["ConfigJson", "ContainerJson", "HistoryJson", "RootfsJson", "decode", "encode"]

_Strings = Annotated[tuple[str, ...], msgspec.Meta(max_length=10_000)]
_Map = Annotated[dict[str, str], msgspec.Meta(max_length=10_000)]
_Keys = Annotated[dict[str, dict[str, str]], msgspec.Meta(max_length=10_000)]


class ContainerJson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="pascal"):
    """What a container starts with; keys in capitals, as Docker once wrote them (config.md, "Properties")."""

    user: str = ""
    exposed_ports: _Keys | None = None
    env: _Strings | None = None
    entrypoint: _Strings | None = None
    cmd: _Strings | None = None
    volumes: _Keys | None = None
    working_dir: str = ""
    labels: _Map | None = None
    stop_signal: str = ""


class HistoryJson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    created: str | None = None
    created_by: str = ""
    author: str = ""
    comment: str = ""
    empty_layer: bool = False


class RootfsJson(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    diff_ids: _Strings


class ConfigJson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    created: str | None = None
    author: str = ""
    architecture: str
    os: str
    variant: str = ""
    config: ContainerJson | None = None
    rootfs: RootfsJson
    history: Annotated[tuple[HistoryJson, ...], msgspec.Meta(max_length=10_000)] | None = None


_Document = TypeVar("_Document")


def decode(data: bytes, kind: type[_Document], what: str) -> _Document:
    """Read ``data`` as ``kind``; raise `DocumentTooLarge` or `InvalidDocument`, which name ``what`` was read."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(f"{what} has {len(data)} bytes, more than {MAX_DOCUMENT_BYTES}")
    try:
        return msgspec.json.decode(data, type=ready(kind))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidDocument(f"this is no {what}: {error}; it begins with {data[:40]!r}") from error


def encode(document: msgspec.Struct) -> bytes:
    """Write a document: compact UTF-8, fields in the specification's order, maps sorted by key."""
    return msgspec.json.encode(document, order="deterministic")
