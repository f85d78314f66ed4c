"""Keep the base images that prill inspect finds again: by their layers, whatever labels say, or else by their packages.

A base is known by the chain ID of its layers. Its states add up: an image that was made from last month's base is still
recognised. They lie in one SQLite file of the user's, which prill.toml may place elsewhere (bases.file).

examples:
  prill bases add registry:registry.example.test/debian:13 out/python3
  prill bases update                     look at all of them again, and add what is new
  prill bases list
  prill bases remove out/python3
"""

import argparse
import sys
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_platform, add_registry
from prill.cli.output import say
from prill.cli.scan_options import add_scan, open_options
from prill.model.value import replace

if TYPE_CHECKING:
    from prill.api.bases import BaseUpdate
    from prill.catalogue.known_bases import KnownBases

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|update|list|remove")
    add = verbs.add_parser("add", help="take images in")
    add.add_argument("images", nargs="+", metavar="IMAGE", help="a layout, an archive or a registry's image")
    add_platform(add)
    update = verbs.add_parser("update", help="look at all known bases again")
    update.add_argument("--allow-gaps", action="store_true", help="exit with 0 although one could not be read")
    listing = verbs.add_parser("list", help="say which bases are known")
    listing.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    remove = verbs.add_parser("remove", help="forget bases")
    remove.add_argument("names", nargs="+", metavar="NAME", help="a name as prill bases list prints it")
    for one in (add, update):
        add_registry(one)
        add_scan(one)
    for one in (add, update, listing, remove):
        add_common(one)


def run(arguments: argparse.Namespace) -> Exit:
    """Add, update, list or remove."""
    from prill.catalogue.known_bases import KnownBases  # noqa: PLC0415 - start-up stays lazy
    from prill.cli.settings import load_settings  # noqa: PLC0415

    known = KnownBases(load_settings(arguments.config).bases)
    match arguments.verb:
        case "add":
            return _add(arguments, known)
        case "update":
            return _update(arguments, known)
        case "remove":
            return _remove(arguments, known)
    return _list(arguments, known)


def _now() -> int:
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.cli.settings import source_date_epoch  # noqa: PLC0415

    epoch = source_date_epoch()
    return SystemClock().now() if epoch is None else epoch


def _add(arguments: argparse.Namespace, known: "KnownBases") -> Exit:
    from prill.api.bases import add_base  # noqa: PLC0415 - start-up stays lazy

    options = open_options(arguments)
    for image in arguments.images:
        say(_line(add_base(image, options, known, now=_now())), quiet=arguments.quiet)
    return Exit.GOOD


def _update(arguments: argparse.Namespace, known: "KnownBases") -> Exit:
    from prill.api.bases import update_bases  # noqa: PLC0415 - start-up stays lazy

    arguments.platform = None
    options = open_options(arguments)
    updates = update_bases(lambda platform: replace(options, platform=platform), known, now=_now())
    if not updates:
        print("prill: no base is known; prill bases add IMAGE takes one in", file=sys.stderr)
        return Exit.NOTHING
    for one in updates:
        if one.failed:
            print(f"prill: {one.name} {one.platform}: {one.failed}", file=sys.stderr)
        else:
            say(_line(one), quiet=arguments.quiet)
    failed = any(one.failed for one in updates)
    return Exit.INCOMPLETE if failed and not arguments.allow_gaps else Exit.GOOD


def _remove(arguments: argparse.Namespace, known: "KnownBases") -> Exit:
    missing = [name for name in arguments.names if not known.remove(name)]
    for name in missing:
        print(f"prill: no base is known by the name {name[:160]!r}; prill bases list names them", file=sys.stderr)
    return Exit.NOTHING if missing else Exit.GOOD


def _list(arguments: argparse.Namespace, known: "KnownBases") -> Exit:
    from prill.views.base_list import base_list, base_list_json  # noqa: PLC0415 - one format is wanted

    bases = known.all()
    if arguments.format == "json":
        sys.stdout.buffer.write(base_list_json(bases))
    else:
        say(base_list(bases, str(known.path)), quiet=arguments.quiet)
    return Exit.GOOD


def _line(update: "BaseUpdate") -> str:
    from prill.views.sizes import count  # noqa: PLC0415 - start-up stays lazy

    base = update.base
    if base is None:
        return f"{update.name}: nothing"
    state = "added" if update.added else "known already"
    layers, packages = count(base.layers, "layer"), count(len(base.packages), "package")
    return f"{base.name}  {base.platform}  {base.digest}  {layers}, {packages}: {state}"
