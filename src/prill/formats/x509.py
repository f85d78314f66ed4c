"""What has to be known of an X.509 certificate that others trust: its subject, and from when to when it is valid.

A reader of DER for RFC 5280's Certificate, section 4.1, and no more: it verifies nothing.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["CertificateInfo", "InvalidCertificate", "read_certificate"]

_INTEGER, _OID, _SEQUENCE, _SET, _UTC_TIME, _GENERALIZED_TIME = 0x02, 0x06, 0x30, 0x31, 0x17, 0x18
_VERSION: Final = 0xA0
_ENCODINGS: Final = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be", 0x1C: "utf-32-be"}
_ATTRIBUTES: Final = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
_TIMES: Final = {_UTC_TIME: re.compile(r"\d{12}Z", re.ASCII), _GENERALIZED_TIME: re.compile(r"\d{14}Z", re.ASCII)}


class InvalidCertificate(PrillError):
    """Bytes that should have been a DER certificate are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateInfo:
    """``subject`` is a distinguished name as RFC 4514 writes it; times are in seconds since 1970."""

    subject: str
    not_before: int
    not_after: int


@dataclass(frozen=True, slots=True)
class _Value:
    tag: int
    body: bytes
    whole: bytes


def read_certificate(der: bytes) -> CertificateInfo:
    """Read one certificate; raise `InvalidCertificate` for anything else."""
    certificate = _only(der, _SEQUENCE)
    parts = list(_values(certificate.body))
    if not parts or parts[0].tag != _SEQUENCE:
        raise InvalidCertificate("a certificate without its signed part")
    fields = [value for value in _values(parts[0].body) if value.tag != _VERSION]
    # (RFC 5280, 4.1) serialNumber, signature, issuer, validity, subject, …
    if [value.tag for value in fields[:5]] != [_INTEGER, *[_SEQUENCE] * 4]:
        raise InvalidCertificate("a certificate whose fields are not RFC 5280's")
    times = list(_values(fields[3].body))
    if len(times) != 2:  # noqa: PLR2004
        raise InvalidCertificate("a certificate without validity")
    return CertificateInfo(subject=_name(fields[4]), not_before=_time(times[0]), not_after=_time(times[1]))


def _values(data: bytes) -> Iterator[_Value]:
    """Yield the DER values that follow each other in ``data`` (X.690, sections 8.1 and 10.1)."""
    position = 0
    while position < len(data):
        start = position
        if len(data) - position < 2:  # noqa: PLR2004 - a tag and a length
            raise InvalidCertificate(f"a DER value cut off at byte {position}")
        tag, length = data[position], data[position + 1]
        position += 2
        if tag & 0x1F == 0x1F:  # noqa: PLR2004 - a tag of several bytes
            raise InvalidCertificate(f"a DER tag of several bytes at byte {start}")
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4:  # noqa: PLR2004
                raise InvalidCertificate(f"a DER length of {size} bytes at byte {start}")
            length = int.from_bytes(data[position : position + size])
            position += size
        if position + length > len(data):
            raise InvalidCertificate(f"a DER value of {length} bytes with {len(data) - position} left")
        yield _Value(tag, data[position : position + length], data[start : position + length])
        position += length


def _only(data: bytes, tag: int) -> _Value:
    values = list(_values(data))
    if len(values) != 1 or values[0].tag != tag:
        raise InvalidCertificate(f"{len(values)} DER values where there should be one of tag {tag:#x}")
    return values[0]


def _time(value: _Value) -> int:
    text = value.body.decode("latin-1")
    pattern = _TIMES.get(value.tag)
    if pattern is None or not pattern.fullmatch(text):
        raise InvalidCertificate(f"not a time in a certificate: {text[:40]!r}")
    if value.tag == _UTC_TIME:  # (RFC 5280, 4.1.2.5.1) two digits from 50 are the last century
        text = ("19" if text >= "50" else "20") + text
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidCertificate(f"not a time in a certificate: {text!r}") from error
    return int(moment.timestamp())


def _name(value: _Value) -> str:
    """Write a distinguished name, last part first (RFC 4514, section 2.1)."""
    parts = []
    for relative in _values(value.body):
        if relative.tag != _SET:
            raise InvalidCertificate("a name that is no sequence of sets")
        parts.append("+".join(_attribute(one) for one in _values(relative.body)))
    return ",".join(reversed(parts))


def _attribute(value: _Value) -> str:
    fields = list(_values(value.body))
    if len(fields) != 2 or fields[0].tag != _OID:  # noqa: PLR2004
        raise InvalidCertificate("a name's part that is no pair of type and value")
    oid = _oid(fields[0].body)
    encoding = _ENCODINGS.get(fields[1].tag)
    if oid not in _ATTRIBUTES or encoding is None:
        return f"{_ATTRIBUTES.get(oid, oid)}=#{fields[1].whole.hex()}"
    try:
        text = fields[1].body.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidCertificate(f"a name's part that is not {encoding}") from error
    return f"{_ATTRIBUTES[oid]}={_escaped(text)}"


def _oid(body: bytes) -> str:
    """Write an object identifier with dots (X.690, section 8.19)."""
    if not body or body[-1] & 0x80:
        raise InvalidCertificate("an object identifier cut off")
    numbers: list[int] = []
    number = 0
    for byte in body:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(str(one) for one in (first, numbers[0] - 40 * first, *numbers[1:]))


def _escaped(text: str) -> str:
    """Escape a value (RFC 4514, section 2.4)."""
    text = re.sub(r'(["+,;<>\\])', r"\\\1", text).replace("\0", "\\00")
    if text.endswith(" ") and len(text) > 1:
        text = text[:-1] + "\\ "
    if text.startswith(("#", " ")):
        text = "\\" + text
    return text
