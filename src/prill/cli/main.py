"""The entry point: finds the command, runs it, and turns what went wrong into one message and an exit code.

Start-up is lazy: a command's module is imported when that command is called, and ``prill --version`` imports none.
"""

import atexit
import gc
import os
import sys
from functools import cache

from prill import __version__
from prill.cli.exit import Exit
from prill.errors import PrillError

TYPE_CHECKING = False  # as typing's, which costs several milliseconds to import
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from prill.cli.command import Command

__all__ = ["COMMANDS", "INTERRUPTED", "VERBS", "command_parser", "load_command", "main"]

_COLLECTION = (100_000, 20, 20)
_SWITCH = 0.0005
_MARGIN, _USUAL_WIDTH = 2, 80
INTERRUPTED = 130
"""What a shell reports for a program that Ctrl-C ended."""

COMMANDS: tuple[tuple[str, str], ...] = (
    ("new", "write a commented spec to start from"),
    ("lock", "resolve a spec against Debian's signed archive and write its lock"),
    ("build", "build an image from a spec and its lock"),
    ("rebuild", "build an image again from its lock, and compare"),
    ("show", "print what is in a built image"),
    ("inspect", "say what an image is: type, base, shells, users, secrets, layers"),
    ("bases", "keep the base images that inspect finds again"),
    ("sbom", "say which packages are in an image"),
    ("files", "list an image's files, with layer, package and digest"),
    ("diff", "say what distinguishes two images"),
    ("scan", "say which known vulnerabilities are in an image"),
    ("compare", "compare images side by side"),
    ("vex", "write, list and check statements about vulnerabilities"),
    ("db", "make, update, show and hand on the advisory database"),
    ("why", "say why a file or a package is in an image, or is not"),
    ("lint", "say what is wrong with Dockerfiles"),
    ("rule", "print a lint rule's page"),
    ("lsp", "serve editors: findings and fixes while typing"),
    ("test", "run structure tests against an image"),
    ("push", "bring an image with all that is attached to it to a registry"),
    ("pull", "bring an image from a registry to this machine"),
    ("copy", "copy an image from anywhere to anywhere, with its signatures"),
    ("tree", "show what is attached to an image: signatures, attestations, SBOMs"),
    ("download", "fetch what is attached to an image: its SBOM, wherever it is kept"),
    ("registry", "serve a folder as a registry"),
    ("sign", "sign images"),
    ("attest", "attach a signed statement to images"),
    ("verify", "verify images' signatures"),
    ("verify-attestation", "verify signed statements about images"),
    ("sign-blob", "sign a file"),
    ("verify-blob", "verify a file's signature"),
    ("keys", "make keys to sign with, and show them"),
    ("trust", "show whose signatures are believed, and bring that up to date"),
    ("conformance", "speak the protocol of the Sigstore conformance suite"),
    ("cache", "show and prune what is kept between runs"),
    ("version", "print Prill's version, compare versions of packages"),
    ("completion", "print a completion script for bash, zsh or fish"),
)


VERBS: dict[str, tuple[str, ...]] = {
    "sbom": ("convert", "diff", "validate"),
    "version": ("compare",),
    "vex": ("write",),
}
"""What a command may be followed by in place of its own arguments: ``prill sbom diff`` is a command of its own."""


_AS_COSIGN = frozenset(
    {"sign", "attest", "sign-blob", "verify", "verify-attestation", "verify-blob", "tree", "copy", "download"}
)
"""The commands that cosign has by the same names; they understand its options, too."""
_MODULE = str.maketrans(" -", "__")


def load_command(name: str) -> "Command":
    """Import the module of the command ``name``, such as ``sbom`` or ``sbom diff``."""
    from importlib import import_module  # noqa: PLC0415 - start-up stays lazy

    place = "verbs" if " " in name else "commands"
    command: Command = import_module(f"prill.cli.{place}.{name.translate(_MODULE)}")
    return command


def command_parser(name: str) -> "argparse.ArgumentParser":
    """Return the argument parser of the command ``name``, such as ``sbom`` or ``sbom diff``."""
    from prill.cli.argument_parser import ArgumentParser, describe_verbs  # noqa: PLC0415 - start-up stays lazy

    command = load_command(name)
    parser = ArgumentParser(prog=f"prill {name}", description=command.__doc__, formatter_class=_formatter)
    command.setup_parser(parser)
    describe_verbs(parser)
    return parser


def _formatter(prog: str) -> "argparse.HelpFormatter":
    """Return what lays out a command's help. argparse makes one for each argument, and asks each for the width."""
    import argparse  # noqa: PLC0415 - start-up stays lazy

    return argparse.RawDescriptionHelpFormatter(prog, width=_width())


@cache
def _width() -> int:
    """Return the terminal's width less the margin that argparse leaves; the environment's word counts more."""
    try:
        return int(os.environ["COLUMNS"]) - _MARGIN
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns - _MARGIN
    except (OSError, ValueError):
        return _USUAL_WIDTH - _MARGIN


