"""Print Prill's version; its verb compares versions of packages: prill version compare --help.

examples:
  prill version
"""

import argparse

from prill import __version__
from prill.cli.exit import Exit
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""


def run(arguments: argparse.Namespace) -> Exit:  # noqa: ARG001 - what a command has to have
    """Print."""
    say(f"prill {__version__}")
    return Exit.GOOD
