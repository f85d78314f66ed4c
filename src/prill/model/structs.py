"""msgspec, imported in half the time.

It takes one function of ``typing_extensions`` where that is installed, and ``typing``'s own where it is not; both do
the same since Python 3.11. The former costs the import of ``inspect`` and of the readers of source and byte code, which
is a twentieth of what listing a small image takes. So it is not found while msgspec is imported, unless somebody has it
already, or there are other threads, which might look for it at that moment.

Whoever is the first of a command to need msgspec has it from here.
"""

import sys

_HIDDEN = "typing_extensions"

if _HIDDEN in sys.modules or "msgspec" in sys.modules or len(sys._current_frames()) > 1:  # noqa: SLF001 - its only way
    import msgspec
else:
    sys.modules[_HIDDEN] = None  # type: ignore[assignment]  # which says that there is no such module
    try:
        import msgspec
    finally:
        del sys.modules[_HIDDEN]

__all__ = ["msgspec"]
