"""The entry point: finds the command, runs it, and turns what went wrong into one message and an exit code.

Start-up is lazy: a command's module is imported when that command is called, and ``prill --version`` imports none.
"""

import os
import sys

from prill import __version__
from prill.cli.exit import Exit
from prill.errors import PrillError

TYPE_CHECKING = False  # as typing's, which costs several milliseconds to import
if TYPE_CHECKING:
    import argparse

    from prill.cli.command import Command

__all__ = ["COMMANDS", "INTERRUPTED", "command_parser", "load_command", "main"]

INTERRUPTED = 130
"""What a shell reports for a program that Ctrl-C ended."""

COMMANDS: tuple[tuple[str, str], ...] = (
    ("new", "write a commented spec to start from"),
    ("lock", "resolve a spec against Debian's signed archive and write its lock"),
    ("build", "build an image from a spec and its lock"),
    ("rebuild", "build an image again from its lock, and compare"),
    ("show", "print what is in a built image"),
    ("why", "say why a file or a package is in an image, or is not"),
    ("test", "run structure tests against an image"),
    ("cache", "show and prune what is kept between runs"),
    ("completion", "print a completion script for bash, zsh or fish"),
)


def load_command(name: str) -> "Command":
    """Import the module of the command ``name``."""
    from importlib import import_module  # noqa: PLC0415 - start-up stays lazy

    command: Command = import_module(f"prill.cli.commands.{name}")
    return command


def command_parser(name: str) -> "argparse.ArgumentParser":
    """Return the argument parser of the command ``name``."""
    import argparse  # noqa: PLC0415 - start-up stays lazy

    command = load_command(name)
    parser = argparse.ArgumentParser(
        prog=f"prill {name}", description=command.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.setup_parser(parser)
    return parser


def overview() -> str:
    """Return what ``prill --help`` prints."""
    lines = [
        "usage: prill COMMAND …",
        "",
        "The open toolchain for hardened container images.",
        "",
        *(f"  {name:<12}{summary}" for name, summary in COMMANDS),
        "",
        "prill COMMAND --help says more, with examples.",
        "Exit codes: 0 good, 1 broke, 2 misused, 3 nothing to look at, 4 incomplete, 10 the answer is no.",
    ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] in (["--version"], ["-V"]):
        print(f"prill {__version__}")
        return Exit.GOOD
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview())
        return Exit.GOOD if words else Exit.MISUSED
    if words[0] not in dict(COMMANDS):
        from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

        near = get_close_matches(words[0], dict(COMMANDS), n=1)
        _complain(
            f"there is no command {words[0]!r}", f"did you mean {near[0]}?" if near else "prill --help lists them"
        )
        return Exit.MISUSED
    return _run(words[0], words[1:])


def _run(name: str, words: list[str]) -> int:
    try:
        code = load_command(name).run(command_parser(name).parse_args(words))
        sys.stdout.flush()
    except PrillError as error:
        from prill.cli.failure import exit_code_of  # noqa: PLC0415 - only for an error

        _complain(str(error), error.hint)
        return exit_code_of(error)
    except KeyboardInterrupt:
        _complain("interrupted; nothing half-written was left in place", None)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough. What is left in the buffer must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Exit.BROKE
    except OSError as error:
        _complain(f"{error.filename or name}: {error.strerror or error}", None)
        return Exit.BROKE
    except Exception as error:  # noqa: BLE001 - the last door: a bug becomes a message, not a wall of text
        import traceback  # noqa: PLC0415 - only for a bug

        traceback.print_exc()
        _complain(f"this is a bug in Prill: {error!r}", "please report it with the lines above")
        return Exit.BROKE
    return code


def _complain(message: str, hint: str | None) -> None:
    print(f"prill: {message}", file=sys.stderr)
    if hint:
        print(f"  → {hint}", file=sys.stderr)
