"""List the files of an image or a folder: mode, owner, size, layer, package, digest, and where links lead.

A pattern is a path, which stands for all that is in a folder, or a glob from the root: * stays within a folder,
** crosses them.

examples:
  prill files out/python3
  prill files docker-archive:app.tar /etc
  prill files registry:registry.example.test/app:1 '**/*.so*' --format json
  prill files dir:rootfs --no-digests
"""

import argparse
import sys

from prill.cli.exit import Exit
from prill.cli.options import table_format
from prill.cli.scan_options import add_reading, open_options, tell_notes

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("image", metavar="IMAGE", help="a layout, an archive, a folder or a registry's image")
    parser.add_argument("patterns", metavar="GLOB", nargs="*", help="which files (default: all)")
    parser.add_argument(
        "--format", type=table_format, choices=("table", "json"), default="table", help="the list's format"
    )
    parser.add_argument("--no-digests", action="store_true", help="read no contents: faster, without SHA-256")
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be read")
    add_reading(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """List."""
    from prill.api.files import list_files  # noqa: PLC0415 - start-up stays lazy

    digests = not arguments.no_digests
    with list_files(arguments.image, open_options(arguments), patterns=arguments.patterns, digests=digests) as listing:
        tell_notes(listing.notes, quiet=arguments.quiet)
        if arguments.format == "json":
            from prill.formats.file_list import encode_file_list  # noqa: PLC0415 - one format is wanted

            pieces = encode_file_list(listing, subject=listing.subject, layers=listing.layers, gaps=listing.gaps)
            sys.stdout.buffer.writelines(pieces)
        elif not arguments.quiet:
            from prill.views.file_table import file_lines  # noqa: PLC0415

            lines = file_lines(listing, listing.names, digests=digests, layers=bool(listing.layers))
            sys.stdout.writelines(f"{line}\n" for line in lines)
        tell_notes((f"{gap.subject}: {gap.reason}" for gap in listing.gaps), quiet=arguments.quiet)
        return Exit.INCOMPLETE if listing.gaps and not arguments.allow_gaps else Exit.GOOD
