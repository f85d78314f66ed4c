"""A key that the environment holds, as CI systems hand out secrets: ``env://NAME``."""

from prill.signing.private_key import PrivateKey
from prill.signing.signer import KeyContext, SignerKind, UnknownSigner
from prill.signing.signers.key_file import KeySigner

__all__ = ["KIND"]

_PREFIX = "env://"


def _open(reference: str, context: KeyContext) -> KeySigner:
    """Read the variable; raise `UnknownSigner` where it is not set, and what `PrivateKey.parse` raises."""
    name = reference.removeprefix(_PREFIX)
    value = context.environment.get(name, "")
    if not value:
        raise UnknownSigner(
            f"the environment variable {name[:80]!r} holds no key", hint="it has to hold the PEM itself"
        )
    return KeySigner(PrivateKey.parse(value.encode("utf-8", "surrogateescape"), context.password))


KIND = SignerKind(
    id="environment", summary="a key that an environment variable holds, env://NAME", prefix=_PREFIX, open=_open
)
