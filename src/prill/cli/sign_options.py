"""Options of the commands that sign: with what, in which layout, and who witnesses."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.key_options import add_key, signer_of
from prill.cli.settings import load_settings
from prill.cli.trust_options import flag
from prill.errors import PrillError

if TYPE_CHECKING:
    from prill.api.sign import Made, SigningRequest
    from prill.api.signing_services import Signing
    from prill.signing.signing_config import SigningConfig

__all__ = ["NoKey", "add_layout", "add_signing", "made_lines", "open_signing", "read_predicate", "signing_request"]

_MAX_TOKEN, _MAX_CONFIG, _MAX_PREDICATE = 64 * 1024, 1 << 20, 24 << 20


class NoKey(PrillError):
    """Nobody said what to sign with, or two different things were named."""


def add_signing(parser: argparse.ArgumentParser) -> None:
    """Add ``--key``, ``--identity-token``, the services, and cosign's names of them."""
    add_key(parser)
    group = parser.add_argument_group("signing with an identity, and putting signatures on record")
    group.add_argument(
        "--keyless", action="store_true", help="sign with an identity; its token comes from the environment"
    )
    group.add_argument(
        "--identity-token", metavar="TOKEN", help="the identity's token, or the file it is in; implies --keyless"
    )
    group.add_argument("--fulcio-url", metavar="URL", help="the certificate authority (default: Sigstore's)")
    group.add_argument(
        "--rekor-url", metavar="URL", help="the log (default: Sigstore's with an identity, none with a key)"
    )
    group.add_argument("--timestamp-server-url", metavar="URL", help="the timestamp authority")
    group.add_argument(
        "--signing-config", type=Path, metavar="FILE", help="where the services are, as Sigstore publishes it"
    )
    group.add_argument(
        "--trusted-root", type=Path, metavar="FILE", help="who is believed when the signature is checked"
    )
    group.add_argument(
        "--tlog-upload",
        type=flag,
        nargs="?",
        const=True,
        default=None,
        metavar="BOOL",
        help="true puts a key's signature on Sigstore's public log; false, none",
    )
    parser.add_argument("-y", "--yes", action="store_true", help="ask nothing; nothing is ever asked, cosign has it")


def add_layout(parser: argparse.ArgumentParser) -> None:
    """Add ``--layout``."""
    parser.add_argument(
        "--layout",
        choices=("bundle", "legacy"),
        default="bundle",
        help="bundle, as cosign 3 (the default); legacy, as cosign 2, under the tags sha256-….sig and .att",
    )


@contextmanager
def open_signing(arguments: argparse.Namespace, now: int) -> "Iterator[Signing]":
    """Return who signs and who witnesses; raise `NoKey`, or what opening the key or asking the services raises."""
    from prill._io.exchange import Exchange  # noqa: PLC0415 - start-up stays lazy
    from prill.api.signing_services import sign_with_identity, sign_with_key  # noqa: PLC0415
    from prill.api.trust import load_trust  # noqa: PLC0415

    keyless = arguments.keyless or arguments.identity_token is not None
    if (arguments.key is None) != keyless:
        said = "both a key and an identity are" if keyless else "nobody said what"
        raise NoKey(f"{said} to sign with", hint="--key KEY (prill keys new makes one), or --keyless")
    trust = load_trust(arguments.trusted_root, load_settings(arguments.config).cache)
    config = _config(arguments, now, keyless=keyless)
    exchange = Exchange(plain_http=bool(getattr(arguments, "plain_http", False)))
    try:
        if arguments.key is not None:
            yield sign_with_key(signer_of(arguments.key), config, trust=trust, exchange=exchange)
        else:
            yield sign_with_identity(
                _token(arguments.identity_token),
                config,
                trust=trust,
                exchange=exchange,
                environment=os.environ,
                now=now,
            )
    finally:
        exchange.close()


def signing_request(arguments: argparse.Namespace, signing: "Signing", now: int) -> "SigningRequest":
    """Return how images are signed."""
    from prill.api.sign import SignatureLayout, SigningRequest  # noqa: PLC0415 - start-up stays lazy

    return SigningRequest(
        signer=signing.signer,
        verifier=signing.verifier,
        witnesses=signing.witnesses,
        chain=signing.chain,
        layout=SignatureLayout(arguments.layout),
        now=now,
    )


def read_predicate(arguments: argparse.Namespace, now: int) -> tuple[str, bytes]:
    """Return the type that ``--type`` names, and the predicate that the file ``--predicate`` makes.

    Raise `UnknownPredicate`, `PredicateTooLarge`, `Malformed` or `OSError`.
    """
    from prill._io.regular import read_regular  # noqa: PLC0415 - start-up stays lazy
    from prill.signing.predicates import (  # noqa: PLC0415
        PredicateTooLarge,
        UnknownPredicate,
        encode_predicate,
        predicate_type,
    )

    name = "custom" if arguments.type is None else arguments.type
    kind = predicate_type(name)
    if arguments.predicate is None:
        raise UnknownPredicate(
            f"there is no predicate that could be of the type {name[:80]!r}", hint="--predicate FILE"
        )
    data = read_regular(arguments.predicate, _MAX_PREDICATE)
    if len(data) > _MAX_PREDICATE:
        raise PredicateTooLarge(f"{arguments.predicate} has more than {_MAX_PREDICATE} bytes")
    return kind, encode_predicate(name, data, now=now)


def made_lines(made: "Made", what: str) -> list[str]:
    """Describe what was signed, for a person."""
    name = made.name.partition("@")[0]
    lines = [f"{what} {name}@{made.subject}", f"  as    {made.stored} ({made.signed.form})"]
    lines += [f"  log   entry {entry.index}" for entry in made.signed.entries]
    return lines


def _config(arguments: argparse.Namespace, now: int, *, keyless: bool) -> "SigningConfig":
    from prill.api.signing_services import public_config  # noqa: PLC0415 - start-up stays lazy
    from prill.signing.signing_config import SigningConfig  # noqa: PLC0415

    if arguments.signing_config is not None:
        from prill._io.regular import read_regular  # noqa: PLC0415 - start-up stays lazy

        config = SigningConfig.parse(read_regular(arguments.signing_config, _MAX_CONFIG)[:_MAX_CONFIG], now=now)
    elif keyless or arguments.tlog_upload:
        config = public_config(now=now)
    else:
        config = SigningConfig()
    config = config.with_urls(
        authority=arguments.fulcio_url, log=arguments.rekor_url, timestamps=arguments.timestamp_server_url
    )
    return config if arguments.tlog_upload is not False or keyless else config.without_log()


def _token(given: str | None) -> str | None:
    """Return the token: the text itself, or what is in the file of that name.

    Raise `InvalidToken` for what is neither, without showing it: a damaged token is a secret, too.
    """
    if given is None or (given.count(".") == 2 and "/" not in given):  # noqa: PLR2004 - a JWT has three parts
        return given
    from prill._io.regular import read_regular  # noqa: PLC0415 - start-up stays lazy
    from prill.signing.oidc import InvalidToken  # noqa: PLC0415

    try:
        content = read_regular(Path(given), _MAX_TOKEN)
    except OSError as error:
        raise InvalidToken(
            "--identity-token is neither a token, which has three parts with dots between, nor a file that can be read",
            hint="prill keeps what was given to itself, since it may be a secret",
        ) from error
    return content[:_MAX_TOKEN].decode("ascii", "replace")
