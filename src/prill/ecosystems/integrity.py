"""Subresource Integrity (W3C), as npm, yarn and NuGet note an archive's digest: ``sha512-`` and base64."""

import binascii

from prill.model import Digest
from prill.model.digest import InvalidDigest

__all__ = ["integrity_digest"]

_ALGORITHMS = ("sha512", "sha256")


def integrity_digest(text: str) -> Digest | None:
    """Return the first SHA-512 or SHA-256 of ``text``, or None where there is none that is one."""
    for word in text.split():
        algorithm, _, encoded = word.partition("-")
        if algorithm in _ALGORITHMS:
            try:
                return Digest(algorithm, binascii.a2b_base64(encoded, strict_mode=True).hex())
            except (binascii.Error, ValueError, InvalidDigest):
                return None
    return None
