"""Who one is to a registry, as Docker's and Podman's files say (docker login's ``config.json``, containers-auth.json).

A program that a file names to keep a registry's password counts first, as for Docker and Podman: what stands beside it
is often old. Then what is known for a repository or a part of its name counts before what is known for its registry,
and last the program for all of them. Such programs are run by `credential_helpers`.
"""

import binascii
from collections.abc import Iterator
from pathlib import Path

from prill.errors import PrillError
from prill.model.reference import DEFAULT_REGISTRY
from prill.model.value import dataclass, field
from prill.oci._wire import Fields, InvalidDocument, parse

__all__ = ["DOCKER_HUB_ADDRESS", "Credentials", "InvalidCredentials", "read_credentials"]

_MAX_FILE = 1024 * 1024
_DOCKER_HUB = ("index.docker.io", "registry-1.docker.io", DEFAULT_REGISTRY)
DOCKER_HUB_ADDRESS = "https://index.docker.io/v1/"
"""What Docker Hub is called in ``config.json``, and by those who ask a credential helper for it."""


class InvalidCredentials(PrillError):
    """A file of credentials cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user name and password, or an identity token to exchange for access, or a token that is access itself.

    ``helper`` names the program that would know them, where the file has only that; ``failure`` says why it did not
    tell them. Secrets are left out of ``repr``.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)
    helper: str = ""
    failure: str = ""

    def basic(self) -> str:
        """Return the value of an ``Authorization`` header (RFC 7617), or nothing without a password."""
        if not self.password:
            return ""
        named = f"{self.username}:{self.password}".encode()
        return f"Basic {binascii.b2a_base64(named, newline=False).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    auth: str = ""
    username: str = ""
    password: str = ""
    identitytoken: str = ""
    registrytoken: str = ""


def read_credentials(path: Path, registry: str, repository: str = "") -> Credentials | None:
    """Return what the file at ``path`` has for a repository of ``registry``; None where it has nothing or is not there.

    Raise `InvalidCredentials` for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE + 1)
        if len(content) > _MAX_FILE:
            raise InvalidCredentials(f"{str(path)!r} is larger than {_MAX_FILE} bytes")
        config = parse(content, "file of credentials")
        auths, helpers, store = _entries(config), config.text_map("credHelpers"), config.text("credsStore", "")
    except FileNotFoundError:
        return None
    except (OSError, InvalidDocument) as error:
        raise InvalidCredentials(f"{str(path)!r} holds no credentials: {error}") from error
    hosts = (*_DOCKER_HUB, DOCKER_HUB_ADDRESS) if registry == DEFAULT_REGISTRY else (registry,)
    helper = next((helpers[name] for name in hosts if name in helpers), None)
    if helper:
        return Credentials(helper=helper)
    known = {_named(key): (key, entry) for key, entry in sorted(auths.items()) if entry != _Entry()}
    for name in _names(hosts, repository):
        if name in known:
            key, entry = known[name]
            return _credentials(entry, key, path)
    # A registry whose own helper is "" has none, whatever keeps the other passwords, as docker/cli reads it.
    return Credentials(helper=store) if store and helper is None else None


def _entries(config: Fields) -> dict[str, _Entry]:
    auths = config.fields("auths")
    return {} if auths is None else {name: _entry(auths.needed(name)) for name in auths.names() if auths.given(name)}


def _entry(known: Fields) -> _Entry:
    return _Entry(
        auth=known.text("auth", ""),
        username=known.text("username", ""),
        password=known.text("password", ""),
        identitytoken=known.text("identitytoken", ""),
        registrytoken=known.text("registrytoken", ""),
    )


def _names(hosts: tuple[str, ...], repository: str) -> Iterator[str]:
    """Yield the names that credentials may stand under, the most specific first."""
    parts = repository.split("/") if repository else []
    for count in range(len(parts), -1, -1):
        for host in hosts:
            yield "/".join((host, *parts[:count]))


def _named(key: str) -> str:
    """Return what a key stands for; of an address such as ``https://index.docker.io/v1/`` the host."""
    if "://" in key:
        return key.partition("://")[2].partition("/")[0]
    return key.removesuffix("/").removesuffix("/v1").removesuffix("/v2")


def _credentials(entry: _Entry, key: str, path: Path) -> Credentials:
    username, password = entry.username, entry.password
    if entry.auth:
        try:
            username, _, password = binascii.a2b_base64(entry.auth, strict_mode=True).decode().partition(":")
        except ValueError as error:  # no base64, not even ASCII, or no UTF-8 in it
            raise InvalidCredentials(f"{str(path)!r} has no valid 'auth' for {key[:160]!r}") from error
    return Credentials(
        username=username,
        password=password.rstrip("\0"),
        identity_token=entry.identitytoken,
        registry_token=entry.registrytoken,
    )
