"""The parser of a command's arguments, which answers a mistake with what is wrong, not with all that there is."""

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from prill.cli.exit import Exit
from prill.model.regex import regex

__all__ = ["ArgumentParser", "code_of_absent", "describe_verbs", "first_words", "long_options", "output_file"]

argparse._ = str  # type: ignore[attr-defined]  # to look for translations takes a millisecond, and there are none
_UNKNOWN = regex(r"unrecognized arguments: .*?(--?[A-Za-z][\w-]*)")


class ArgumentParser(argparse.ArgumentParser):
    """argparse's, but for how it refuses, and that what it takes several of may stand on both sides of an option."""

    def parse_args(self, args: Sequence[str], namespace: argparse.Namespace | None = None) -> argparse.Namespace:  # type: ignore[override]
        """Return the arguments, as of ``IMAGE --format json GLOB``; exit with `Exit.MISUSED` for an unknown one."""
        found, rest = self.parse_known_args(args, namespace)
        if any(not word.startswith("-") for word in rest):
            if verb := _verbs(self).get(args[0]):
                found, rest = verb.parse_known_intermixed_args(args[1:], argparse.Namespace(verb=args[0]))
            elif not first_words(self):
                found, rest = self.parse_known_intermixed_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return found

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and what to do in two lines, and exit with `Exit.MISUSED`."""
        from prill.views.columns import printable  # noqa: PLC0415 - only for a mistake

        sys.stderr.write(f"{self.prog}: {printable(message)}\n  → {_hint(self, message)}\n")
        raise SystemExit(int(Exit.MISUSED))


def _hint(parser: argparse.ArgumentParser, message: str) -> str:
    more = f"{parser.prog} --help says what there is, with examples"
    if unknown := _UNKNOWN.match(message):
        from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

        near = get_close_matches(unknown[1], long_options(parser), n=1)
        return f"did you mean {near[0]}? {more}" if near else more
    return more


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a command's verbs, whose name goes to ``verb``."""
    return next(
        (dict(one.choices) for one in parser._actions if isinstance(one, argparse._SubParsersAction)),  # noqa: SLF001
        {},
    )


def long_options(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """Return the long options of a command and of its verbs."""
    found: dict[str, argparse.Action] = {}
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to list what it was given
        found |= {word: action for word in action.option_strings if word.startswith("--")}
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for verb in action.choices.values():
                found = {**long_options(verb), **found}
    return found


def output_file(text: str) -> Path | None:
    """Return where a document goes: a file, or for ``-`` standard output, as without the option."""
    if not text:
        raise argparse.ArgumentTypeError("a file without a name")
    return None if text == "-" else Path(text)


def describe_verbs(parser: argparse.ArgumentParser) -> None:
    """Let each verb's own help begin with what the command's says of it, and name that one."""
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for listed in action._choices_actions:  # noqa: SLF001 - where argparse keeps a verb's help
                verb, text = action.choices[listed.dest], listed.help or ""
                verb.description = f"{text[:1].upper()}{text[1:]}."
                verb.epilog = f"{parser.prog} --help says more, with examples."


def first_words(parser: argparse.ArgumentParser) -> tuple[str, ...]:
    """Return what a command's first argument has to be one of: its verbs, for most that have any."""
    given = (action for action in parser._actions if not action.option_strings)  # noqa: SLF001
    first = next(given, None)
    return tuple(map(str, first.choices or ())) if first else ()


def code_of_absent(path: str, parser: argparse.ArgumentParser, words: list[str]) -> Exit:
    """Return what it means that there is no ``path``: misuse as an option's value, else nothing to look at.

    Where no argument names it, or it is the place to write to, something broke.
    """
    options = long_options(parser)
    for before, word in pairwise(["", *words]):
        option, equals, value = word.partition("=")
        if option in options and option != "--output" and equals and Path(value) == Path(path):
            return Exit.MISUSED
        if Path(word) == Path(path) and before not in ("-o", "--output"):
            return Exit.MISUSED if before in options and options[before].nargs != 0 else Exit.NOTHING
    return Exit.BROKE
