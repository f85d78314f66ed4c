"""PEM blocks (RFC 7468): the label and the bytes of each, read without guessing."""

from prill.model.regex import regex
from prill.signing.strict_json import Malformed, from_base64, to_base64

__all__ = ["beginning", "pem_blocks", "to_pem"]

_MAX_BYTES = 1 << 20
_BLOCK = regex(rb"-----BEGIN ([A-Z0-9 ]{1,60})-----\s+([A-Za-z0-9+/=\s]+?)-----END \1-----")

_LABEL = regex(rb"-----BEGIN [A-Z0-9 ]{1,60}-----")


def pem_blocks(data: bytes, what: str) -> tuple[tuple[str, bytes], ...]:
    """Return label and content of each block, in order; raise `Malformed` where there is none."""
    if len(data) > _MAX_BYTES:
        raise Malformed(f"{what} has {len(data)} bytes, more than {_MAX_BYTES}")
    found = tuple((label.decode("ascii"), _content(body, what)) for label, body in _BLOCK.findall(data))
    if not found:
        raise Malformed(f"{what} is no PEM: it begins with {beginning(data)}")
    return found


def _content(body: bytes, what: str) -> bytes:
    try:
        return from_base64("".join(body.decode("ascii").split()), what)
    except Malformed:  # whose message shows what may be a private key
        raise Malformed(f"{what} has a PEM block that is no base64") from None


def beginning(data: bytes) -> str:
    """Say how a file begins that is no PEM, or another than was wanted; what no label is may be a secret."""
    label = _LABEL.match(data)
    return repr(label[0].decode("ascii")) if label else "no line such as '-----BEGIN PRIVATE KEY-----'"


def to_pem(label: str, data: bytes) -> bytes:
    """Write one block, 64 characters a line."""
    body = to_base64(data)
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode("ascii")
