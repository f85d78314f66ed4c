"""Say whether an SBOM is valid in its own format, and what it leaves out of what public rules demand.

The document is held to its format's schema first; a valid one then to NTIA's minimum elements and to the required
fields of BSI TR-03183-2. Each missing element is listed with the packages concerned; --verbose and JSON name all of
them. Exit code 10 where anything is missing.

examples:
  prill sbom validate app.cdx.json
  prill sbom validate app.cdx.json --against schema
  prill sbom validate app.spdx.json --against schema,ntia --format json
"""

import argparse
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.options import add_common
from prill.cli.output import say, say_json

if TYPE_CHECKING:
    from prill.api.sbom_documents import SbomCheck

__all__ = ["run", "setup_parser"]

_SHOWN = 3
_RULES = ("schema", "ntia", "bsi")


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", metavar="FILE", help="an SBOM in JSON")
    parser.add_argument(
        "--against",
        type=_rules,
        default=_RULES,
        metavar="RULES",
        help="which rules count, with commas between: schema, ntia, bsi (default: all of them)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    add_common(parser)


def _rules(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(_RULES):
        raise argparse.ArgumentTypeError(f"expected {', '.join(_RULES)} with commas between, not {text[:80]!r}")
    return names


def run(arguments: argparse.Namespace) -> Exit:
    """Check."""
    from prill.api.sbom_documents import check_sbom  # noqa: PLC0415 - start-up stays lazy

    check = check_sbom(arguments.file, against=arguments.against)
    if arguments.format == "json":
        say_json(_document(check))
    else:
        say(_text(check, verbose=arguments.verbose), quiet=arguments.quiet)
    return Exit.NO if check.faults or check.missing else Exit.GOOD


def _document(check: "SbomCheck") -> dict[str, object]:
    return {
        "format": check.format,
        "packages": check.packages,
        "valid": not check.faults,
        "faults": [{"path": one.path, "message": one.message} for one in check.faults],
        "against": check.standards,
        "missing": [
            {"standard": one.standard, "element": one.element, "packages": one.packages} for one in check.missing
        ],
    }


def _text(check: "SbomCheck", *, verbose: bool) -> str:
    from prill.cli.sbom_output import columns  # noqa: PLC0415 - one format is wanted
    from prill.formats.minimum_elements import STANDARDS  # noqa: PLC0415
    from prill.views.sbom_check import CheckLine, sbom_check  # noqa: PLC0415

    sections = [("valid", [CheckLine(what=str(one)) for one in check.faults])]
    for name, title in STANDARDS.items():
        if name in check.standards:
            lines = [
                CheckLine(what=one.element, packages=one.packages) for one in check.missing if one.standard == name
            ]
            sections.append((title, lines))
    return sbom_check(check.format, check.packages, sections, width=columns(), most=None if verbose else _SHOWN)
