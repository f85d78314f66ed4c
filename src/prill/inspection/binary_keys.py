"""Private keys in binary form: DER (RFC 5208, 5915, 8017), PKCS #12 (RFC 7292), and Java's key stores.

A store that holds certificates alone, such as the one that Java trusts, is no key. Nothing is decrypted.
"""

from collections.abc import Iterator, Sequence

__all__ = ["binary_key"]

_SEQUENCE, _INTEGER, _OCTETS, _OID = 0x30, 0x02, 0x04, 0x06
_PKCS_12_DATA = bytes.fromhex("06092a864886f70d0107")
_KEY_BAG = bytes.fromhex("060b2a864886f70d010c0a0101")
_SHROUDED_KEY_BAG = bytes.fromhex("060b2a864886f70d010c0a0102")
_BY_PASSWORD = (bytes.fromhex("2a864886f70d0105"), bytes.fromhex("2a864886f70d010c01"))
"""How the identifiers begin of PKCS #5's and PKCS #12's ways to encrypt with a password."""
_JAVA = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_CERTIFICATE = 2
_MAX_ENTRIES = 10_000
_INTEGERS_OF_KEYS = (6, 9)  # DSA's and RSA's own forms
_LONG_FORM = 0x80


def binary_key(data: bytes) -> str:
    """Return the rule of the catalogue that a file breaks by being a key, or nothing."""
    if data.startswith(_JAVA):
        return "encrypted-private-key" if _java_key(data) else ""
    if data[:1] != b"\x30":
        return ""
    try:
        return _der_key(data)
    except IndexError:
        return ""


def _der_key(data: bytes) -> str:
    if _PKCS_12_DATA in data[:32]:
        if _KEY_BAG in data:
            return "private-key"
        return "encrypted-private-key" if _SHROUDED_KEY_BAG in data else ""
    start, end = _header(data, 0)
    if end != len(data):
        return ""
    parts = list(_parts(data, start, end))
    tags = [data[at] for at, _, _ in parts]
    values = [data[begin:stop] for _, begin, stop in parts]
    if _is_plain(tags, values):
        return "private-key"
    by_password = values[:1] and values[0][:1] == bytes([_OID]) and values[0][2:].startswith(_BY_PASSWORD)
    return "encrypted-private-key" if tags == [_SEQUENCE, _OCTETS] and by_password else ""


def _is_plain(tags: Sequence[int], values: Sequence[bytes]) -> bool:
    """Say whether a sequence is a key: RSA's or DSA's integers, PKCS #8's algorithm and octets, or EC's octets."""
    if tags[:1] != [_INTEGER] or len(values[0]) != 1:
        return False
    if set(tags) == {_INTEGER}:
        return len(tags) in _INTEGERS_OF_KEYS and values[0] == b"\0"
    if tags[1:3] == [_SEQUENCE, _OCTETS]:
        return values[1][:1] == bytes([_OID])
    return tags[1] == _OCTETS and values[0] == b"\1" and bool(tags[2:])


def _header(data: bytes, at: int) -> tuple[int, int]:
    """Return where the value at ``at`` begins and ends; raise `IndexError` where there is none."""
    size = data[at + 1]
    if size < _LONG_FORM:
        return at + 2, at + 2 + size
    count = size - _LONG_FORM
    if not 0 < count <= 4:  # noqa: PLR2004 - bytes of a length below 4 GiB
        raise IndexError
    begin = at + 2 + count
    return begin, begin + int.from_bytes(data[at + 2 : begin], "big")


def _parts(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield where each of the values within another stands, begins and ends."""
    for _ in range(16):
        if at >= end:
            return
        begin, stop = _header(data, at)
        yield at, begin, stop
        at = stop


def _java_key(data: bytes) -> bool:
    """Say whether a key store (JKS, JCEKS) has any entry but certificates."""
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    at = 12
    for _ in range(min(count, _MAX_ENTRIES)):
        if at >= len(data):
            return False
        if int.from_bytes(data[at : at + 4], "big") != _CERTIFICATE:
            return True
        at += 6 + int.from_bytes(data[at + 4 : at + 6], "big") + 8  # the alias, and when it came
        if version > 1:
            at += 2 + int.from_bytes(data[at : at + 2], "big")  # the kind of certificate
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    return False
