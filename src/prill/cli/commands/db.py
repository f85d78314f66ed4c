"""Make, update, show and hand on the advisory database: one local file, which prill scan reads.

import takes files and folders: OSV's zips and records, Debian's tracker, Alpine's secdb, Red Hat's CSAF, KEV, EPSS,
pages of endoflife.date, or another database, as for a site without a network. update fetches: osv:ECOSYSTEM,
debian-tracker, kev, epss, or an address; without any, all that the database was made from. What is not named stays. A
source that cannot be read or fetched makes the exit code 4, and what the database has of it stays as well.

push brings the database to a registry, signed; pull verifies who signed it before it takes the old one's place.

examples:
  prill db import osv/PyPI.zip osv/Go.zip kev.json
  prill db update osv:PyPI osv:Debian kev epss
  prill db status
  prill db export advisories.db
  prill db push registry.example.com/security/advisories:latest --key cosign.key
  prill db pull registry.example.com/security/advisories:latest --key cosign.pub
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.db_registry import add_pull, add_push, pull, push
from prill.cli.exit import Exit
from prill.cli.options import add_common, open_services
from prill.cli.output import say, warn

if TYPE_CHECKING:
    from prill.api.database import Imported

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="import|update|status|export|push|pull")
    taking = verbs.add_parser("import", help="take advisories from files and folders, or from another database")
    taking.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file or a folder with advisories")
    taking.add_argument("--replace", action="store_true", help="begin anew instead of adding to what is there")
    taking.add_argument(
        "--complete",
        action="store_true",
        help="these are whole feeds, however few records: what they lack is not known",
    )
    update = verbs.add_parser("update", help="fetch sources again, or for the first time")
    update.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="osv:ECOSYSTEM, debian-tracker, kev, epss, or an address"
    )
    update.add_argument(
        "--osv-mirror", metavar="URL", help="where osv:ECOSYSTEM is fetched from, in place of OSV's bucket"
    )
    status = verbs.add_parser("status", help="say what is in the database, and how old it is")
    status.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    export = verbs.add_parser("export", help="copy the database to a file, after reading all of it")
    export.add_argument("target", type=Path, metavar="FILE", help="where to")
    pushing = verbs.add_parser("push", help="bring the database to a registry, signed")
    add_push(pushing)
    pulling = verbs.add_parser("pull", help="bring the database from a registry, and verify who signed it")
    add_pull(pulling)
    for one in (taking, update, status, export, pushing, pulling):
        one.add_argument("--db", type=Path, metavar="FILE", help="the database (default: the settings', the user's)")
        add_common(one)
    for one in (taking, update):
        one.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be read")


def run(arguments: argparse.Namespace) -> Exit:
    """Do it."""
    from prill.api.database import export_database, import_files, update_database  # noqa: PLC0415 - start-up stays lazy
    from prill.cli.settings import load_settings  # noqa: PLC0415

    path = arguments.db or load_settings(arguments.config).database
    if arguments.verb == "status":
        return _status(path, arguments)
    if arguments.verb in ("push", "pull"):
        return (push if arguments.verb == "push" else pull)(arguments, path)
    if arguments.verb == "export":
        digest = export_database(path, arguments.target)
        say(f"wrote {arguments.target}: {digest}", quiet=arguments.quiet)
        return Exit.GOOD
    with open_services(arguments) as services:
        if arguments.verb == "import":
            made = import_files(arguments.files, path, services, replace=arguments.replace, whole=arguments.complete)
        else:
            from prill.vuln.feeds import OSV_ROOT, feed_address  # noqa: PLC0415 - start-up stays lazy

            root = arguments.osv_mirror or OSV_ROOT
            made = update_database([feed_address(one, osv_root=root) for one in arguments.sources], path, services)
    return _tell(made, arguments)


def _tell(made: "Imported", arguments: argparse.Namespace) -> Exit:
    from prill.views.sizes import count, human_size  # noqa: PLC0415 - start-up stays lazy

    for address in made.unchanged:
        say(f"{address}: unchanged", quiet=arguments.quiet)
    for taken in made.taken:
        skipped = sum(taken.reasons.values())
        more = f", {taken.harmless:,} without versions" if taken.harmless else ""
        more += f", {skipped:,} not understood" if skipped else ""
        say(f"{taken.source.name} ({taken.source.id}): {count(taken.records, 'record')}{more}", quiet=arguments.quiet)
        for reason, times in taken.reasons.most_common(None if arguments.verbose else 3):
            warn(f"{taken.source.name}: {count(times, 'record')} not understood: {reason[:200]}")
    for gap in made.gaps if arguments.verbose else ():
        warn(f"{gap.subject}: {gap.reason}")
    for gap in made.gaps if not arguments.verbose else ():
        if not any(gap in taken.gaps for taken in made.taken):
            warn(f"{gap.subject}: {gap.reason}")
    say(
        f"wrote {made.path}: {count(made.records, 'vulnerability', 'vulnerabilities')}, {human_size(made.size)}",
        quiet=arguments.quiet,
    )
    return Exit.INCOMPLETE if made.gaps and not arguments.allow_gaps else Exit.GOOD


def _status(path: Path, arguments: argparse.Namespace) -> Exit:
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.views.database_status import database_status  # noqa: PLC0415
    from prill.vuln.coverage import covered_by  # noqa: PLC0415
    from prill.vuln.database import open_database  # noqa: PLC0415

    with open_database(path) as database:
        whole = covered_by(database.coverage, database.ecosystems)
        sources, covered, others = database.sources, sorted(whole), sorted(database.ecosystems - whole)
    size = path.stat().st_size
    if arguments.format == "json":
        from prill.formats.database_json import encode_database_status  # noqa: PLC0415 - one format is wanted

        sys.stdout.buffer.write(encode_database_status(str(path), sources, size=size, covered=covered, others=others))
        return Exit.GOOD
    now = SystemClock().now()
    text = database_status(str(path), sources, size=size, covered=covered, others=others, now=now)
    say(text, quiet=arguments.quiet)
    return Exit.GOOD
