"""Verifying Ed25519ph (RFC 8032, 5.1): Ed25519 over a SHA-512, which cosign 3 signs with and `cryptography` lacks.

Plain arithmetic on public values; nothing secret passes through here, so its timing gives nothing away.
"""

import hashlib

from cryptography.exceptions import InvalidSignature

__all__ = ["verify"]

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_PREFIX = b"SigEd25519 no Ed25519 collisions\x01\x00"
_BYTES = 32

_Point = tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z (5.1.4)."""


def verify(key: bytes, signature: bytes, message_sha512: bytes) -> None:
    """Check a signature over a message with this SHA-512 by the key of 32 bytes (5.1.7); raise `InvalidSignature`."""
    if len(signature) != 2 * _BYTES or len(key) != _BYTES:
        raise InvalidSignature
    point, nonce = _decompress(key), _decompress(signature[:_BYTES])
    scalar = int.from_bytes(signature[_BYTES:], "little")
    if point is None or nonce is None or scalar >= _ORDER:
        raise InvalidSignature
    hashed = hashlib.sha512(_PREFIX + signature[:_BYTES] + key + message_sha512).digest()
    challenge = int.from_bytes(hashed, "little") % _ORDER
    if not _equal(_times(scalar, _BASE), _add(nonce, _times(challenge, point))):
        raise InvalidSignature


def _add(one: _Point, two: _Point) -> _Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % _P
    b = (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    result: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _equal(one: _Point, two: _Point) -> bool:
    return (one[0] * two[2] - two[0] * one[2]) % _P == 0 and (one[1] * two[2] - two[1] * one[2]) % _P == 0


def _decompress(data: bytes) -> _Point | None:
    """Read a point (5.1.3); None for bytes that are none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    x = _recover(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


def _recover(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if square == 0:
        return None if sign else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != sign else x


def _base() -> _Point:
    y = 4 * pow(5, -1, _P) % _P
    x = _recover(y, 0) or 0
    return x, y, 1, x * y % _P


_BASE = _base()
