"""Getting access to a registry: Basic, or tokens (distribution's "Token Authentication Specification").

1. A request goes out without credentials. The answer 401 carries a challenge.
2. ``Basic``: the user name and password go to the registry itself.
3. ``Bearer``: they go to the token server that the challenge names, over https unless plain HTTP was asked for, and
   what it gives is sent to the registry. Without credentials a token for anonymous access is asked for.
"""

import re
from collections.abc import Callable
from urllib.parse import urlencode

from prill._io.urls import UnsupportedURL, redact, split_url
from prill.model.value import dataclass
from prill.oci._wire import Fields, InvalidDocument, parse
from prill.oci.credentials import Credentials
from prill.oci.registry_errors import AccessRefused

__all__ = ["Authorizer", "Challenge", "Exchange", "parse_challenge"]

_WORD = r'([a-zA-Z0-9_-]{1,40})(?:\s*=\s*(?:"([^"]{0,2000})"|([^\s",]{1,2000})))?'
_CLIENT = "prill"

Exchange = Callable[[str, str, dict[str, str], bytes | None], bytes]
"""Send one request (method, address, headers, body) and return the body of its good answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a ``WWW-Authenticate`` header asks for."""

    scheme: str
    realm: str = ""
    service: str = ""
    scope: str = ""


def parse_challenge(header: str) -> Challenge:
    """Read a ``WWW-Authenticate`` header (RFC 9110, section 11.6.1), which may hold several: a token comes first.

    Raise `AccessRefused` where there is no scheme that is spoken here.
    """
    schemes: dict[str, dict[str, str]] = {}
    values: dict[str, str] = {}
    for found in re.finditer(_WORD, header[:8000]):
        name, quoted, bare = found.groups()
        if quoted is None and bare is None:
            values = schemes.setdefault(name.lower(), {})
        else:
            values[name.lower()] = quoted or bare or ""
    bearer = schemes.get("bearer", {})
    if bearer.get("realm"):
        return Challenge(
            scheme="bearer", realm=bearer["realm"], service=bearer.get("service", ""), scope=bearer.get("scope", "")
        )
    if "basic" in schemes:
        return Challenge(scheme="basic")
    raise AccessRefused(f"the registry asks for an unknown kind of login: {header[:160]!r}")


class Authorizer:
    """Keeps what to send as ``Authorization``, for each scope."""

    def __init__(self, credentials: Credentials | None, *, plain_http: bool, exchange: Exchange) -> None:
        self._credentials = credentials or Credentials()
        self._plain_http = plain_http
        self._exchange = exchange
        self._headers: dict[str, str] = {}

    def header(self, scope: str) -> str | None:
        """Return what is known to give access to ``scope``."""
        return self._headers.get(scope)

    def answer(self, header: str, scope: str) -> None:
        """Answer a challenge, so that `header` has something to send, if anything can be had. Raise `AccessRefused`."""
        challenge = parse_challenge(header)
        if challenge.scheme == "basic":
            value = self._credentials.basic()
        elif self._credentials.registry_token:
            value = f"Bearer {self._credentials.registry_token}"
        else:
            value = f"Bearer {self._fetch_token(challenge, scope)}"
        if value:
            self._headers[scope] = value

    def hint(self) -> str | None:
        """Say what stands in the way of logging in, where that is known."""
        helper = self._credentials.helper
        if self._credentials.failure:
            return f"nobody was logged in: {self._credentials.failure}"
        return f"the credentials are kept by docker-credential-{helper}, which was not asked" if helper else None

    def _fetch_token(self, challenge: Challenge, wanted: str) -> str:
        scope = _with_others(wanted, challenge.scope)
        try:
            realm = split_url(challenge.realm)
        except UnsupportedURL as error:
            raise AccessRefused(f"the registry's token server is not safe to talk to: {error}") from error
        if realm.scheme != "https" and not (self._plain_http and realm.scheme == "http"):
            raise AccessRefused(f"the registry's token server is not safe to talk to: {redact(challenge.realm)!r}")
        if self._credentials.identity_token:
            form = {"service": challenge.service, "scope": scope, "grant_type": "refresh_token", "client_id": _CLIENT}
            body = urlencode({**form, "refresh_token": self._credentials.identity_token}).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._exchange("POST", challenge.realm, headers, body)
        else:
            basic = self._credentials.basic()
            joint = "&" if realm.query else "?"
            service = [("service", challenge.service)] if challenge.service else []
            query = urlencode([*service, *(("scope", one) for one in scope.split())])
            address = f"{challenge.realm}{joint}{query}"
            answer = self._exchange("GET", address, {"Authorization": basic} if basic else {}, None)
        return _read_token(answer, challenge.realm)


def _read_token(answer: bytes, realm: str) -> str:
    try:
        found = parse(answer, "answer of a token server")
        token = _text(found, "token") or _text(found, "access_token")
    except InvalidDocument as error:
        raise AccessRefused(f"{redact(realm)} gave no token") from error
    if not token or not token.isascii() or not token.isprintable():
        raise AccessRefused(f"{redact(realm)} gave no token that can be sent")
    return token


def _text(found: Fields, name: str) -> str:
    """Return a text of a token server's answer; programs in Go write null for none."""
    return found.text(name, "") if found.given(name) else ""


def _with_others(wanted: str, asked: str) -> str:
    """Return the access that is wanted, with what a registry asks for that is about no repository, such as ``aws``.

    What may be done with a repository is decided here: reading asks for no right to write, whatever a registry says.
    """
    others = (one for one in asked.split() if not one.startswith("repository"))
    return " ".join(dict.fromkeys((*wanted.split(), *others)))
