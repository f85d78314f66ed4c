"""What a module of ``prill.cli.commands`` has to have."""

import argparse
from typing import Protocol

from prill.cli.exit import Exit

__all__ = ["Command"]


class Command(Protocol):
    """A module of ``prill.cli.commands``: its ``__doc__`` is the help text, examples included."""

    def setup_parser(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""

    def run(self, arguments: argparse.Namespace) -> Exit:
        """Do it."""
