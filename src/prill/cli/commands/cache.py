"""Show and prune what is kept between runs: packages, indexes, and what was computed from them.

examples:
  prill cache info
  prill cache prune                      what nobody used for 30 days
  prill cache prune --max-size 2GB       the least recently used first
  prill cache prune --all
"""

import argparse
import re

from prill.cli.exit import Exit
from prill.cli.options import add_common, open_services
from prill.cli.output import say

__all__ = ["run", "setup_parser"]

_DAY = 86_400
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="info|prune")
    info = verbs.add_parser("info", help="say how much of what kind is kept, and where")
    prune = verbs.add_parser("prune", help="remove what was not used for long")
    prune.add_argument(
        "--max-age", type=_days, metavar="DAYS", help="remove what was not used for so long (default: 30)"
    )
    prune.add_argument("--max-size", type=_bytes, metavar="SIZE", help="keep at most so much, such as 2GB")
    prune.add_argument("--all", action="store_true", help="remove everything")
    for one in (info, prune):
        add_common(one)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"not a number of days: {text!r}")
    return int(text) * _DAY


def _bytes(text: str) -> int:
    match = re.fullmatch(r"(\d+)\s*([kmgt]?)i?b?", text.lower())
    if match is None:
        raise argparse.ArgumentTypeError(f"not a size: {text!r} (write 500MB or 2GB)")
    return int(match[1]) * _UNITS[match[2]]


def run(arguments: argparse.Namespace) -> Exit:
    """Show or prune."""
    from prill.views.cache_info import cache_info  # noqa: PLC0415 - start-up stays lazy
    from prill.views.sizes import count, human_size  # noqa: PLC0415

    with open_services(arguments) as services:
        if arguments.verb == "info":
            found = services.cache.info()
            rows = [(kind.kind, kind.entries, kind.bytes, kind.oldest) for kind in found.kinds]
            say(cache_info(str(services.cache.root), rows, now=services.clock.now()), quiet=arguments.quiet)
            return Exit.GOOD
        age = arguments.max_age
        if age is None and arguments.max_size is None:
            age = 30 * _DAY
        if arguments.all:
            pruned = services.cache.prune(max_bytes=0)
        else:
            pruned = services.cache.prune(max_age=age, max_bytes=arguments.max_size)
        say(f"removed {count(pruned.entries, 'entry', 'entries')}, {human_size(pruned.bytes)}", quiet=arguments.quiet)
    return Exit.GOOD
