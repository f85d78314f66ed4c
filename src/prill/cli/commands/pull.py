"""Bring an image from a registry to this machine: to a layout, an archive for docker load, or to Docker itself.

Of an index the image of this machine is taken, unless --platform or --all-platforms says otherwise.

examples:
  prill pull registry.example.com/gold/python3:3.13 -o out/python3 --all-platforms --with-referrers
  prill pull registry.example.com/gold/python3:3.13 -o docker-archive:python3.tar --platform linux/arm64
  prill pull registry.example.com/gold/python3:3.13 -o docker-daemon:python3:3.13
"""

import argparse

from prill.cli.copy_options import add_choice, add_report, copy
from prill.cli.exit import Exit

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("reference", metavar="REF", help="the registry's name of the image, with a tag or a digest")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DEST",
        help="a layout's folder, oci-archive:FILE, docker-archive:FILE or docker-daemon:NAME "
        "(default: a folder named as the image)",
    )
    add_choice(parser)
    add_report(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Pull."""
    from prill.model.reference import ImageReference  # noqa: PLC0415 - start-up stays lazy
    from prill.oci.destinations import Destination  # noqa: PLC0415

    reference = ImageReference.parse(arguments.reference.removeprefix("registry:"))
    output = arguments.output or f"oci-dir:{reference.repository.rpartition('/')[2]}"
    return copy(
        arguments,
        f"registry:{reference}",
        Destination.parse(output),
        whole=arguments.all_platforms,
        attachments=arguments.with_referrers,
    )
