"""Signing certificates: whom Fulcio saw, and the chain up to a trusted root at the time of signing.

The extensions are Fulcio's (sigstore/fulcio, docs/oid-info.md); chains are RFC 5280, 6.1, as far as they occur here:
the authority's own intermediate certificates, no policies, no name constraints.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from prill.errors import PrillError
from prill.model.value import dataclass, field
from prill.signing._der import UTF8, parse_der
from prill.signing.keys import PublicKey, UnusableKey
from prill.signing.strict_json import Malformed
from prill.signing.trusted_root import Authority

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

__all__ = [
    "BrokenChain",
    "SigningCertificate",
    "WrongPurpose",
    "extension",
    "is_issued",
    "key_of",
    "load_certificate",
    "verify_chain",
]

Extension = TypeVar("Extension", bound="x509.ExtensionType")

_FULCIO = "1.3.6.1.4.1.57264.1."
_ISSUER_RAW, _ISSUER, _OTHER_NAME = f"{_FULCIO}1", f"{_FULCIO}8", f"{_FULCIO}7"
_WORKFLOW = {
    f"{_FULCIO}2": "workflow trigger",
    f"{_FULCIO}3": "workflow sha",
    f"{_FULCIO}4": "workflow name",
    f"{_FULCIO}5": "workflow repository",
    f"{_FULCIO}6": "workflow ref",
}
"""What GitHub says about a run: the older extensions, which hold bare texts."""
_CLAIMS = {
    f"{_FULCIO}9": "build signer URI",
    f"{_FULCIO}11": "runner environment",
    f"{_FULCIO}12": "source repository",
    f"{_FULCIO}13": "source revision",
    f"{_FULCIO}14": "source ref",
    f"{_FULCIO}20": "build trigger",
    f"{_FULCIO}21": "run",
}
_KNOWN_CRITICAL = frozenset({"2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37"})
"""Key usage, alternative names, basic constraints, extended key usage: the critical extensions that are understood."""


class BrokenChain(PrillError):
    """A certificate does not lead to a trusted root, or not at the time in question."""


class WrongPurpose(PrillError):
    """A certificate is not one for what it was used for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCertificate:
    """A leaf certificate. ``identity`` is its one alternative name, ``issuer`` who vouched for it to the authority.

    ``claims`` are what a CI system said about the run, by the names that people know.
    """

    der: bytes = field(repr=False)
    identity: str
    issuer: str
    not_before: int
    not_after: int
    claims: tuple[tuple[str, str], ...] = ()
    key: PublicKey = field(repr=False)
    x509: "x509.Certificate" = field(repr=False, compare=False)

    @classmethod
    def parse(cls, der: bytes) -> "SigningCertificate":
        """Read a certificate; raise `Malformed` or `UnusableKey`."""
        certificate = load_certificate(der)
        return cls(
            der=der,
            identity=_identity(certificate),
            issuer=_issuer(certificate),
            not_before=int(certificate.not_valid_before_utc.timestamp()),
            not_after=int(certificate.not_valid_after_utc.timestamp()),
            claims=tuple(_claims(certificate)),
            key=PublicKey.of(key_of(certificate)),
            x509=certificate,
        )

    def check_purpose(self) -> None:
        """Raise `WrongPurpose` unless this is no authority's certificate and is meant for signing code."""
        from cryptography import x509  # noqa: PLC0415 - lazy

        basic = extension(self.x509, x509.BasicConstraints)
        if basic is not None and basic.ca:
            raise WrongPurpose("the certificate is an authority's, not a signer's")
        usage = extension(self.x509, x509.KeyUsage)
        if usage is None or not usage.digital_signature:
            raise WrongPurpose("the certificate's key usage has no digital signatures")
        extended = extension(self.x509, x509.ExtendedKeyUsage)
        if extended is None or x509.oid.ExtendedKeyUsageOID.CODE_SIGNING not in extended:
            raise WrongPurpose("the certificate's extended key usage has no code signing")


def verify_chain(certificate: "x509.Certificate", authorities: Sequence[Authority], when: int) -> "x509.Certificate":
    """Return the certificate of whoever issued this one, trusted at ``when``; raise `BrokenChain`."""
    period = f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M:%S} to {certificate.not_valid_after_utc:%H:%M:%S}"
    if not _valid(certificate, when):
        raise BrokenChain(f"the certificate was valid from {period} UTC, not at {when} (seconds since 1970)")
    unknown = sorted(
        one.oid.dotted_string
        for one in certificate.extensions
        if one.critical and one.oid.dotted_string not in _KNOWN_CRITICAL
    )
    if unknown:
        raise BrokenChain(f"the certificate has critical extensions that nobody here understands: {unknown}")
    reasons = []
    for authority in authorities:
        chain = [load_certificate(der) for der in authority.chain]
        if chain[0] == certificate:  # a timestamp authority's list begins with its own certificate
            chain = chain[1:]
        if not chain or not is_issued(certificate, chain[0]):
            continue
        if when not in authority.period:
            reasons.append(f"{authority.name!r} was not in use at that time")
            continue
        try:
            _check_authority_chain(chain, when)
        except BrokenChain as error:
            reasons.append(str(error))
            continue
        return chain[0]
    raise BrokenChain(
        "; ".join(reasons) or f"no trusted authority issued the certificate of {_issuer_name(certificate)!r}"
    )


