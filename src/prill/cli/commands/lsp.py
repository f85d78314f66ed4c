"""Serve an editor: what prill lint finds while somebody types, fixes, and the rules' pages.

It speaks the Language Server Protocol on standard input and output, and needs the extra prill[lsp]. Editors start it
themselves; docs/lsp.md has settings for some.

examples:
  prill lsp
  prill lsp --severity style                 show everything, also what is a matter of style
"""

import argparse
import os
import sys
from pathlib import Path

from prill.cli.exit import Exit
from prill.errors import PrillError

__all__ = ["NoLanguageServer", "run", "setup_parser"]


class NoLanguageServer(PrillError):
    """pygls, which speaks the Language Server Protocol, is not installed."""


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--severity",
        choices=("error", "warning", "info", "style"),
        default="warning",
        help="the least that is shown (default: warning)",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the settings (default: prill.toml, pyproject.toml, .hadolint.yaml)"
    )
    parser.add_argument("--stdio", action="store_true", help="what some editors say; there is no other way")


def run(arguments: argparse.Namespace) -> Exit:
    """Serve until the editor says exit; it is to say shutdown before (LSP 3.17, "Exit Notification")."""
    try:
        from prill.cli.language_server.server import make_server  # noqa: PLC0415 - an extra
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        raise NoLanguageServer(f"{error.name} is not installed", hint="pip install 'prill[lsp]'") from error
    from prill.cli.language_server.look import LookOptions  # noqa: PLC0415
    from prill.cli.settings import today  # noqa: PLC0415
    from prill.model.finding import Severity  # noqa: PLC0415

    server = make_server(LookOptions(today=today, least=Severity(arguments.severity), config=arguments.config))
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as protocol:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing but the protocol goes to the editor
        server.start_io(sys.stdin.buffer, protocol)
    return Exit.GOOD if server.ended_well else Exit.BROKE
