"""Verify a file's signature: a Sigstore bundle, FILE.sigstore.json unless --bundle names another, or a bare signature.

A file may be named by its digest, sha256:…, where the bundle is all that is at hand. A bundle may also hold a statement
of which the file is a subject, as GitHub's artifact attestations do; --type demands one, of the type that it names.

examples:
  prill verify-blob app.tar.gz --key prill.pub
  prill verify-blob app.tar.gz --bundle app.bundle --identity me@example.test --issuer https://accounts.example.test
  prill verify-blob app.tar.gz --signature app.sig --key cosign.pub
  prill verify-blob app.tar.gz --type slsaprovenance1 --key cosign.pub --require builder.id=https://ci.example.test
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.options import add_common
from prill.cli.output import say, say_json, shown
from prill.cli.trust_options import add_conditions, add_require, add_signers, conditions_of, verifier_of

if TYPE_CHECKING:
    from prill.signing.verified import Verified

__all__ = ["run", "setup_parser", "verify_file"]

_MAX_BUNDLE = 32 << 20


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", metavar="FILE", help="the file, or its digest, sha256:…")
    evidence = parser.add_mutually_exclusive_group()
    evidence.add_argument("--bundle", type=Path, metavar="FILE", help="the bundle (default: FILE.sigstore.json)")
    evidence.add_argument("--signature", type=Path, metavar="FILE", help="a bare signature in base64; needs --key")
    parser.add_argument("--type", metavar="TYPE", help="what kind of statement the bundle must hold, as prill attest")
    add_require(parser)
    add_signers(parser)
    add_conditions(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the answer's format")
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Verify."""
    from prill.cli.verify_output import verified_json, verified_lines  # noqa: PLC0415 - start-up stays lazy

    verified = verify_file(arguments)
    if arguments.format == "json":
        say_json({"name": arguments.file, "digest": str(verified.subject), **verified_json(verified)})
    else:
        lines = (f"{arguments.file}: the file is signed", *verified_lines(verified))
        say("\n".join(map(shown, lines)), quiet=arguments.quiet)
    return Exit.GOOD


def verify_file(arguments: argparse.Namespace) -> "Verified":
    """Verify what the arguments name; raise `VerificationError`."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill._io.regular import read_regular  # noqa: PLC0415
    from prill.api.blobs import read_message, verify_blob  # noqa: PLC0415
    from prill.model.digest import Digest  # noqa: PLC0415
    from prill.signing.keys import Message  # noqa: PLC0415
    from prill.signing.predicates import predicate_type  # noqa: PLC0415
    from prill.signing.steps import Step, VerificationError  # noqa: PLC0415

    if arguments.file.startswith("sha256:"):
        message = Message(None, bytes.fromhex(Digest.parse(arguments.file).hex))
    else:
        message = read_message(Path(arguments.file))
    place = arguments.signature or arguments.bundle or Path(f"{arguments.file}.sigstore.json")
    try:
        evidence = read_regular(place, _MAX_BUNDLE)
    except FileNotFoundError as error:
        if arguments.signature or arguments.bundle:
            raise
        raise VerificationError(
            Step.COLLECT,
            f"there is no bundle beside it: {str(place)!r}",
            hint="name what there is with --bundle, or with --signature a bare one",
        ) from error
    wanted = "" if arguments.require else None
    if arguments.type is not None:
        wanted = predicate_type(arguments.type)
    return verify_blob(
        message,
        evidence,
        verifier_of(arguments),
        conditions=conditions_of(arguments),
        predicate_type=wanted,
        now=SystemClock().now(),
        bare=arguments.signature is not None,
    )
