"""Build an image again from its lock, and compare.

The lock is the one attached to the image. No cached part of a layer is used; packages come from the cache or the
archive by their digests. Exit code 10 if anything differs.

examples:
  prill rebuild --verify out/python3               same diff IDs, same digest, or the first file that differs
  prill rebuild out/python3 -o out/python3-again   write what was built
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_network, add_registry, open_services, registry_access
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("image", metavar="IMAGE", help="an image that prill build wrote")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--verify", action="store_true", help="compare with what is there, and write nothing")
    group.add_argument("-o", "--output", metavar="DEST", help="write the rebuilt image there")
    add_network(parser)
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Rebuild."""
    from prill.api.publish import publish  # noqa: PLC0415 - start-up stays lazy
    from prill.api.rebuild import rebuild, verify_rebuild  # noqa: PLC0415
    from prill.oci.destinations import Destination  # noqa: PLC0415

    access = registry_access(arguments)
    destination = Destination.parse(arguments.output) if arguments.output is not None else None
    if destination is not None:
        destination.check(access)
    with open_services(arguments) as services:
        if destination is not None:
            place = publish(rebuild(arguments.image, services, access=access), destination, access=access)
            say(f"wrote {place}", quiet=arguments.quiet)
            return Exit.GOOD
        found = verify_rebuild(arguments.image, services, access=access)
    if found.exact:
        say(f"{found.name}: exact, {found.digest}, {found.compared} blobs compared", quiet=arguments.quiet)
        return Exit.GOOD
    say(f"{found.name}: the rebuild differs", quiet=arguments.quiet)
    for one in found.differences:
        say(f"  {one.what}\n    stored   {one.stored}\n    rebuilt  {one.rebuilt}", quiet=arguments.quiet)
    return Exit.NO
