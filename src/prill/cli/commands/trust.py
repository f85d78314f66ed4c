"""Show whose signatures are believed, and bring that up to date from Sigstore's TUF repository.

What ships with Prill is good until Sigstore changes its keys; prill trust update fetches what is newer, verified up
from the root that ships. Verifying never does: it works offline.

examples:
  prill trust show
  prill trust update
  prill trust update --mirror https://tuf.example.test --root root.json
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.options import add_common
from prill.cli.output import say, say_json, shown
from prill.cli.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prill.signing.trusted_root import Period, TrustedRoot

__all__ = ["run", "setup_parser"]

_PUBLIC = "https://tuf-repo-cdn.sigstore.dev"


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="show|update")
    show = verbs.add_parser("show", help="say who is believed")
    show.add_argument("--trusted-root", type=Path, metavar="FILE", help="look at this one, not at what is in use")
    show.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    add_common(show)
    update = verbs.add_parser("update", help="fetch the newest trusted root by TUF")
    update.add_argument("--mirror", default=_PUBLIC, metavar="URL", help=f"the TUF repository (default: {_PUBLIC})")
    update.add_argument(
        "--root", type=Path, metavar="FILE", help="the TUF root to begin with (default: the one that ships)"
    )
    add_common(update)


def run(arguments: argparse.Namespace) -> Exit:
    """Show, or update."""
    from prill.api.trust import fetched_root_path, load_trust  # noqa: PLC0415 - start-up stays lazy

    cache = load_settings(arguments.config).cache
    if arguments.verb == "update":
        return _update(arguments, cache)
    trust = load_trust(arguments.trusted_root, cache)
    fetched = fetched_root_path(cache)
    origin = arguments.trusted_root or (fetched if fetched.exists() else None)
    if arguments.format == "json":
        say_json({"trustedRoot": str(origin) if origin else None, **_document(trust)})
        return Exit.GOOD
    lines = (f"trusted root: {origin or 'the one that ships with Prill'}", *_lines(trust))
    say("\n".join(map(shown, lines)), quiet=arguments.quiet)
    return Exit.GOOD


def _update(arguments: argparse.Namespace, cache: Path) -> Exit:
    from prill._io.http import Fetcher  # noqa: PLC0415 - start-up stays lazy
    from prill.api.trust import fetched_root_path, update_trust  # noqa: PLC0415

    before = fetched_root_path(cache).read_bytes() if fetched_root_path(cache).exists() else None
    with Fetcher() as fetcher:
        found = update_trust(cache, url=arguments.mirror, root=arguments.root, fetcher=fetcher)
    changed = "is as it was" if found.trusted_root == before else "was fetched"
    say(
        f"the trusted root {changed}, verified by TUF root {found.version}\n  as    {fetched_root_path(cache)}",
        quiet=arguments.quiet,
    )
    return Exit.GOOD


def _document(trust: "TrustedRoot") -> "Mapping[str, object]":
    logs = {"logs": trust.logs, "certificateLogs": trust.ct_logs}
    authorities = {"authorities": trust.authorities, "timestampAuthorities": trust.timestamp_authorities}
    return {
        name: [{"url": one.url, "logId": one.log_id.hex(), **_times(one.period)} for one in found]
        for name, found in logs.items()
    } | {name: [{"name": one.name, **_times(one.period)} for one in found] for name, found in authorities.items()}


def _times(period: "Period") -> dict[str, int | None]:
    return {"start": period.start, "end": period.end}


def _lines(trust: "TrustedRoot") -> "Iterator[str]":
    for what, logs in (("log", trust.logs), ("certificate log", trust.ct_logs)):
        for log in logs:
            yield f"  {what:<20}{log.url} {log.log_id.hex()[:16]}… {_period(log.period)}"
    for what, authorities in (
        ("authority", trust.authorities),
        ("timestamp authority", trust.timestamp_authorities),
    ):
        for one in authorities:
            yield f"  {what:<20}{one.name} {_period(one.period)}"


def _period(period: "Period") -> str:
    start = datetime.fromtimestamp(period.start, UTC).date()
    end = "" if period.end is None else f" to {datetime.fromtimestamp(period.end, UTC).date()}"
    return f"from {start}{end}"
