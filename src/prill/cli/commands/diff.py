"""Say what distinguishes two images or folders: settings, packages and files that came, went or changed.

Files are compared by content, mode, owner, links, devices and extended attributes; times are not.

examples:
  prill diff registry:registry.example.test/app:1 out/app
  prill diff docker-archive:old.tar docker-archive:new.tar --format json
  prill diff out/python3 out/python3-rebuilt --check        exits with 10 where anything differs
"""

import argparse
import sys

from prill.cli.exit import Exit
from prill.cli.output import say
from prill.cli.progress import progress_for
from prill.cli.sbom_output import columns
from prill.cli.scan_options import add_pair, add_reading, open_options, tell_notes

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_pair(parser, "a layout, an archive, a folder or a registry's image")
    add_reading(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Compare."""
    from prill.api.image_diff import diff_images  # noqa: PLC0415 - start-up stays lazy

    with progress_for(quiet=arguments.quiet):
        diff, notes = diff_images(arguments.old, arguments.new, open_options(arguments))
    tell_notes(notes, quiet=arguments.quiet)
    if arguments.format == "json":
        from prill.formats.image_diff import encode_image_diff  # noqa: PLC0415 - one format is wanted

        sys.stdout.buffer.write(encode_image_diff(diff))
    else:
        from prill.views.image_diff import image_diff  # noqa: PLC0415

        say(image_diff(diff, width=columns(), every_file=arguments.verbose), quiet=arguments.quiet)
    if arguments.check and diff.differs:
        return Exit.NO
    return Exit.INCOMPLETE if diff.gaps and not arguments.allow_gaps else Exit.GOOD
