"""State what follows from an image about its vulnerabilities, as OpenVEX: affected, and by what that is mended, or not.

Packages whose code a build left out are not affected: vulnerable_code_not_present, with the paths and the rule from the
build record. The document is dated by its sources: the same image and the same sources give the same bytes. --attach
puts it beside the image, unsigned; prill attest --type openvex signs it.

examples:
  prill vex write out/python3 -o python3.vex.json
  prill vex write out/python3 --attach
  prill attest out/python3 --type openvex --predicate python3.vex.json --key prill.key
"""

import argparse
import sys

from prill.cli.argument_parser import output_file
from prill.cli.database_option import add_advisers
from prill.cli.exit import Exit
from prill.cli.options import add_network, open_services
from prill.cli.output import say, warn
from prill.cli.scan_options import add_reading, open_options, tell_notes

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("image", metavar="IMAGE", help="a layout, an archive, or a registry's image")
    parser.add_argument("-o", "--output", type=output_file, metavar="FILE", help="write the document there")
    parser.add_argument("--attach", action="store_true", help="put it beside the image, in its layout or registry")
    parser.add_argument("--owner", default="", metavar="WHO", help="who states it (default: Prill)")
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be known")
    add_advisers(parser)
    add_network(parser)
    add_reading(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Write it."""
    from prill.api.own_vex import attach_vex, write_vex  # noqa: PLC0415 - start-up stays lazy
    from prill.api.scan import ScanOptions  # noqa: PLC0415
    from prill.cli.database_option import chosen_database  # noqa: PLC0415

    opening = open_options(arguments)
    options = ScanOptions(archive=not arguments.no_archive, database=chosen_database(arguments))
    with open_services(arguments) as services:
        vex = write_vex(arguments.image, opening, services, options, author=arguments.owner)
    tell_notes(vex.notes, quiet=arguments.quiet)
    said = ", ".join(f"{number} {status}" for status, number in vex.counts.items() if number)
    if arguments.output is not None:
        from prill._io.atomic import write_atomic  # noqa: PLC0415 - start-up stays lazy

        write_atomic(arguments.output, vex.document)
        say(f"wrote {arguments.output}: {said}", quiet=arguments.quiet)
    if arguments.attach:
        descriptor = attach_vex(arguments.image, vex, opening)
        say(f"attached {descriptor.digest}: {said}", quiet=arguments.quiet)
    if arguments.output is None and not arguments.attach:
        sys.stdout.buffer.write(vex.document)
    for gap in vex.report.gaps:
        warn(f"not looked at: {gap.subject}: {gap.reason}", quiet=arguments.quiet)
    return Exit.INCOMPLETE if vex.report.gaps and not arguments.allow_gaps else Exit.GOOD
