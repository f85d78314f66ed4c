"""What lock files have in common: packages by name and one version, and what they name without one."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from prill.errors import PrillError
from prill.model.typed_json import ready
from prill.model.value import dataclass

__all__ = ["InvalidLockFile", "LockFile", "Locked", "decode_toml", "reached", "text_of"]

T = TypeVar("T")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class InvalidLockFile(PrillError):
    """A lock file cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One package as a lock file names it; ``digest`` is ``ALGORITHM:HEX``, ``requires`` are names.

    ``qualifiers`` are what its type of purl wants besides, as pairs.
    """

    name: str
    version: str
    digest: str = ""
    licenses: str = ""
    requires: tuple[str, ...] = ()
    qualifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFile:
    """What one file locks; ``unclear`` are names of what it wants, but of no one version.

    ``includes`` are the paths, from its folder, of files that say the rest.
    """

    packages: tuple[Locked, ...] = ()
    unclear: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()


def text_of(data: bytes, what: str) -> str:
    """Decode a file of UTF-8, or of UTF-16 as PowerShell writes it; raise `InvalidLockFile` for what is neither."""
    try:
        return data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidLockFile(f"{what} is not UTF-8: {error}") from error


def decode_toml(data: bytes, shape: type[T], what: str) -> T:
    """Read TOML of a shape; raise `InvalidLockFile`."""
    import tomllib  # noqa: PLC0415 - only where there is such a file

    try:
        read: dict[str, Any] = tomllib.loads(text_of(data, what))
        return msgspec.convert(read, ready(shape))
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise InvalidLockFile(f"not a {what}: {error}") from error


def reached(start: Iterable[str], needs: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what one comes to from ``start``, which is included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += needs.get(key, ())
    return found
