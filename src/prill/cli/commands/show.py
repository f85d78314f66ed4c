"""Print what is in an image that prill build wrote: packages, layers, size, shell, user.

examples:
  prill show out/python3
  prill show out/python3 --platform linux/arm64
  prill show out/python3 --scripts          the maintainer scripts that were not run
  prill show out/python3 --format json      the whole build record: every path with its owner and rule, what was dropped
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_platform, add_registry, platform_of, registry_access
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("image", metavar="IMAGE", help="an image that prill build wrote")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json prints the build record")
    parser.add_argument("--scripts", action="store_true", help="list the maintainer scripts that were not run")
    add_platform(parser)
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Show."""
    from prill.api.built import open_built  # noqa: PLC0415 - start-up stays lazy
    from prill.api.summary import summarise  # noqa: PLC0415
    from prill.build.record import record_json  # noqa: PLC0415
    from prill.views.facts import fact_sheet  # noqa: PLC0415
    from prill.views.image_summary import image_summary  # noqa: PLC0415

    with open_built(arguments.image, platform=platform_of(arguments), access=registry_access(arguments)) as built:
        if arguments.format == "json":
            say(record_json(built.record))
            return Exit.GOOD
        target = built.source.target
        summary = summarise(
            built.record, built.manifest, built.config, built.lock, target=target, place=arguments.image
        )
        say(image_summary(summary, packages=True, layers=True), quiet=arguments.quiet)
        if arguments.scripts:
            rows = [(f"{one.package}.{one.script}", ", ".join(one.does) or "nothing") for one in built.record.scripts]
            say("\n" + fact_sheet("maintainer scripts that were not run, and what they would have done", rows))
    return Exit.GOOD
