"""Fetch what is attached to an image: its SBOM, wherever it is kept.

Looked for are attestations (cosign's .att, bundles), referrers of any layout, cosign's .sbom, BuildKit's attestations,
and where there is none of these, files inside the image. Name whose signature is expected, and only what is verified
counts.

examples:
  prill download sbom registry.example.com/gold/python3:3.13 -o python3.spdx.json
  prill download sbom registry.example.com/app:1 --platform linux/arm64 --format cyclonedx
  prill download sbom registry.example.com/app:1 --key cosign.pub
  prill download sbom registry.example.com/app:1 --list
"""

import argparse
import sys
from typing import TYPE_CHECKING

from prill import __version__
from prill.cli.argument_parser import output_file
from prill.cli.exit import Exit
from prill.cli.options import add_common, add_platform, add_registry, platform_of, registry_access
from prill.cli.output import say, say_json
from prill.cli.scan_options import tell_notes
from prill.cli.trust_options import add_conditions, add_signers, verification_of

if TYPE_CHECKING:
    from prill.api.download_sbom import DownloadedSbom, Found

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="sbom")
    sbom = verbs.add_parser("sbom", help="fetch the SBOM that somebody made of an image")
    sbom.add_argument("image", metavar="IMAGE", help="a registry's image, a layout or an archive")
    sbom.add_argument(
        "-o", "--output", type=output_file, metavar="FILE", help="write it there (default: standard output)"
    )
    sbom.add_argument(
        "--format", metavar="FORMAT", help="convert it: cyclonedx, spdx, spdx-3 or purls; with --list, text or json"
    )
    sbom.add_argument("--from", dest="wanted", default="", metavar="WHERE", help="the one that --list names so")
    sbom.add_argument("--list", action="store_true", help="list all there are, those inside the image too")
    sbom.add_argument("--json", action="store_true", help="with --list: the same as --format json")
    sbom.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be read")
    add_signers(sbom)
    add_conditions(sbom)
    add_platform(sbom)
    add_registry(sbom)
    add_common(sbom)


def run(arguments: argparse.Namespace) -> Exit:
    """Find, choose, convert, write."""
    from prill.api.download_sbom import SbomRequest, find_sboms  # noqa: PLC0415 - start-up stays lazy

    if arguments.list and arguments.format in ("text", "json"):
        arguments.json, arguments.format = arguments.format == "json", None
    if arguments.format:
        from prill.formats.sbom_documents import format_of  # noqa: PLC0415

        format_of(arguments.format)
    found = find_sboms(
        SbomRequest(
            image=arguments.image,
            platform=platform_of(arguments),
            verification=verification_of(arguments),
            everything=arguments.list,
            wanted=arguments.wanted,
            access=registry_access(arguments),
        )
    )
    tell_notes((*found.notes, *(f"{gap.subject}: {gap.reason}" for gap in found.gaps)), quiet=arguments.quiet)
    incomplete = bool(found.gaps)
    if arguments.list:
        _list(found, arguments)
    else:
        incomplete |= _write(found.best(arguments.wanted, prefer=arguments.format or ""), arguments)
    return Exit.INCOMPLETE if incomplete and not arguments.allow_gaps else Exit.GOOD


def _write(one: "DownloadedSbom", arguments: argparse.Namespace) -> bool:
    """Write the document, converted if asked to; return whether something was lost on the way."""
    from prill._io.atomic import write_atomic  # noqa: PLC0415 - start-up stays lazy

    data, lost = one.sbom.content, False
    if arguments.format:
        from prill.formats.sbom_documents import encode_sbom, read_sbom  # noqa: PLC0415

        sbom = read_sbom(data, one.sbom.where)
        data, lost = encode_sbom(sbom, arguments.format, tool=f"prill-{__version__}"), bool(sbom.gaps)
        tell_notes((f"{gap.subject}: {gap.reason}" for gap in sbom.gaps), quiet=arguments.quiet)
    tell_notes((f"{one.sbom.place}, {one.sbom.where}; {one.state}",), quiet=arguments.quiet)
    if arguments.output:
        write_atomic(arguments.output, data)
    else:
        sys.stdout.buffer.write(data if data.endswith(b"\n") else data + b"\n")
    return lost


def _list(found: "Found", arguments: argparse.Namespace) -> None:
    if arguments.json:
        rows = [
            {
                "place": str(one.sbom.place),
                "where": one.sbom.where,
                "subject": str(one.sbom.subject),
                "size": len(one.sbom.content),
                "verified": one.verified is not None,
                "signature": one.state,
            }
            for one in found.sboms
        ]
        gaps = [{"subject": gap.subject, "reason": gap.reason} for gap in found.gaps]
        say_json({"image": found.name, "digest": str(found.image), "sboms": rows, "gaps": gaps})
        return
    from prill.views.branches import Branch, draw  # noqa: PLC0415 - one format is wanted
    from prill.views.sizes import human_size  # noqa: PLC0415

    lines = [
        Branch(f"{one.sbom.place}, {human_size(len(one.sbom.content))}; {one.state}", (one.sbom.where,))
        for one in found.sboms
    ]
    say(draw(Branch(found.name, () if lines else ("no SBOM",), tuple(lines))), quiet=arguments.quiet)
