"""Bytes that are checked while they pass: a length and a digest, against what was promised."""

from prill.errors import PrillError
from prill.model import Digest
from prill.model.hashes import hasher

__all__ = ["DigestMismatch", "SizeMismatch", "Truncated", "Verifier"]

_HINT = "the copy is damaged or was changed on its way; try again, or another mirror"


class SizeMismatch(PrillError):
    """Something is longer or shorter than was promised."""


class Truncated(SizeMismatch):
    """Something ends before it has the size that was promised."""


class DigestMismatch(PrillError):
    """Something has another digest than was promised."""


class Verifier:
    """Counts and digests what it is fed.

    ``what`` names it in errors. ``size`` and ``digest`` are checked where they are known; nothing longer than
    ``max_size`` passes, whatever was promised.
    """

    def __init__(
        self, what: str, *, digest: Digest | None = None, size: int | None = None, max_size: int | None = None
    ) -> None:
        self._what = what
        self._digest = digest
        self._size = size
        self._bound = min((bound for bound in (size, max_size) if bound is not None), default=None)
        self._hash = hasher(digest.algorithm, self._bound) if digest else None
        self.seen = 0

    def announce(self, size: int | None) -> None:
        """Take the length a server announces; raise `SizeMismatch` if it cannot be right."""
        if size is None or self._bound is None:
            return
        if size > self._bound or (self._size is not None and size != self._size):
            wanted = f"at most {self._bound}" if self._size is None else f"{self._size}"
            raise SizeMismatch(f"{self._what} is announced with {size} bytes, not {wanted}", hint=_HINT)

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next bytes; raise `SizeMismatch` as soon as there are too many."""
        self.seen += len(data)
        if self._bound is not None and self.seen > self._bound:
            promised = "was promised" if self._bound == self._size else "is allowed"
            raise SizeMismatch(f"{self._what} is longer than the {self._bound} bytes that {promised}", hint=_HINT)
        if self._hash:
            self._hash.update(data)

    def finish(self) -> None:
        """Check the whole; raise `Truncated` or `DigestMismatch`."""
        if self._size is not None and self.seen != self._size:
            raise Truncated(f"{self._what} ends after {self.seen} bytes where {self._size} were promised", hint=_HINT)
        if self._digest and self._hash and self._hash.hexdigest() != self._digest.hex:
            seen = f"{self._digest.algorithm}:{self._hash.hexdigest()}"
            raise DigestMismatch(f"{self._what} has the digest {seen}, not {self._digest}", hint=_HINT)
