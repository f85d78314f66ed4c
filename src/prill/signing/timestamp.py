"""Time stamps by an authority (RFC 3161) in CMS (RFC 5652): that bytes existed at a time.

1. The token is granted and is signed data around a ``TSTInfo``.
2. It is about these bytes: the message imprint is their hash.
3. The signer's attributes name the ``TSTInfo``'s hash, and the signature is over them.
4. The signer's certificate is meant for time stamps alone, and chains up to a trusted authority at that time.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prill.errors import PrillError
from prill.model.value import dataclass
from prill.signing import _der
from prill.signing._der import Element, parse_der
from prill.signing.certificate import BrokenChain, extension, is_issued, key_of, load_certificate, verify_chain
from prill.signing.strict_json import Malformed
from prill.signing.trusted_root import Authority, TrustedRoot

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["BadTimestamp", "UnknownAuthority", "verify_timestamp"]

_MAX_BYTES = 64 * 1024
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_GRANTED = (0, 1)
_HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SIGNATURES = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_EXPLICIT_0, _CERTIFICATES, _ATTRIBUTES = 0xA0, 0xA0, 0xA0
_TIME_FORMATS = ("%Y%m%d%H%M%SZ", "%Y%m%d%H%M%S.%fZ")


class BadTimestamp(PrillError):
    """A time stamp is not what RFC 3161 describes, is about other bytes, or is not signed as it says."""


class UnknownAuthority(PrillError):
    """A time stamp is by an authority that is not trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """The parts of a time stamp that count."""

    info: bytes
    imprint_hash: str
    imprint: bytes
    time: int
    certificates: tuple[bytes, ...]
    signer_issuer: bytes
    signer_serial: int
    digest: str
    attributes: Element
    signature_hash: str
    signature: bytes


def verify_timestamp(response: bytes, message: bytes, trust: TrustedRoot) -> int:
    """Return the time, in seconds since 1970, at which ``message`` existed for certain.

    Raise `UnknownAuthority` where nobody trusted signed, and `BadTimestamp` where somebody trusted did not sign this.
    """
    try:
        return _verify(response, message, trust)
    except (Malformed, IndexError, ValueError) as error:
        raise BadTimestamp(f"this is no time stamp: {error}") from error


def _verify(response: bytes, message: bytes, trust: TrustedRoot) -> int:
    """Walk the steps; what is not there, or there twice, raises `IndexError` or `ValueError` besides."""
    token = _parse(response)  # 1
    signers = list(_signers(token, trust))
    if not signers:
        raise UnknownAuthority("the time stamp is by an authority that is not trusted")
    if hashlib.new(token.imprint_hash, message).digest() != token.imprint:  # 2
        raise BadTimestamp("the time stamp is about other bytes")
    _check_attributes(token)  # 3
    failures = []
    for certificate, authority in signers:
        try:
            _check_signature(token, certificate)
            _check_certificate(certificate, authority, token.time)  # 4
        except BadTimestamp as error:
            failures.append(error)
        else:
            return token.time
    raise failures[-1]


def _parse(response: bytes) -> _Token:
    if len(response) > _MAX_BYTES:
        raise Malformed(f"{len(response)} bytes, more than {_MAX_BYTES}")
    status, *tokens = parse_der(response, "the response").expect(_der.SEQUENCE, "the response").children()
    if status.children()[0].integer() not in _GRANTED or not tokens:
        raise Malformed("the authority refused")
    (token,) = tokens
    kind, wrapped = token.children()
    if kind.oid() != _SIGNED_DATA:
        raise Malformed(f"the token is of the type {kind.oid()}")
    _, _, encapsulated, *rest = wrapped.only("the token").children()
    content_type, content = encapsulated.children()
    if content_type.oid() != _TST_INFO:
        raise Malformed(f"the token holds {content_type.oid()}, not a TSTInfo")
    info = content.only("the token's content").expect(_der.OCTETS, "the TSTInfo").content
    certificates = tuple(one.raw for part in rest[:-1] if part.tag == _CERTIFICATES for one in part.children())
    signer = rest[-1].expect(_der.SET, "the signers").only("the signers").children()
    attributes = signer[3].expect(_ATTRIBUTES, "the signed attributes")
    sid = signer[1].expect(_der.SEQUENCE, "the signer's name").children()
    digest = _hash(_HASHES, signer[2])
    algorithm = signer[4].children()[0].oid()
    _, _, imprint, _, time, *_ = parse_der(info, "the TSTInfo").children()
    return _Token(
        info=info,
        imprint_hash=_hash(_HASHES, imprint.children()[0]),
        imprint=imprint.children()[1].expect(_der.OCTETS, "the imprint").content,
        time=_time(time),
        certificates=certificates,
        signer_issuer=sid[0].raw,
        signer_serial=sid[1].integer(),
        digest=digest,
        attributes=attributes,
        signature_hash=_SIGNATURES.get(algorithm, digest),
        signature=signer[5].expect(_der.OCTETS, "the signature").content,
    )


