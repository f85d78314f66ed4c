"""Options of the commands that look at images anybody built: what is remembered, and how much is read."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from prill.cli.options import add_common, add_platform, add_registry, platform_of, registry_access
from prill.cli.output import warn
from prill.cli.settings import load_settings
from prill.model.value import replace

if TYPE_CHECKING:
    from prill.api.open_options import OpenOptions

__all__ = ["LIMITS", "add_pair", "add_reading", "add_scan", "open_options", "tell_notes"]

LIMITS = {
    "entries": "max_entries",
    "depth": "max_depth",
    "name": "max_name_bytes",
    "file": "max_file_size",
    "unpacked": "max_total_size",
    "ratio": "max_ratio",
}
"""What people call the bounds that they may move; docs/limits.md has them with their defaults."""


def add_pair(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the two things, each being ``what``, that a command compares, and how it tells; see also `add_reading`."""
    parser.add_argument("old", metavar="A", help=what)
    parser.add_argument("new", metavar="B", help="the same, newer")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    parser.add_argument("--check", action="store_true", help="exit with 10 where something differs")
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be read")


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add what every command has that opens images and remembers what it read in them; `open_options` takes it."""
    add_platform(parser)
    add_registry(parser)
    add_scan(parser)
    add_common(parser)


def add_scan(parser: argparse.ArgumentParser) -> None:
    """Add ``--no-cache`` and ``--limit``."""
    parser.add_argument("--no-cache", action="store_true", help="read everything anew, and remember nothing")
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        type=_limit,
        metavar="NAME=NUMBER",
        help=f"read more, or less, of an image: {', '.join(LIMITS)}; repeatable",
    )


def open_options(arguments: argparse.Namespace) -> "OpenOptions":
    """Return how an image is opened, as the arguments and settings say."""
    from prill._io.cache import ContentCache  # noqa: PLC0415 - start-up stays lazy
    from prill.api.open_options import OpenOptions  # noqa: PLC0415
    from prill.oci.image_limits import IMAGE_LIMITS  # noqa: PLC0415

    settings = load_settings(arguments.config)
    chosen = {**dict(settings.limits), **dict(arguments.limit)}
    return OpenOptions(
        platform=platform_of(arguments),
        access=registry_access(arguments),
        cache=None if arguments.no_cache else ContentCache(settings.cache),
        limits=replace(IMAGE_LIMITS, **{LIMITS[name]: number for name, number in chosen.items()}),
    )


def tell_notes(notes: Iterable[str], *, quiet: bool) -> None:
    """Tell the person what was decided for them."""
    for note in notes:
        warn(note, quiet=quiet)


def _limit(text: str) -> tuple[str, int]:
    name, equals, number = text.partition("=")
    if name not in LIMITS or not equals or not number.isascii() or not number.isdigit() or not int(number):
        raise argparse.ArgumentTypeError(f"not a limit: {text!r} (write one of {', '.join(LIMITS)}, =, and a number)")
    return name, int(number)
