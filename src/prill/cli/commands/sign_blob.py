"""Sign a file: the signature is a Sigstore bundle beside it, FILE.sigstore.json, which verifies offline.

With --predicate a statement about the file is signed in its place: an SBOM, provenance, or anything else in JSON.

examples:
  prill sign-blob app.tar.gz --key prill.key
  prill sign-blob app.tar.gz --key prill.key --bundle app.bundle --output-signature app.sig
  prill sign-blob app.tar.gz --keyless
  prill sign-blob app.tar.gz --key prill.key --predicate provenance.json --type slsaprovenance1
"""

import argparse
from pathlib import Path

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_registry
from prill.cli.output import say
from prill.cli.sign_options import add_signing, open_signing, read_predicate

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what is signed")
    parser.add_argument(
        "--bundle", type=Path, metavar="FILE", help="where the bundle goes (default: FILE.sigstore.json)"
    )
    parser.add_argument(
        "--output-signature", type=Path, metavar="FILE", help="write the bare signature in base64 as well"
    )
    statement = parser.add_mutually_exclusive_group()
    statement.add_argument("--predicate", type=Path, metavar="FILE", help="what is said about the file, and signed")
    parser.add_argument("--type", metavar="TYPE", help="the predicate's type, as prill attest (default: custom)")
    statement.add_argument(
        "--in-toto",
        action="store_true",
        help="FILE is an in-toto statement: sign it in an envelope, for the files that it is about",
    )
    add_signing(parser)
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Sign."""
    from prill._io.atomic import write_atomic  # noqa: PLC0415 - start-up stays lazy
    from prill._io.clock import SystemClock  # noqa: PLC0415
    from prill.api.blobs import sign_blob  # noqa: PLC0415
    from prill.signing.strict_json import to_base64  # noqa: PLC0415

    now = SystemClock().now()
    predicate = read_predicate(arguments, now) if arguments.predicate or arguments.type is not None else None
    with open_signing(arguments, now) as signing:
        made = sign_blob(arguments.file, signing, in_toto=arguments.in_toto, predicate=predicate)
    place = arguments.bundle or arguments.file.with_name(f"{arguments.file.name}.sigstore.json")
    write_atomic(place, made.bundle)
    if arguments.output_signature:
        write_atomic(arguments.output_signature, f"{to_base64(made.signature)}\n".encode())
    say(f"signed {arguments.file}, {made.digest}\n  as    {place}", quiet=arguments.quiet)
    return Exit.GOOD
