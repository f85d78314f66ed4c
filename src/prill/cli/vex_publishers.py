"""``prill vex update`` and ``prill vex list``: what publishers state for everybody."""

import argparse

from prill.api.vex_publications import is_address, read_published
from prill.api.vex_publishers import update_publisher
from prill.cli.exit import Exit
from prill.cli.options import open_services
from prill.cli.output import say, say_json, warn
from prill.cli.settings import load_settings
from prill.errors import PrillError
from prill.model import Gap
from prill.views.sizes import count

__all__ = ["list_publishers", "update_publishers"]

_NONE = "no publisher of VEX is named: vex.publishers in the settings"
_FOLDERS = "nothing to fetch: the settings' publishers are folders, which a scan reads as they are"


def update_publishers(arguments: argparse.Namespace) -> Exit:
    """Fetch each; one that fails keeps no other from being fetched."""
    known = load_settings(arguments.config).publishers
    wanted = tuple(arguments.publishers) or tuple(filter(is_address, known))
    if not wanted:
        say(_FOLDERS if known else _NONE, quiet=arguments.quiet)
        return Exit.GOOD if known else Exit.NOTHING
    failed: list[PrillError] = []
    gaps: list[Gap] = []
    with open_services(arguments) as services:
        for address in wanted:
            try:
                made = update_publisher(address, services, plain_http=arguments.plain_http)
            except PrillError as error:
                if len(failed) + 1 == len(wanted):
                    raise
                failed.append(error)
                warn(str(error))
                continue
            gaps += made.publication.gaps
            statements = count(sum(1 for _ in made.publication.statements), "statement")
            told = f"{statements} in {count(len(made.publication.documents), 'document')}, {made.fetched} fetched"
            say(f"{address}: {told}", quiet=arguments.quiet)
            if address not in known:
                warn(f"{address} is not in the settings' vex.publishers, so no scan reads it")
    for gap in gaps:
        warn(f"{gap.subject}: {gap.reason}")
    return Exit.INCOMPLETE if (failed or gaps) and not arguments.allow_gaps else Exit.GOOD


def list_publishers(arguments: argparse.Namespace) -> Exit:
    """Show the settings' publishers, how many statements each has, and how old they are."""
    from prill.views.ages import age  # noqa: PLC0415 - update shows none
    from prill.views.columns import table  # noqa: PLC0415

    publishers = load_settings(arguments.config).publishers
    as_json = arguments.format == "json"
    if not publishers:
        if as_json:
            say_json({"statements": [], "publishers": [], "gaps": []})
        else:
            say(_NONE, quiet=arguments.quiet)
        return Exit.NOTHING
    with open_services(arguments) as services:
        now = services.clock.now()
        published = read_published(publishers, services.cache, now=now)
    if as_json:
        found = [{"name": one.name, "statements": one.records, "retrieved": one.retrieved} for one in published.sources]
        gaps = [{"subject": gap.subject, "reason": gap.reason} for gap in published.gaps]
        say_json({"statements": [], "publishers": found, "gaps": gaps})
    else:
        rows = [(source.name, str(source.records), age(now - source.retrieved)) for source in published.sources]
        say(table(("PUBLISHER", "STATEMENTS", "FETCHED"), rows, texts=1), quiet=arguments.quiet)
    for gap in published.gaps:
        warn(f"{gap.subject}: {gap.reason}")
    return Exit.INCOMPLETE if published.gaps else Exit.GOOD