def _hash(known: dict[str, str], algorithm: Element) -> str:
    oid = algorithm.children()[0].oid()
    if oid not in known:
        raise Malformed(f"the hash algorithm {oid} is not taken")
    return known[oid]


def _time(element: Element) -> int:
    text = element.expect(_der.GENERALIZED_TIME, "the time").content.decode("ascii", "replace")
    for form in _TIME_FORMATS:
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    raise Malformed(f"no time: {text[:40]!r}")


def _signers(token: _Token, trust: TrustedRoot) -> "Iterator[tuple[x509.Certificate, Authority]]":
    """Yield the certificate that the token names with each authority that it belongs to.

    Two authorities may have the same names: one that has a new root, or one that is trusted for two periods. What else
    a token brings along need not be a certificate of this kind (RFC 5652, 10.2.2).
    """
    brought = [*_readable(token.certificates)]
    for authority in trust.timestamp_authorities:
        for certificate in dict.fromkeys((*map(load_certificate, authority.chain), *brought)):
            named = (certificate.issuer.public_bytes(), certificate.serial_number)
            if named == (token.signer_issuer, token.signer_serial) and _belongs(certificate, authority):
                yield certificate, authority


def _readable(several: Iterable[bytes]) -> "Iterator[x509.Certificate]":
    for der in several:
        with suppress(Malformed):
            yield load_certificate(der)


def _belongs(certificate: "x509.Certificate", authority: Authority) -> bool:
    """Say whether the authority's chain goes on from this certificate, whenever that may have been valid."""
    chain = [load_certificate(der) for der in authority.chain]
    return any(certificate == one or is_issued(certificate, one) for one in chain)


def _check_attributes(token: _Token) -> None:
    values = {}
    for attribute in token.attributes.children():
        name, content = attribute.children()
        if name.oid() in values:
            raise BadTimestamp("the time stamp has a signed attribute twice")
        values[name.oid()] = content.only("a signed attribute")
    if _CONTENT_TYPE not in values or values[_CONTENT_TYPE].oid() != _TST_INFO:
        raise BadTimestamp("the time stamp's signature is over another type of content")
    if (
        _MESSAGE_DIGEST not in values
        or values[_MESSAGE_DIGEST].content != hashlib.new(token.digest, token.info).digest()
    ):
        raise BadTimestamp("the time stamp's signature is over other content")


def _check_signature(token: _Token, certificate: "x509.Certificate") -> None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - lazy
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa  # noqa: PLC0415

    algorithms = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    algorithm = algorithms[token.signature_hash]
    # What is signed is the set of attributes, not the implicit tag that stands in its place (RFC 5652, 5.4).
    signed = bytes([_der.SET]) + token.attributes.raw[1:]
    key = key_of(certificate)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(token.signature, signed, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(token.signature, signed, padding.PKCS1v15(), algorithm)
        else:
            raise BadTimestamp(f"the authority's key is of a kind that is not taken: {type(key).__name__}")
    except InvalidSignature as error:
        raise BadTimestamp("the time stamp is not signed by its authority") from error


def _check_certificate(certificate: "x509.Certificate", authority: Authority, when: int) -> None:
    from cryptography import x509  # noqa: PLC0415 - lazy

    usage = extension(certificate, x509.ExtendedKeyUsage)
    if usage is None or list(usage) != [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]:
        raise BadTimestamp("the authority's certificate is not one for time stamps")
    try:
        verify_chain(certificate, [authority], when)
    except BrokenChain as error:
        raise BadTimestamp(f"the time stamp's authority: {error}") from error
