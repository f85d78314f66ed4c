"""Bring an image from a layout or an archive to a registry: all its platforms, its SBOMs, provenance and signatures.

What the registry has already is not sent again, and an upload that breaks is taken up where it broke: after an
interruption, push again. The tag comes last.

examples:
  prill push out/python3 registry.example.com/gold/python3:3.13
  prill push oci-archive:python3.tar registry:localhost:5000/python3:3.13 --plain-http
  prill push out/python3 registry.example.com/gold/python3:3.13 --no-referrers --format json
"""

import argparse

from prill.cli.copy_options import add_report, copy
from prill.cli.exit import Exit

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("source", metavar="SRC", help="a layout, an archive, or any other image")
    parser.add_argument("reference", metavar="REF", help="the registry's name for it, with a tag")
    parser.add_argument(
        "--no-referrers", dest="referrers", action="store_false", help="leave out what is attached to the image"
    )
    add_report(parser)
    parser.set_defaults(platform=None)


def run(arguments: argparse.Namespace) -> Exit:
    """Push."""
    from prill.oci.destinations import Destination  # noqa: PLC0415 - start-up stays lazy

    destination = Destination.parse(f"registry:{arguments.reference.removeprefix('registry:')}")
    return copy(arguments, arguments.source, destination, whole=True, attachments=arguments.referrers)
