"""Fulcio: a certificate for a key made a moment ago, about whoever an identity token is about (fulcio.proto, v2)."""

from prill._io.exchange import Exchange, Question
from prill.errors import PrillError
from prill.model.value import dataclass, field
from prill.signing._pem import pem_blocks, to_pem
from prill.signing.certificate import SigningCertificate
from prill.signing.keys import PublicKey
from prill.signing.oidc import IdentityToken
from prill.signing.private_key import PrivateKey
from prill.signing.strict_json import encode_json, parse_json, to_base64

__all__ = ["KeylessSigner", "WrongCertificate", "certified_signer"]

_MAX_CHAIN = 10


class WrongCertificate(PrillError):
    """An authority sent a certificate that is not for the key it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeylessSigner:
    """A `Signer` whose key lives for this process; ``chain`` is what came with the certificate, in PEM."""

    key: PrivateKey = field(repr=False)
    identity: SigningCertificate
    chain: bytes = field(repr=False)

    @property
    def public_key(self) -> PublicKey:
        """Return the key that verifies what this signs."""
        return self.key.public_key

    @property
    def certificate(self) -> bytes:
        """Return the certificate in DER."""
        return self.identity.der

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self.key.sign(message)


def certified_signer(key: PrivateKey, token: IdentityToken, *, url: str, exchange: Exchange) -> KeylessSigner:
    """Ask the authority at ``url`` for a certificate; raise `WrongCertificate`, `Malformed` or a `FetchFailed`."""
    body = encode_json(
        {
            "credentials": {"oidcIdentityToken": token.raw},
            "certificateSigningRequest": to_base64(key.signing_request()),
        }
    )
    question = Question(
        method="POST",
        url=f"{url.rstrip('/')}/api/v2/signingCert",
        headers=(("Content-Type", "application/json"), ("Accept", "application/json")),
        body=body,
        secret=True,
    )
    answer = parse_json(exchange.ask(question).body, "the authority's answer")
    chain = answer.fields("signedCertificateEmbeddedSct").fields("chain").list("certificates", most=_MAX_CHAIN)
    leaf, *above = [pem_blocks(str(one).encode(), "the certificate")[0][1] for one in chain] or [b""]
    certificate = SigningCertificate.parse(leaf)
    if certificate.key != key.public_key:
        raise WrongCertificate(f"{url} sent a certificate for another key than the one it was asked about")
    return KeylessSigner(key=key, identity=certificate, chain=b"".join(to_pem("CERTIFICATE", one) for one in above))
