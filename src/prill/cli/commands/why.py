"""Say why a file or a package is in an image, or is not.

For a path: the package, the .deb and its SHA-256, the signed release that vouched for it, and the rule that made, kept
or dropped it. For a package: the chain of dependencies that brought it in.

examples:
  prill why out/python3 /usr/lib/x86_64-linux-gnu/libssl.so.3
  prill why out/python3 libssl3t64
  prill why out/python3 /usr/share/man/man1/python3.13.1.gz      it was left out: by which rule
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_platform, add_registry, platform_of, registry_access
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("image", metavar="IMAGE", help="an image that prill build wrote")
    parser.add_argument("thing", metavar="PATH|PACKAGE", nargs="+", help="a path in the image, or a package's name")
    add_platform(parser)
    add_registry(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Explain."""
    from prill.api.built import open_built  # noqa: PLC0415 - start-up stays lazy
    from prill.api.why import explain  # noqa: PLC0415
    from prill.build.why import NothingKnown  # noqa: PLC0415

    code = Exit.GOOD
    with open_built(arguments.image, platform=platform_of(arguments), access=registry_access(arguments)) as built:
        for thing in arguments.thing:
            try:
                say(explain(built, thing), quiet=arguments.quiet)
            except NothingKnown as error:
                say(f"{error}{f'; {error.hint}' if error.hint else ''}", quiet=arguments.quiet)
                code = Exit.NOTHING
    return code
