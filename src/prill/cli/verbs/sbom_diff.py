"""Say which packages came, went or changed between two images or two SBOMs; either may be an image or a document.

examples:
  prill sbom diff app-1.cdx.json app-2.cdx.json
  prill sbom diff registry:registry.example.test/app:1 out/app --format json
  prill sbom diff old.spdx.json new.cdx.json --check
"""

import argparse
import sys
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.output import say
from prill.cli.progress import progress_for
from prill.cli.scan_options import add_pair, add_reading, open_options, tell_notes

if TYPE_CHECKING:
    from prill.model.sbom_diff import SbomDiff

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_pair(parser, "an image or an SBOM's file")
    add_reading(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Compare."""
    from prill.api.sbom_documents import open_sbom  # noqa: PLC0415 - start-up stays lazy
    from prill.formats.sbom_diff import encode_sbom_diff  # noqa: PLC0415
    from prill.model.sbom_diff import diff_sboms  # noqa: PLC0415
    from prill.views.sizes import count  # noqa: PLC0415

    options = open_options(arguments)
    both = []
    for text in (arguments.old, arguments.new):
        with progress_for(quiet=arguments.quiet):
            sbom, notes = open_sbom(text, options)
        both.append(sbom)
        gaps = [f"{text}: {count(len(sbom.gaps), 'gap')}; prill sbom lists them"] if sbom.gaps else []
        tell_notes((*notes, *gaps), quiet=arguments.quiet)
    diff = diff_sboms(*both)
    if arguments.format == "json":
        sys.stdout.buffer.write(encode_sbom_diff(diff))
    else:
        say(_text(diff), quiet=arguments.quiet)
    if arguments.check and diff.changes:
        return Exit.NO
    return Exit.INCOMPLETE if any(sbom.gaps for sbom in both) and not arguments.allow_gaps else Exit.GOOD


def _text(diff: "SbomDiff") -> str:
    from prill.views.lock_diff import ChangeLine, lock_diff  # noqa: PLC0415 - one format is wanted

    lines = []
    for one in diff.changes:
        name, old, new = one.name, ", ".join(one.old), ", ".join(one.new)
        if one.old_licenses or one.new_licenses:
            name, old, new = f"{one.name} {old}, licence", one.old_licenses or "none", one.new_licenses or "none"
        lines.append(ChangeLine(image=one.ecosystem, name=name, old=old, new=new))
    return "\n".join(filter(None, (lock_diff(lines), f"{diff.same} the same")))
