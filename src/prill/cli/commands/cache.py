"""Show and prune what is kept between runs: packages, indexes, and what was computed from them.

examples:
  prill cache info
  prill cache prune                      what nobody used for 30 days
  prill cache prune --max-size 2GB       the least recently used first
  prill cache prune --all
"""

import argparse
import re
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.options import add_common, open_services
from prill.cli.output import say, say_json

if TYPE_CHECKING:
    from prill.api.services import Services

__all__ = ["run", "setup_parser"]

_DAY = 86_400
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="info|prune")
    info = verbs.add_parser("info", help="say how much of what kind is kept, and where")
    info.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
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
    from prill.views.sizes import count, human_size  # noqa: PLC0415 - start-up stays lazy

    with open_services(arguments) as services:
        if arguments.verb == "info":
            return _info(arguments, services)
        age = arguments.max_age
        if age is None and arguments.max_size is None:
            age = 30 * _DAY
        if arguments.all:
            pruned = services.cache.prune(max_bytes=0)
        else:
            pruned = services.cache.prune(max_age=age, max_bytes=arguments.max_size)
        say(f"removed {count(pruned.entries, 'entry', 'entries')}, {human_size(pruned.bytes)}", quiet=arguments.quiet)
    return Exit.GOOD


def _info(arguments: argparse.Namespace, services: "Services") -> Exit:
    cache = services.cache
    kinds = cache.info().kinds
    if arguments.format == "json":
        rows = [{"kind": one.kind, "entries": one.entries, "size": one.bytes, "oldestUse": one.oldest} for one in kinds]
        say_json({"path": str(cache.root), "size": sum(one.bytes for one in kinds), "kinds": rows})
        return Exit.GOOD
    from prill.views.cache_info import cache_info  # noqa: PLC0415 - one format is wanted

    told = [(one.kind, one.entries, one.bytes, one.oldest) for one in kinds]
    say(cache_info(str(cache.root), told, now=services.clock.now()), quiet=arguments.quiet)
    return Exit.GOOD
