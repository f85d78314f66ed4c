"""PEM blocks (RFC 7468): the label and the bytes of each, read without guessing."""

from prill.model.regex import regex
from prill.signing.strict_json import Malformed, from_base64, to_base64

__all__ = ["pem_blocks", "to_pem"]

_MAX_BYTES = 1 << 20
_BLOCK = regex(rb"-----BEGIN ([A-Z0-9 ]{1,60})-----\s+([A-Za-z0-9+/=\s]+?)-----END \1-----")


def pem_blocks(data: bytes, what: str) -> tuple[tuple[str, bytes], ...]:
    """Return label and content of each block, in order; raise `Malformed` where there is none."""
    if len(data) > _MAX_BYTES:
        raise Malformed(f"{what} has {len(data)} bytes, more than {_MAX_BYTES}")
    found = tuple(
        (label.decode("ascii"), from_base64("".join(body.decode("ascii").split()), what))
        for label, body in _BLOCK.findall(data)
    )
    if not found:
        raise Malformed(f"{what} is no PEM: it begins with {data[:40]!r}")
    return found


def to_pem(label: str, data: bytes) -> bytes:
    """Write one block, 64 characters a line."""
    body = to_base64(data)
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode("ascii")
