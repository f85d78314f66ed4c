"""Copy an image from anywhere to anywhere, byte by byte; a mirror keeps its signatures.

A and B are registries' names, layouts, archives, or docker-daemon:NAME. Of an index the image of this machine is taken,
unless --platform or --all-platforms says otherwise. With --with-referrers come the referrers of every manifest, those
under the referrers tag, cosign's .sig, .att and .sbom, and what is attached to all these.

examples:
  prill copy registry.example.com/app:1 mirror.example.net/app:1 --all-platforms --with-referrers
  prill copy registry.example.com/app:1 oci-archive:app.tar --all-platforms --with-referrers
  prill copy oci-archive:app.tar localhost:5000/app:1 --all-platforms --with-referrers --plain-http
  prill copy registry.example.com/app:1 localhost:5000/app:1 --to-plain-http
  prill copy registry.example.com/app:1 docker-daemon:app:1
"""

import argparse

from prill.cli.copy_options import add_choice, add_report
from prill.cli.copy_options import copy as copy_image
from prill.cli.exit import Exit

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("source", metavar="A", help="where the image is")
    parser.add_argument("destination", metavar="B", help="where it goes: HOST/NAME:TAG, a folder, oci-archive:FILE, …")
    add_choice(parser)
    add_report(parser)
    parser.add_argument("--from-plain-http", action="store_true", help="HTTP without TLS to A's registry alone")
    parser.add_argument("--to-plain-http", action="store_true", help="HTTP without TLS to B's registry alone")


def run(arguments: argparse.Namespace) -> Exit:
    """Copy."""
    from prill.oci.destinations import Destination  # noqa: PLC0415 - start-up stays lazy

    return copy_image(
        arguments,
        arguments.source,
        Destination.parse(arguments.destination),
        whole=arguments.all_platforms,
        attachments=arguments.with_referrers,
        plain=(arguments.from_plain_http, arguments.to_plain_http),
    )
