"""Write a commented spec to start from.

examples:
  prill new python                 print it
  prill new python -o image.yaml   write it
  prill new --list
"""

import argparse

from prill.cli.argument_parser import output_file
from prill.cli.exit import Exit
from prill.cli.output import say
from prill.errors import PrillError

__all__ = ["run", "setup_parser"]


class FileExists(PrillError):
    """There is a file already where a spec was to be written."""


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("kind", nargs="?", metavar="KIND", help="which one; --list names them")
    parser.add_argument(
        "-o", "--output", type=output_file, metavar="FILE", help="write it there, unless there is a file"
    )
    parser.add_argument("--list", action="store_true", help="list the kinds")


def run(arguments: argparse.Namespace) -> Exit:
    """Write or list."""
    from prill.build.spec_templates import KINDS, new_spec, summary  # noqa: PLC0415 - start-up stays lazy

    if arguments.list or not arguments.kind:
        say("\n".join(f"{kind:<10}{summary(kind)}" for kind in KINDS))
        return Exit.GOOD if arguments.list else Exit.MISUSED
    text = new_spec(arguments.kind)
    if arguments.output is None:
        say(text)
        return Exit.GOOD
    try:
        with arguments.output.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise FileExists(f"{arguments.output} is there already", hint="choose another name, or remove it") from None
    say(f"wrote {arguments.output}; next: prill lock {arguments.output}")
    return Exit.GOOD
