"""Identity tokens: what a person or a CI job shows to get a certificate (OpenID Connect Core 1.0; RFC 7519).

Whether a token is genuine is for the certificate authority to say. Here it is read to fail early, with a reason, and
to know who will stand in the certificate.
"""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import quote

from prill._io.exchange import Exchange, Question
from prill.errors import PrillError
from prill.model.value import dataclass, field
from prill.signing.strict_json import Fields, Malformed, parse_json

__all__ = ["AUDIENCE", "IdentityToken", "InvalidToken", "find_token"]

AUDIENCE = "sigstore"
"""Whom a token has to be for."""

_MAX_BYTES = 64 * 1024
_PARTS = 3
_VARIABLE = "SIGSTORE_ID_TOKEN"
_GITHUB_URL, _GITHUB_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"


class InvalidToken(PrillError):
    """A text is no identity token, or one that no authority will take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityToken:
    """A token and what it says. ``raw`` is a secret: nobody prints it."""

    raw: str = field(repr=False)
    issuer: str
    subject: str
    expires: int

    @classmethod
    def parse(cls, text: str, *, now: int) -> "IdentityToken":
        """Read a token; raise `InvalidToken` for what is none, is for somebody else, or has expired."""
        raw = text.strip()
        parts = raw.split(".")
        if len(raw) > _MAX_BYTES or len(parts) != _PARTS:
            raise InvalidToken("this is no identity token: a JWT has three parts with dots between")
        try:
            claims = parse_json(_decode(parts[1]), "the identity token")
            token = cls(
                raw=raw,
                issuer=claims.text("iss"),
                subject=claims.text("email", "") or claims.text("sub"),
                expires=claims.number("exp"),
            )
            audience = _audience(claims)
        except Malformed as error:
            raise InvalidToken(f"this is no identity token: {error}") from error
        if AUDIENCE not in audience:
            raise InvalidToken(
                f"the identity token is for {', '.join(audience) or 'nobody'}, not for {AUDIENCE!r}",
                hint=f"ask the identity provider for a token with the audience {AUDIENCE}",
            )
        if token.expires <= now:
            raise InvalidToken(f"the identity token expired {now - token.expires} seconds ago", hint="get a new one")
        return token


def find_token(environment: Mapping[str, str], exchange: Exchange) -> str:
    """Return the token that the environment offers: a variable's, GitHub's; raise `InvalidToken` where there is none.

    GitLab puts its ID tokens into variables; named ``SIGSTORE_ID_TOKEN`` with the audience ``sigstore``, it is found.
    """
    given = environment.get(_VARIABLE, "")
    if given:
        return given
    url, bearer = environment.get(_GITHUB_URL, ""), environment.get(_GITHUB_TOKEN, "")
    if not url or not bearer:
        raise InvalidToken(
            "no identity token: neither --identity-token nor the environment has one",
            hint=f"set {_VARIABLE}, or in GitHub Actions give the job 'permissions: id-token: write'",
        )
    joint = "&" if "?" in url else "?"
    question = Question(
        method="GET",
        url=f"{url}{joint}audience={quote(AUDIENCE)}",
        headers=(("Authorization", f"bearer {bearer}"),),
        secret=True,
    )
    try:
        return parse_json(exchange.ask(question).body, "GitHub's answer").text("value")
    except Malformed as error:
        raise InvalidToken(f"GitHub gave no identity token: {error}") from error


def _decode(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise Malformed("its claims are no base64") from error


def _audience(claims: Fields) -> tuple[str, ...]:
    value = claims.values.get("aud")
    return (value,) if isinstance(value, str) else tuple(str(one) for one in value or ())
