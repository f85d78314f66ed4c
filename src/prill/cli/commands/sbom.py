"""Say which packages are in an image, as a table or as an SBOM; an SBOM of anybody's is read, too.

Its verbs convert, diff and validate work on documents alone: prill sbom diff --help.

examples:
  prill sbom out/python3
  prill sbom docker-archive:app.tar --format cyclonedx -o app.cdx.json --also spdx:app.spdx.json
  prill sbom registry:registry.example.test/app:1 --platform linux/arm64 --format purls
  prill sbom app.cdx.json
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.progress import progress_for
from prill.cli.sbom_output import add_document_options, deliver, encode
from prill.cli.scan_options import add_reading, open_options
from prill.model.value import replace

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "image", metavar="IMAGE", help="a layout, an archive, a folder, a registry's image, or an SBOM's file"
    )
    add_document_options(parser, default="table")
    add_reading(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Catalogue."""
    from prill.api.sbom_documents import sbom_opened  # noqa: PLC0415 - start-up stays lazy
    from prill.cli.settings import source_date_epoch  # noqa: PLC0415

    with progress_for(quiet=arguments.quiet), sbom_opened(arguments.image, open_options(arguments)) as (sbom, notes):
        epoch = source_date_epoch()
        encoded = encode(arguments, sbom if epoch is None else replace(sbom, created=epoch))
    return deliver(arguments, encoded, notes)
