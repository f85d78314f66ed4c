"""Resolve a spec against Debian's signed archive and write its lock.

Every package is fetched and verified, so that the build that follows needs no network.

examples:
  prill lock gold/python3.yaml             write gold/python3.lock.json
  prill lock --update gold/python3.yaml    the same, and print what changed, package by package
  prill lock --check gold/python3.yaml     write nothing; exit 10 if the lock would change
"""

import argparse
from pathlib import Path

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_network, open_services
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("spec", type=Path, metavar="SPEC", help="the spec, a YAML file")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--update", action="store_true", help="print what changed since the former lock")
    group.add_argument("--check", action="store_true", help="write nothing; say whether the lock still matches")
    add_network(parser)
    add_common(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Lock."""
    from prill.api.lock import check_lock, lock_spec  # noqa: PLC0415 - start-up stays lazy
    from prill.views.lock_diff import ChangeLine, lock_diff  # noqa: PLC0415
    from prill.views.sizes import count  # noqa: PLC0415

    with open_services(arguments) as services:
        outcome = (check_lock if arguments.check else lock_spec)(arguments.spec, services)
        for gap in outcome.gaps:
            services.note(f"{gap.subject}: {gap.reason}")
    if (arguments.update or arguments.check) and outcome.changes:
        lines = (
            ChangeLine(image=one.image, name=one.name, old=one.old, new=one.new, pocket=one.pocket)
            for one in outcome.changes
        )
        say(lock_diff(lines), quiet=arguments.quiet)
    images = outcome.lock.images
    packages = count(sum(len(image.packages) for image in images), "package")
    content = f"{packages} in {count(len(images), 'image')}"
    if outcome.matches:
        say(f"{outcome.path} is up to date: {content}", quiet=arguments.quiet)
        return Exit.GOOD
    if arguments.check:
        reason = "is missing" if outcome.former is None else "does not match any more"
        say(f"{outcome.path} {reason}; prill lock {arguments.spec} writes it", quiet=arguments.quiet)
        return Exit.NO
    say(f"wrote {outcome.path}: {content}", quiet=arguments.quiet)
    return Exit.GOOD
