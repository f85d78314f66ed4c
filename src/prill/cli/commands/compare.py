"""Compare images side by side: size, packages, shells, vulnerabilities by severity, fixable ones, with differences.

The first image is what the others are compared with. What each figure comes from, and as of when, stands below the
table; a figure that nobody knows is unknown, never zero.

examples:
  prill compare registry:registry.example.test/debian:12 out/python3
  prill compare old.tar new.tar --format markdown -o comparison.md
  prill compare out/python3 out/nginx --format html -o comparison.html
"""

import argparse
import sys
from typing import TYPE_CHECKING

from prill import __version__
from prill.cli.argument_parser import output_file
from prill.cli.database_option import add_advisers
from prill.cli.exit import Exit
from prill.cli.options import add_network, open_services, table_format
from prill.cli.output import say
from prill.cli.sbom_output import columns, tell_gaps
from prill.cli.scan_options import add_reading, open_options, tell_notes

if TYPE_CHECKING:
    from prill.model.comparison import Comparison

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("first", metavar="A", help="what the others are compared with: any image, or a folder")
    parser.add_argument("others", nargs="+", metavar="B", help="an image to compare with it")
    parser.add_argument(
        "--format",
        type=table_format,
        choices=("table", "json", "markdown", "html"),
        default="table",
        help="the report's format",
    )
    parser.add_argument("-o", "--output", type=output_file, metavar="FILE", help="write the report there")
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be known")
    add_advisers(parser)
    add_network(parser)
    add_reading(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Compare."""
    from prill.api.comparison import compare_images  # noqa: PLC0415 - start-up stays lazy
    from prill.api.scan import ScanOptions  # noqa: PLC0415
    from prill.cli.database_option import chosen_database  # noqa: PLC0415

    options = ScanOptions(archive=not arguments.no_archive, database=chosen_database(arguments))
    with open_services(arguments) as services:
        names = (arguments.first, *arguments.others)
        comparison, notes = compare_images(names, open_options(arguments), services, options)
    tell_notes(notes, quiet=arguments.quiet)
    data = _document(comparison, arguments.format)
    if arguments.output is not None:
        from prill._io.atomic import write_atomic  # noqa: PLC0415 - start-up stays lazy

        write_atomic(arguments.output, data)
    elif arguments.format == "table":
        say(data.decode(), quiet=arguments.quiet)
    else:
        sys.stdout.buffer.write(data)
    if arguments.format != "table" or arguments.output is not None:
        tell_gaps(comparison.gaps, quiet=arguments.quiet, verbose=arguments.verbose)
    return Exit.INCOMPLETE if comparison.gaps and not arguments.allow_gaps else Exit.GOOD


def _document(comparison: "Comparison", name: str) -> bytes:
    tool = f"prill-{__version__}"
    if name == "json":
        from prill.formats.comparison_json import encode_comparison  # noqa: PLC0415 - one format is wanted

        return encode_comparison(comparison, tool=tool)
    if name == "markdown":
        from prill.views.comparison_markdown import comparison_markdown  # noqa: PLC0415

        text = comparison_markdown(comparison)
    elif name == "html":
        from prill.views.comparison_html import comparison_html  # noqa: PLC0415

        text = comparison_html(comparison, tool=tool)
    else:
        from prill.views.comparison_table import comparison_table  # noqa: PLC0415

        text = comparison_table(comparison, width=columns()) + "\n"
    return text.encode("utf-8", "backslashreplace")
