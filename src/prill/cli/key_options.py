"""Options of the commands that sign: which key, and its password."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from prill.errors import PrillError

if TYPE_CHECKING:
    from prill.signing.signer import KeyContext, Signer

__all__ = ["NoPassword", "add_key", "key_context", "new_password", "signer_of"]

_VARIABLES = ("PRILL_KEY_PASSWORD", "COSIGN_PASSWORD")


class NoPassword(PrillError):
    """A key file needs a password, and there is nobody to ask for it."""


def add_key(parser: argparse.ArgumentParser) -> None:
    """Add ``--key``."""
    parser.add_argument(
        "--key",
        metavar="KEY",
        help="a key file in cosign's format or PEM, env://NAME, or a token's pkcs11: URI",
    )


def signer_of(reference: str) -> "Signer":
    """Open the key; raise what `open_signer` raises."""
    from prill.signing.signer import open_signer  # noqa: PLC0415 - start-up stays lazy

    return open_signer(reference, key_context())


def key_context() -> "KeyContext":
    """Return the environment and the way to a password."""
    from prill.signing.signer import KeyContext  # noqa: PLC0415 - start-up stays lazy

    return KeyContext(environment=os.environ, password=_password)


def new_password() -> bytes:
    """Return the password for a new key: from the environment, or asked for twice."""
    given = _from_environment()
    if given is not None:
        return given
    first = _ask("password for the private key (empty for none): ")
    if first != _ask("again: "):
        raise NoPassword("the two passwords differ")
    return first


def _password() -> bytes:
    given = _from_environment()
    return _ask("password of the private key: ") if given is None else given


def _from_environment() -> bytes | None:
    for name in _VARIABLES:
        value = os.environ.get(name)
        if value is not None:
            return value.encode("utf-8", "surrogateescape")
    return None


def _ask(prompt: str) -> bytes:
    if not sys.stdin.isatty():
        raise NoPassword(
            "the key has a password, and there is nobody to ask for it", hint=f"set {' or '.join(_VARIABLES)}"
        )
    from getpass import getpass  # noqa: PLC0415 - only for people

    return getpass(prompt, stream=sys.stderr).encode("utf-8")
