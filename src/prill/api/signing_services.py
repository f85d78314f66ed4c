"""Who signs and who witnesses: a key, or a certificate for an identity; and the services of a Sigstore instance."""

from collections.abc import Mapping
from importlib.resources import files

from prill._io.exchange import Exchange
from prill.errors import PrillError
from prill.model.value import dataclass, field
from prill.signing.fulcio import KeylessSigner, certified_signer
from prill.signing.identity import Expected, IdentityRule
from prill.signing.oidc import IdentityToken, find_token
from prill.signing.private_key import generate_key
from prill.signing.rekor import RekorV1, RekorV2
from prill.signing.sign import Witness
from prill.signing.signer import Signer
from prill.signing.signing_config import SigningConfig
from prill.signing.timestamping import TimestampAuthority
from prill.signing.trusted_root import TrustedRoot
from prill.signing.verifier import Verifier

__all__ = ["NoService", "Signing", "public_config", "sign_with_identity", "sign_with_key"]


class NoService(PrillError):
    """A signature needs a service that nobody named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A signer, its witnesses, and what verifies their work before it is published."""

    signer: Signer
    verifier: Verifier
    witnesses: tuple[Witness, ...] = ()
    chain: bytes = field(default=b"", repr=False)


def public_config(*, now: int) -> SigningConfig:
    """Return where the services of Sigstore's public instance are, as ships with Prill."""
    data = (files("prill.signing") / "roots" / "sigstore-signing-config.json").read_bytes()
    return SigningConfig.parse(data, now=now)


def sign_with_key(signer: Signer, config: SigningConfig, *, trust: TrustedRoot, exchange: Exchange) -> Signing:
    """Sign with a key; the log and the timestamp authority of ``config`` witness, where there are any."""
    return Signing(
        signer=signer,
        verifier=Verifier(trust=trust, rule=signer.public_key),
        witnesses=_witnesses(config, exchange),
    )


def sign_with_identity(
    token: str | None,
    config: SigningConfig,
    *,
    trust: TrustedRoot,
    exchange: Exchange,
    environment: Mapping[str, str],
    now: int,
) -> Signing:
    """Sign with a key that lives for this process, and a certificate for whoever the token is about.

    Without ``token`` the environment is asked for one. Raise `InvalidToken`, `NoService`, or what the services raise.
    """
    if config.authority is None:
        raise NoService("no certificate authority is named", hint="--fulcio-url, or a signing configuration with one")
    if config.log is None:
        raise NoService("no log is named to put the signature on record", hint="--rekor-url")
    identity = IdentityToken.parse(find_token(environment, exchange) if token is None else token, now=now)
    signer: KeylessSigner = certified_signer(generate_key(), identity, url=config.authority.url, exchange=exchange)
    certificate = signer.identity
    rule = IdentityRule(
        Expected.exactly(certificate.identity, "identity"), Expected.exactly(certificate.issuer, "issuer")
    )
    return Signing(
        signer=signer,
        verifier=Verifier(trust=trust, rule=rule),
        witnesses=_witnesses(config, exchange),
        chain=signer.chain,
    )


def _witnesses(config: SigningConfig, exchange: Exchange) -> tuple[Witness, ...]:
    """Return the witnesses, the timestamp authority first: what it dates is older than the log's entry."""
    found: list[Witness] = []
    if config.timestamps is not None:
        found.append(TimestampAuthority(url=config.timestamps.url, exchange=exchange))
    if config.log is not None:
        kind = RekorV2 if config.log.version > 1 else RekorV1
        found.append(kind(url=config.log.url, exchange=exchange))
    return tuple(found)
