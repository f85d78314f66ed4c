"""Content digests, as the OCI image specification writes them."""

from prill.errors import PrillError
from prill.model.hashes import hasher
from prill.model.value import dataclass

__all__ = ["Digest", "InvalidDigest"]

_HEX_LENGTHS = {"sha256": 64, "sha512": 128}
_HEX = "0123456789abcdef"


class InvalidDigest(PrillError):
    """A text that should have been a digest is none."""


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """``algorithm:hex``; sorts and hashes by both (OCI image-spec, descriptor.md, "Digests")."""

    algorithm: str
    hex: str

    def __post_init__(self) -> None:
        length = _HEX_LENGTHS.get(self.algorithm)
        if length is None:
            raise InvalidDigest(
                f"unknown digest algorithm {self.algorithm!r}", hint=f"known: {', '.join(_HEX_LENGTHS)}"
            )
        if len(self.hex) != length or self.hex.strip(_HEX):
            raise InvalidDigest(f"not a {self.algorithm} digest: {self.hex[:160]!r}")

    @classmethod
    def parse(cls, text: str) -> "Digest":
        """Read ``algorithm:hex``; raise `InvalidDigest` for anything else."""
        algorithm, colon, rest = text.partition(":")
        if not colon:
            raise InvalidDigest(f"not a digest: {text[:160]!r}", hint="a digest is written sha256:…")
        return cls(algorithm, rest)

    @classmethod
    def of(cls, data: bytes | bytearray | memoryview, algorithm: str = "sha256") -> "Digest":
        """Digest ``data``."""
        running = hasher(algorithm, len(data))
        running.update(data)
        return cls(algorithm, running.hexdigest())

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"