def load_certificate(der: bytes) -> "x509.Certificate":
    """Read a certificate in DER; raise `Malformed`.

    `cryptography` reads the parts when they are asked for: all but the key are asked for here, so that nothing which
    is not what RFC 5280 describes raises later.
    """
    from cryptography import x509  # noqa: PLC0415 - lazy

    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.version, certificate.subject, certificate.issuer
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        list(certificate.extensions)
    except (
        ValueError,
        TypeError,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise Malformed(f"this is no certificate: {str(error)[:160]!r}") from error
    return certificate


def key_of(certificate: "x509.Certificate") -> "CertificatePublicKeyTypes":
    """Return a certificate's key; raise `UnusableKey` for one that cannot be read, or of a kind that is not known."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - lazy

    try:
        return certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKey(f"the certificate's key cannot be used: {str(error)[:160]!r}") from error


def extension(certificate: "x509.Certificate", kind: "type[Extension]") -> "Extension | None":
    """Return the value of an extension, or None."""
    from cryptography import x509  # noqa: PLC0415 - lazy

    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _check_authority_chain(chain: "list[x509.Certificate]", when: int) -> None:
    """Check that each certificate was issued by the next, all of them authorities' and valid at ``when``."""
    from cryptography import x509  # noqa: PLC0415 - lazy

    for below, one in enumerate(chain):
        name = _name(one)
        if not _valid(one, when):
            raise BrokenChain(f"the authority's certificate {name!r} was not valid at that time")
        basic, usage = extension(one, x509.BasicConstraints), extension(one, x509.KeyUsage)
        if basic is None or not basic.ca or (usage is not None and not usage.key_cert_sign):
            raise BrokenChain(f"{name!r} is no authority's certificate")
        if basic.path_length is not None and basic.path_length < below:
            raise BrokenChain(f"{name!r} allows {basic.path_length} authorities below it, and there are {below}")
        if below + 1 < len(chain) and not is_issued(one, chain[below + 1]):
            raise BrokenChain(f"{name!r} was not issued by {_name(chain[below + 1])!r}")


def is_issued(certificate: "x509.Certificate", issuer: "x509.Certificate") -> bool:
    """Say whether ``issuer`` signed ``certificate``, and whether its name is the one that this has."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - lazy

    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _valid(certificate: "x509.Certificate", when: int) -> bool:
    begin, end = certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
    return begin <= when <= end


def _identity(certificate: "x509.Certificate") -> str:
    """Return the one alternative name; raise `Malformed` for none, several, or one of another kind."""
    from cryptography import x509  # noqa: PLC0415 - lazy

    names = list(extension(certificate, x509.SubjectAlternativeName) or ())
    if len(names) != 1:
        raise Malformed(f"the certificate has {len(names)} alternative names, not one")
    (name,) = names
    if isinstance(name, x509.RFC822Name | x509.UniformResourceIdentifier | x509.DNSName):
        return str(name.value)
    if isinstance(name, x509.OtherName) and name.type_id.dotted_string == _OTHER_NAME:
        return _utf8(name.value, "the certificate's user name")
    raise Malformed(f"the certificate's alternative name is of a kind that names no signer: {type(name).__name__}")


def _issuer(certificate: "x509.Certificate") -> str:
    """Return who vouched for the identity: OID …57264.1.8, a DER string, or the older .1.1, raw."""
    encoded = _text(certificate, _ISSUER)
    raw = _value(certificate, _ISSUER_RAW)
    return encoded or (raw.decode("utf-8", "replace") if raw else "")


def _claims(certificate: "x509.Certificate") -> "Iterator[tuple[str, str]]":
    for oid, name in _CLAIMS.items():
        if value := _text(certificate, oid):
            yield name, value
    for oid, name in _WORKFLOW.items():
        if raw := _value(certificate, oid):
            yield name, raw.decode("utf-8", "replace")


def _text(certificate: "x509.Certificate", oid: str) -> str:
    value = _value(certificate, oid)
    return _utf8(value, f"the certificate's extension {oid}") if value else ""


def _value(certificate: "x509.Certificate", oid: str) -> bytes | None:
    from cryptography import x509  # noqa: PLC0415 - lazy

    for one in certificate.extensions:
        if one.oid.dotted_string == oid and isinstance(one.value, x509.UnrecognizedExtension):
            return one.value.value
    return None


def _utf8(data: bytes, what: str) -> str:
    try:
        return parse_der(data, what).expect(UTF8, what).content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"{what} is no UTF-8") from error


def _name(certificate: "x509.Certificate") -> str:
    return str(certificate.subject.rfc4514_string())[:120]


def _issuer_name(certificate: "x509.Certificate") -> str:
    return str(certificate.issuer.rfc4514_string())[:120]
