"""A key that never leaves its token: smart cards, HSMs, SoftHSM, through PKCS #11.

References are RFC 7512 URIs: ``pkcs11:token=release;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so``. The
PIN comes from ``pin-value`` or from ``PRILL_PKCS11_PIN``, or cosign's ``COSIGN_PKCS11_PIN``; the module from
``module-path`` or from ``PRILL_PKCS11_MODULE`` or ``COSIGN_PKCS11_MODULE_PATH``.
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from prill.errors import PrillError
from prill.model.value import dataclass, field
from prill.signing.keys import PublicKey
from prill.signing.signer import KeyContext, SignerKind, UnknownSigner

__all__ = ["KIND", "TokenFailure", "TokenSigner", "parse_uri"]

_PREFIX = "pkcs11:"
_KNOWN = frozenset({"token", "object", "id", "slot-id", "module-path", "pin-value", "type"})
_MODULES = ("PRILL_PKCS11_MODULE", "COSIGN_PKCS11_MODULE_PATH")
_PINS = ("PRILL_PKCS11_PIN", "COSIGN_PKCS11_PIN")


class TokenFailure(PrillError):
    """A token did not do what it was asked to."""


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """A `Signer` over a key in a token; the session stays open as long as the process."""

    public_key: PublicKey
    _key: Any = field(repr=False, compare=False)

    @property
    def certificate(self) -> bytes:
        """Return nothing: the key is known by itself."""
        return b""

    def sign(self, message: bytes) -> bytes:
        """Let the token sign: ECDSA of a SHA-256, or RSA by PKCS #1 v1.5."""
        import pkcs11  # noqa: PLC0415 - an extra
        from pkcs11.util.ec import encode_ecdsa_signature  # noqa: PLC0415

        try:
            if self.public_key.kind.startswith("RSA"):
                return bytes(self._key.sign(message, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
            digest = hashlib.sha256(message).digest()
            return bytes(encode_ecdsa_signature(self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)))
        except pkcs11.PKCS11Error as error:
            raise TokenFailure(f"the token does not sign: {error!r}") from error


def parse_uri(text: str) -> dict[str, bytes]:
    """Read a PKCS #11 URI into its attributes (RFC 7512, 2.3); raise `UnknownSigner`."""
    path, _, query = text.removeprefix(_PREFIX).partition("?")
    found: dict[str, bytes] = {}
    for part in (*path.split(";"), *query.split("&")):
        if not part:
            continue
        name, equals, value = part.partition("=")
        if not equals or name not in _KNOWN or name in found:
            raise UnknownSigner(
                f"the token's URI has {name[:60]!r}, which is unknown or stands there twice",
                hint=f"known: {', '.join(sorted(_KNOWN))}",
            )
        found[name] = unquote_to_bytes(value)
    if not {"object", "id"} & set(found):
        raise UnknownSigner("the token's URI names no key", hint="write object=LABEL or id=%01")
    return found


def _open(reference: str, context: KeyContext) -> TokenSigner:
    """Open the token and find the key; raise `UnknownSigner` or `TokenFailure`."""
    attributes = parse_uri(reference)
    try:
        import pkcs11  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnknownSigner(
            "keys in tokens need python-pkcs11, which is not installed", hint="pip install 'prill[pkcs11]'"
        ) from error
    module = attributes.get("module-path", b"").decode() or _first(context.environment, _MODULES)
    if not module:
        raise UnknownSigner("no PKCS #11 module is named", hint=f"module-path=… in the URI, or {_MODULES[0]}")
    pin = attributes.get("pin-value", b"").decode() or _first(context.environment, _PINS)
    try:
        token = _token(pkcs11.lib(module), attributes)
        try:
            session = token.open(user_pin=pin or None)
        except pkcs11.UserAlreadyLoggedIn:  # by this process, with another session
            session = token.open()
        return _signer(session, attributes)
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        says = str(error) or type(error).__name__
        raise TokenFailure(f"the token cannot be used: {says[:160]}", hint="are PIN and label right?") from error


def _token(library: Any, attributes: Mapping[str, bytes]) -> Any:  # noqa: ANN401 - the extra has no types
    """Return the token that the URI is about: by its label, its slot, or because it is the only one."""
    import pkcs11  # noqa: PLC0415 - an extra

    label, number = attributes.get("token"), attributes.get("slot-id")
    slots = library.get_slots(token_present=True)
    chosen = [slot.get_token() for slot in slots if number in (None, str(slot.slot_id).encode())]
    ready = [token for token in chosen if pkcs11.TokenFlag.TOKEN_INITIALIZED in token.flags]
    tokens = [token for token in ready if label in (None, token.label.encode())]
    if len(tokens) != 1:
        raise UnknownSigner(f"{len(tokens)} tokens are what the URI describes, not one", hint="name it by token=LABEL")
    return tokens[0]


def _signer(session: Any, attributes: Mapping[str, bytes]) -> TokenSigner:  # noqa: ANN401 - the extra has no types
    import pkcs11  # noqa: PLC0415 - an extra
    from pkcs11.util.ec import encode_ec_public_key  # noqa: PLC0415
    from pkcs11.util.rsa import encode_rsa_public_key  # noqa: PLC0415

    wanted: dict[str, object] = {}
    if "object" in attributes:
        wanted["label"] = attributes["object"].decode()
    if "id" in attributes:
        wanted["id"] = attributes["id"]
    private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, **wanted)
    public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, **wanted)
    if private.key_type == pkcs11.KeyType.EC:
        return TokenSigner(PublicKey.parse_der(encode_ec_public_key(public)), private)
    if private.key_type == pkcs11.KeyType.RSA:
        return TokenSigner(PublicKey.parse_der(encode_rsa_public_key(public)), private)
    raise UnknownSigner(f"keys of this kind sign nothing here: {private.key_type}")


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")


KIND = SignerKind(
    id="pkcs11",
    summary="a key in a token, pkcs11:token=…;object=…",
    prefix=_PREFIX,
    requires="prill[pkcs11]",
    open=_open,
)
