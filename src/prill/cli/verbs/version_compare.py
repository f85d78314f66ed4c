"""Say which of two versions is newer, as the package manager of their ecosystem orders them.

Ecosystems have OSV's names: Debian, Alpine, Red Hat, PyPI, npm, Go, crates.io, Maven, RubyGems, NuGet, Packagist, Hex
and others; a release behind a colon, as in Debian:12, makes no difference. With --check, statements are read, one a
line, and those that do not hold are printed with WRONG before them; the exit code is then 10. Empty lines and comments
after # or // are passed over; lines that are no statement make the exit code 4.

examples:
  prill version compare --ecosystem Debian 1.0~rc1-1 1.0-1
  prill version compare --ecosystem PyPI --check versions.txt
  echo '1.2_rc1 < 1.2' | prill version compare --ecosystem Alpine --check
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from prill.cli.exit import Exit
from prill.cli.output import say
from prill.errors import PrillError
from prill.views.sizes import count

__all__ = ["InvalidStatements", "run", "setup_parser"]

_MAX_BYTES = 64 << 20
_STATEMENT = 3
_SIGNS = {-1: "<", 0: "=", 1: ">"}


class InvalidStatements(PrillError):
    """There are not two versions to compare, or the file of statements cannot be read."""


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--ecosystem", required=True, metavar="NAME", help="whose order counts, such as Debian or PyPI")
    parser.add_argument(
        "--check",
        nargs="?",
        const="-",
        metavar="FILE",
        help='read lines "A < B", "A = B" or "A > B", without FILE from standard input, and print which are wrong',
    )
    parser.add_argument("versions", nargs="*", metavar="VERSION", help="two versions")


def run(arguments: argparse.Namespace) -> Exit:
    """Compare."""
    from prill.vuln.orders import order_of  # noqa: PLC0415 - start-up stays lazy

    order = order_of(arguments.ecosystem)
    if arguments.check is not None:
        if arguments.versions:
            raise InvalidStatements(
                f"with --check no versions are named: {arguments.versions[0][:80]!r}", hint="write --check FILE"
            )
        return _check(arguments.check, order.compare)
    if len(arguments.versions) != 2:  # noqa: PLR2004 - a comparison has two sides
        raise InvalidStatements(
            f"two versions can be compared, not {len(arguments.versions)}",
            hint="prill version compare --ecosystem Debian 1.0-1 1.0-2",
        )
    one, other = arguments.versions
    say(f"{one} {_SIGNS[order.compare(one, other)]} {other}")
    return Exit.GOOD


def _check(name: str, compare: Callable[[str, str], int]) -> Exit:
    checked = wrong = 0
    strange: list[str] = []
    for line in _lines(name):
        words = line.split()
        if not words or words[0].startswith(("#", "//")):
            continue
        if len(words) < _STATEMENT or words[1] not in _SIGNS.values() or not _is_over(words[_STATEMENT:]):
            strange.append(line)
            continue
        checked += 1
        if not _holds(words[0], words[1], words[2], compare):
            wrong += 1
            say(f"WRONG {' '.join(words[:_STATEMENT])}")
    say(f"{count(checked, 'statement')}, {wrong:,} wrong")
    if strange:
        print(f"prill: no statement: {count(len(strange), 'line')}, the first {strange[0][:80]!r}", file=sys.stderr)
    if wrong:
        return Exit.NO
    if not checked:
        return Exit.NOTHING
    return Exit.INCOMPLETE if strange else Exit.GOOD


def _holds(one: str, sign: str, other: str, compare: Callable[[str, str], int]) -> bool:
    try:
        return _SIGNS[compare(one, other)] == sign
    except PrillError as error:
        print(f"prill: {error}", file=sys.stderr)
        return False


def _is_over(words: list[str]) -> bool:
    return not words or words[0].startswith(("#", "//"))


def _lines(name: str) -> Iterator[str]:
    from prill._io.regular import NotRegular, read_regular  # noqa: PLC0415 - start-up stays lazy

    try:
        data = sys.stdin.buffer.read(_MAX_BYTES + 1) if name == "-" else read_regular(Path(name), _MAX_BYTES)
    except NotRegular as error:
        raise InvalidStatements(f"{name}: {error.strerror}") from error
    if len(data) > _MAX_BYTES:
        raise InvalidStatements(f"{name}: more than {_MAX_BYTES} bytes")
    return iter(data.decode("utf-8", "replace").splitlines())
