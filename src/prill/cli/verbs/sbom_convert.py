"""Write an SBOM in another format. CycloneDX, SPDX 2 and 3 and syft's JSON are read.

What the other format cannot carry is said and makes the exit code 4; --allow-gaps accepts it.

examples:
  prill sbom convert app.syft.json --format cyclonedx -o app.cdx.json
  prill sbom convert app.cdx.json --format spdx-3
  prill sbom convert app.spdx.json --format cyclonedx@1.5 --no-files
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.options import add_common
from prill.cli.sbom_output import add_document_options, deliver, encode

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", metavar="FILE", help="an SBOM in JSON")
    add_document_options(parser, default="cyclonedx")
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Convert."""
    from prill.api.sbom_documents import read_document  # noqa: PLC0415 - start-up stays lazy
    from prill.formats.sbom_documents import read_to_convert  # noqa: PLC0415

    return deliver(arguments, encode(arguments, read_to_convert(read_document(arguments.file), arguments.file)))
