"""Types that msgspec reads, worked out before several threads read them.

msgspec works out a type's fields when it first reads one, and keeps the unfinished answer at the class meanwhile. A
second thread that reads the type at that moment follows a null pointer, and the process dies without a word (seen with
msgspec 0.22). So whoever gives msgspec a type says `ready` of it; a decoder that a module makes when it is imported is
safe by itself.
"""

import threading
from typing import TypeVar

__all__ = ["ready"]

_Kind = TypeVar("_Kind")

_GUARD = threading.Lock()
_READY: set[object] = set()


def ready(kind: _Kind) -> _Kind:
    """Return ``kind`` itself, once one thread has worked it out; not to be called while a module is imported."""
    if kind not in _READY:
        import msgspec  # noqa: PLC0415 - start-up stays lazy

        with _GUARD:
            msgspec.msgpack.Decoder(kind)
            _READY.add(kind)
    return kind
