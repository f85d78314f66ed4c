"""Who is asked about vulnerabilities: the database of ``--db``, else the settings' or the user's; and the archive."""

import argparse
from pathlib import Path

from prill.cli.settings import load_settings

__all__ = ["add_advisers", "chosen_database"]


def add_advisers(parser: argparse.ArgumentParser) -> None:
    """Add ``--db``, ``--no-db`` and ``--no-archive``; `chosen_database` takes the first two."""
    parser.add_argument("--db", type=Path, metavar="FILE", help="the advisory database (default: the user's, if there)")
    parser.add_argument("--no-db", action="store_true", help="do not look into a database")
    parser.add_argument("--no-archive", action="store_true", help="do not ask the distribution's own archive")


def chosen_database(arguments: argparse.Namespace) -> Path | None:
    """Return the database that is named, or the user's where there is one; None with ``--no-db``."""
    if arguments.no_db:
        return None
    if arguments.db is not None:
        named: Path = arguments.db
        return named
    usual = load_settings(arguments.config).database
    return usual if usual.exists() else None
