"""Say what an image is: its type, release and end of life, base, shells, tools, users, secrets, layers.

What is to be looked after comes first. Each fact has its evidence: the path and the layer. Secrets are never printed.
Known base images are found by their layers, without labels: see prill bases --help.

examples:
  prill inspect out/python3
  prill inspect docker-archive:app.tar --format html -o app.html
  prill inspect registry:registry.example.test/app:1 --platform linux/arm64 --format json
  prill inspect dir:/srv/rootfs --verbose
"""

import argparse
import sys
from typing import TYPE_CHECKING

from prill import __version__
from prill.cli.argument_parser import output_file
from prill.cli.exit import Exit
from prill.cli.output import say
from prill.cli.progress import progress_for
from prill.cli.scan_options import add_reading, open_options, tell_notes

if TYPE_CHECKING:
    from prill.model.facts import ImageFacts

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("image", metavar="IMAGE", help="a layout, an archive, a registry's image, or a folder")
    parser.add_argument(
        "--format", choices=("text", "json", "markdown", "html"), default="text", help="the report's format"
    )
    parser.add_argument("-o", "--output", type=output_file, metavar="FILE", help="write the report there")
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be read")
    add_reading(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Inspect."""
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.api.inspect import inspect_image  # noqa: PLC0415
    from prill.catalogue.known_bases import KnownBases  # noqa: PLC0415
    from prill.cli.settings import load_settings, source_date_epoch  # noqa: PLC0415

    epoch = source_date_epoch()
    now = SystemClock().now() if epoch is None else epoch
    bases = KnownBases(load_settings(arguments.config).bases)
    with progress_for(quiet=arguments.quiet):
        facts, notes = inspect_image(arguments.image, open_options(arguments), now=now, bases=bases)
    tell_notes(notes, quiet=arguments.quiet)
    report = _render(arguments, facts)
    if arguments.output is not None:
        from prill._io.atomic import write_atomic  # noqa: PLC0415

        write_atomic(arguments.output, report.encode("utf-8", "backslashreplace"))
    elif arguments.format == "text":
        say(report, quiet=arguments.quiet)
    else:
        sys.stdout.buffer.write(report.encode("utf-8", "backslashreplace"))
    if arguments.format != "text" or arguments.output:
        from prill.cli.sbom_output import tell_gaps  # noqa: PLC0415

        tell_gaps(facts.gaps, quiet=arguments.quiet, verbose=arguments.verbose)
    return Exit.INCOMPLETE if facts.gaps and not arguments.allow_gaps else Exit.GOOD


def _render(arguments: argparse.Namespace, facts: "ImageFacts") -> str:
    if arguments.format == "json":
        from prill.formats.image_facts import encode_facts  # noqa: PLC0415 - one format is wanted

        return encode_facts(facts, tool=f"prill-{__version__}").decode()
    from prill.views.inspection_facts import page_of  # noqa: PLC0415

    page = page_of(facts)
    if arguments.format == "text":
        from prill.cli.sbom_output import columns  # noqa: PLC0415
        from prill.views.inspection_text import inspection_text  # noqa: PLC0415

        return inspection_text(page, width=columns(), verbose=arguments.verbose) + "\n"
    from prill.views.inspection_document import render_html, render_markdown  # noqa: PLC0415

    tool = f"Prill {__version__}"
    return render_html(page, tool=tool) if arguments.format == "html" else render_markdown(page, tool=tool)
