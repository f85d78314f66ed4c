"""JSON of a known shape, by msgspec, whose types are worked out before several threads read them.

msgspec works out a type's fields when it first reads one, and keeps the unfinished answer at the class meanwhile. A
second thread that reads the type at that moment follows a null pointer, and the process dies without a word (seen with
msgspec 0.22). So whoever gives msgspec a type says `ready` of it; a decoder that a module makes when it is imported is
safe by itself.
"""

import threading
from typing import TypeVar

from prill.errors import PrillError
from prill.model.structs import msgspec

__all__ = ["decode_json", "ready"]

_Kind = TypeVar("_Kind")
_Shape = TypeVar("_Shape")

_MARK = b"\xef\xbb\xbf"
_GUARD = threading.Lock()
_READY: set[object] = set()


def ready(kind: _Kind) -> _Kind:
    """Return ``kind`` itself, once one thread has worked it out; not to be called while a module is imported."""
    if kind not in _READY:
        with _GUARD:
            msgspec.msgpack.Decoder(kind)
            _READY.add(kind)
    return kind


def decode_json(data: bytes, shape: type[_Shape], error: type[PrillError], what: str) -> _Shape:
    """Read JSON as ``shape``, also behind a byte order mark, which RFC 8259 (8.1) lets a reader pass over.

    Raise ``error``, whose message begins with ``what``, for what is no such JSON, no UTF-8, or nested too deeply.
    """
    try:
        return msgspec.json.decode(data.removeprefix(_MARK), type=ready(shape))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as cause:
        raise error(f"{what}: {cause}") from cause