def overview() -> str:
    """Return what ``prill --help`` prints."""
    lines = [
        "usage: prill COMMAND …",
        "",
        "The open toolchain for hardened container images.",
        "",
        *(f"  {name:<20}{summary}" for name, summary in COMMANDS),
        "",
        "prill COMMAND --help says more, with examples.",
        "Exit codes: 0 good, 1 broke, 2 misused, 3 nothing to look at, 4 incomplete, 10 the answer is no.",
    ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code. Without ``argv`` it is this process's own, which ends with it."""
    if argv is not None:
        return _command(argv)
    _fill_streams()
    ended: list[int] = []
    atexit.register(_end, ended)  # what is registered first is called last
    try:
        ended.append(_command(sys.argv[1:]))
    except SystemExit as parsed:  # by argparse, with its help or for a mistake
        if isinstance(parsed.code, int):
            ended.append(parsed.code)
        raise
    return ended[0]


def _fill_streams() -> None:
    """Let what is printed go nowhere where whoever began this process closed its output, and be UTF-8 in every locale.

    A document has to be UTF-8, and a locale of fewer letters would end the command at the first that it lacks.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        elif stream.encoding.lower() not in ("utf-8", "utf8"):
            stream.reconfigure(encoding="utf-8")


def _end(code: list[int]) -> None:
    """End the process as it is, once its command has a code: to free all that is loaded takes milliseconds.

    What was printed is written by now, no other thread is left, and whatever else was to be done at the end is done.
    """
    if code:
        try:  # noqa: SIM105 - contextlib takes longer to import than `prill --version` to do all else
            sys.stderr.flush()
        except (OSError, ValueError):
            pass
        os._exit(code[0])


def _command(words: list[str]) -> int:
    if words[:1] in (["--version"], ["-V"]):
        return _run("prill", lambda: _print(f"prill {__version__}", Exit.GOOD))
    if not words or words[0] in ("-h", "--help", "help"):
        return _run("prill", lambda: _print(overview(), Exit.GOOD if words else Exit.MISUSED))
    if words[0] not in dict(COMMANDS):
        _complain(f"there is no command {words[0]!r}", _advice(words[0]))
        return Exit.MISUSED
    # An image's index is some hundred thousand objects, none of them garbage: looking for cycles among them as often as
    # Python does by itself costs a fifth of the time.
    gc.set_threshold(*_COLLECTION)
    # Threads that hash and unpack come back for a moment every few milliseconds; they must not wait as long each time.
    sys.setswitchinterval(_SWITCH)
    has_verb = words[1:2] and words[1] in VERBS.get(words[0], ())
    name, rest = (f"{words[0]} {words[1]}", words[2:]) if has_verb else (words[0], words[1:])
    return _run(name, lambda: load_command(name).run(command_parser(name).parse_args(_own_words(name, rest))), rest)


def _own_words(name: str, words: list[str]) -> list[str]:
    """Return a command's words, those of cosign's in Prill's, and say what has no effect; raise `NotHere`."""
    if name not in _AS_COSIGN:
        return words
    from prill.cli.cosign_words import translated, unheeded  # noqa: PLC0415 - few commands are cosign's, too

    if note := unheeded(name, os.environ):
        _complain(note, None)
    return translated(name, words)


def _advice(command: str) -> str:
    """Say what to do in place of a command that is not there."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    from prill.cli.cosign_words import COSIGN_COMMANDS  # noqa: PLC0415

    near = get_close_matches(command, dict(COMMANDS), n=1)
    return COSIGN_COMMANDS.get(command) or (f"did you mean {near[0]}?" if near else "prill --help lists them")


def _print(text: str, code: Exit) -> Exit:
    print(text)
    return code


def _run(name: str, work: "Callable[[], Exit]", words: "Sequence[str]" = ()) -> int:
    try:
        code = _printed(work)
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
        return _refused(error, name, words)
    except Exception as error:  # noqa: BLE001 - the last door: a bug becomes a message, not a wall of text
        _crashed(error)
        return Exit.BROKE
    return code


def _refused(error: OSError, name: str, words: "Sequence[str]") -> Exit:
    _complain(f"{error.filename or name}: {error.strerror or error}", None)
    if not words or not error.filename or not isinstance(error, FileNotFoundError):
        return Exit.BROKE
    from prill.cli.argument_parser import code_of_absent  # noqa: PLC0415 - only for an error

    return code_of_absent(os.fsdecode(error.filename), command_parser(name), list(words))


def _printed(work: "Callable[[], Exit]") -> Exit:
    """Do ``work`` and write out what it printed, also where argparse ends it with its help."""
    try:
        code = work()
    except SystemExit:
        sys.stdout.flush()
        raise
    sys.stdout.flush()
    return code


def _crashed(error: Exception) -> None:
    if isinstance(error, MemoryError):
        _complain(
            "there is not enough memory for that", "read less of an image: --limit entries=NUMBER (docs/limits.md)"
        )
        return
    import traceback  # noqa: PLC0415 - only for a bug

    traceback.print_exc()
    _complain(f"this is a bug in Prill: {error!r}", "please report it with the lines above")


def _complain(message: str, hint: str | None) -> None:
    from prill.views.columns import printable  # noqa: PLC0415 - only for what went wrong

    lines = [f"prill: {message}", *([f"  → {hint}"] if hint else [])]
    print(*(printable(line) for text in lines for line in text.split("\n")), sep="\n", file=sys.stderr)
