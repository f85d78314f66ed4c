"""Make key pairs to sign with, in cosign's own files, and print the public key of any key, and its fingerprint.

The password comes from PRILL_KEY_PASSWORD or COSIGN_PASSWORD, or is asked for. Nothing is overwritten.

examples:
  prill keys new
  prill keys new --output release --kind ed25519
  prill keys show prill.key > prill.pub
  prill keys show pkcs11:object=signing > release.pub
"""

import argparse
import sys
from pathlib import Path

from prill.cli.exit import Exit
from prill.cli.options import add_common
from prill.cli.output import say
from prill.errors import PrillError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from prill.signing.keys import PublicKey

__all__ = ["run", "setup_parser"]

_KINDS = ("ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-3072", "rsa-4096")
_RANDOM = 56


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="new|show")
    new = verbs.add_parser("new", help="make PREFIX.key, encrypted with a password, and PREFIX.pub")
    new.add_argument(
        "-o",
        "--output",
        "--output-key-prefix",
        type=Path,
        default=Path("prill"),
        metavar="PREFIX",
        help="the files' name without .key and .pub (default: prill)",
    )
    new.add_argument("--kind", choices=_KINDS, default=_KINDS[0], help=f"the key's kind (default: {_KINDS[0]})")
    add_common(new)
    show = verbs.add_parser("show", help="print a key's public half in PEM")
    show.add_argument("key", metavar="KEY", help="a key file, private or public, env://NAME, or a token's pkcs11: URI")
    add_common(show)


def run(arguments: argparse.Namespace) -> Exit:
    """Make a pair, or print a key."""
    return _new(arguments) if arguments.verb == "new" else _show(arguments)


def _new(arguments: argparse.Namespace) -> Exit:
    import secrets  # noqa: PLC0415 - start-up stays lazy

    from prill.api.keys import new_key_pair  # noqa: PLC0415
    from prill.cli.key_options import new_password  # noqa: PLC0415
    from prill.signing.private_key import KeyKind  # noqa: PLC0415

    pair = new_key_pair(
        arguments.output,
        kind=KeyKind(arguments.kind),
        password=new_password(),
        random=secrets.token_bytes(_RANDOM),
    )
    lines = (
        f"wrote {pair.private}: the private key, encrypted; keep it, and its password, to yourself",
        f"wrote {pair.public}: the public key, {pair.key.kind}, {pair.key.fingerprint}",
    )
    say("\n".join(lines), quiet=arguments.quiet)
    return Exit.GOOD


def _show(arguments: argparse.Namespace) -> Exit:
    key = _public_key(arguments.key)
    sys.stdout.write(key.to_pem().decode("ascii"))
    if not arguments.quiet:
        print(f"prill: {key.kind}, {key.fingerprint}", file=sys.stderr)
    return Exit.GOOD


def _public_key(reference: str) -> "PublicKey":
    """Return a key's public half, or a public key as it is; raise as `signer_of`."""
    from prill.cli.key_options import signer_of  # noqa: PLC0415 - start-up stays lazy
    from prill.cli.trust_options import key_of  # noqa: PLC0415
    from prill.signing.keys import UnusableKey  # noqa: PLC0415

    try:
        return signer_of(reference).public_key
    except UnusableKey as unusable:
        try:
            return key_of(reference)
        except PrillError:
            raise unusable from None
