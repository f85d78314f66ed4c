"""Where the commands about SBOMs write: documents to files or standard output, what is incomplete to standard error."""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from prill import __version__
from prill.cli.argument_parser import output_file
from prill.cli.exit import Exit
from prill.cli.options import table_format
from prill.cli.output import say
from prill.cli.scan_options import tell_notes
from prill.errors import PrillError
from prill.model.value import dataclass, replace
from prill.views.sizes import count

if TYPE_CHECKING:
    import uuid

    from prill.model import Gap, Sbom

__all__ = ["Encoded", "InvalidOption", "add_document_options", "columns", "deliver", "encode", "tell_gaps"]

TABLE = "table"
_PURLS = "purls"
_MOST_SHOWN = 10
_NARROWEST, _WIDEST, _USUAL = 60, 160, 100


class InvalidOption(PrillError):
    """An option's value is not what the option takes."""


def add_document_options(parser: argparse.ArgumentParser, *, default: str) -> None:
    """Add what says which documents to write, and where."""
    parser.add_argument(
        "--format",
        type=table_format,
        default=default,
        metavar="FORMAT",
        help=f"cyclonedx, spdx, spdx-3, purls or table, with a version after @: cyclonedx@1.5 (default: {default})",
    )
    parser.add_argument("-o", "--output", type=output_file, metavar="FILE", help="write the document there")
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="FORMAT:FILE",
        help="write one more document in the same run; repeatable",
    )
    parser.add_argument(
        "--creator",
        action="append",
        default=[],
        metavar="WHO",
        help='who answers for the document: "Organization: Example (sbom@example.com)" or "Person: …"; repeatable',
    )
    parser.add_argument("--no-files", action="store_true", help="leave the files out, name packages alone")
    parser.add_argument(
        "--serial",
        choices=("content", "random"),
        default="content",
        help="random: a serial number of its own for each run (default: it follows from the content)",
    )
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be read")


def columns() -> int:
    """Return how wide a table may be: the terminal, or ``COLUMNS``, within reason."""
    import shutil  # noqa: PLC0415 - machine formats need no width

    found = shutil.get_terminal_size((_USUAL, 0)).columns
    return min(_WIDEST, max(_NARROWEST, found))


@dataclass(frozen=True, slots=True)
class Encoded:
    """The documents that are asked for, with their formats' names and where they go, and the SBOM they are of."""

    sbom: "Sbom"
    documents: tuple[tuple[str, Path | None, bytes], ...]


def encode(arguments: argparse.Namespace, sbom: "Sbom") -> Encoded:
    """Make every document that the arguments ask for; nothing is written."""
    wanted = [(arguments.format, arguments.output), *(_also(text) for text in arguments.also)]
    _check(name for name, _ in wanted)
    _each_its_own(path for _, path in wanted)
    sbom = replace(sbom, creators=(*sbom.creators, *map(_creator, arguments.creator)))
    serial = _random_serial() if arguments.serial == "random" else None
    documents = [
        (name, path, _document(sbom, name, files=not arguments.no_files, serial=serial)) for name, path in wanted
    ]
    return Encoded(sbom, tuple(documents))


def deliver(arguments: argparse.Namespace, encoded: Encoded, notes: tuple[str, ...] = ()) -> Exit:
    """Write every document, then say what is incomplete."""
    from prill._io.atomic import write_atomic  # noqa: PLC0415 - start-up stays lazy

    for name, path, data in encoded.documents:
        if path is not None:
            write_atomic(path, data)
        elif name == TABLE:
            say(data.decode(), quiet=arguments.quiet)
        else:
            sys.stdout.buffer.write(data if data.endswith(b"\n") or not data else data + b"\n")
    sbom = encoded.sbom
    if any(name.partition("@")[0] == _PURLS for name, *_ in encoded.documents):
        sbom = _with_nameless(sbom)
    _report(arguments, sbom, notes)
    return Exit.INCOMPLETE if sbom.gaps and not arguments.allow_gaps else Exit.GOOD


def _with_nameless(sbom: "Sbom") -> "Sbom":
    """Add as a gap what a list of package URLs has no place for."""
    from prill.model import Gap  # noqa: PLC0415 - start-up stays lazy

    count = sum(not package.purl for package in sbom.packages)
    gap = Gap(_PURLS, f"{count} packages without a package URL are left out")
    return replace(sbom, gaps=tuple(sorted({*sbom.gaps, gap}))) if count else sbom


def _random_serial() -> "uuid.UUID":
    import uuid  # noqa: PLC0415 - start-up stays lazy

    return uuid.UUID(bytes=os.urandom(16), version=4)


def _each_its_own(paths: Iterable[Path | None]) -> None:
    """Raise `InvalidOption` where a document would replace another one."""
    met: set[Path | None] = set()
    for path in paths:
        place = path and path.absolute()
        if place in met:
            where = "standard output" if path is None else f"{str(path)[:160]!r}"
            raise InvalidOption(f"two documents go to {where}", hint="give each a place of its own: --also spdx:FILE")
        met.add(place)


def _also(text: str) -> tuple[str, Path | None]:
    name, colon, path = text.partition(":")
    if not colon or not path:
        raise InvalidOption(f"not a format and a file: {text[:160]!r}", hint="write --also spdx:FILE")
    return name, output_file(path)


def _check(names: Iterable[str]) -> None:
    """Raise `UnknownFormat` before anything is written."""
    from prill.formats.sbom_documents import format_of  # noqa: PLC0415 - start-up stays lazy

    for name in names:
        if name != TABLE:
            format_of(name)


def _creator(text: str) -> str:
    if not text.startswith(("Organization: ", "Person: ")) or not text.partition(": ")[2].strip():
        raise InvalidOption(
            f"not a creator: {text[:160]!r}", hint='write "Organization: NAME (MAIL OR URL)" or "Person: NAME (MAIL)"'
        )
    return text


def _document(sbom: "Sbom", name: str, *, files: bool, serial: "uuid.UUID | None") -> bytes:
    if name == TABLE:
        from prill.views.sbom_table import sbom_table  # noqa: PLC0415 - one format is wanted

        return sbom_table(sbom, width=columns()).encode("utf-8", "backslashreplace") + b"\n"
    from prill.formats.sbom_documents import encode_sbom  # noqa: PLC0415

    return encode_sbom(sbom, name, tool=f"prill-{__version__}", files=files, serial=serial)


def _report(arguments: argparse.Namespace, sbom: "Sbom", notes: tuple[str, ...]) -> None:
    """Say on standard error what a machine format's reader does not see; a table has the gaps in it."""
    if arguments.quiet:
        return
    tell_notes(notes, quiet=arguments.quiet)
    if arguments.format != TABLE or arguments.output:
        tell_gaps(sbom.gaps, quiet=arguments.quiet, verbose=arguments.verbose or arguments.format == _PURLS)


def tell_gaps(gaps: "Iterable[Gap]", *, quiet: bool, verbose: bool) -> None:
    """Say on standard error why a document that went elsewhere is incomplete; without ``verbose``, its first lines."""
    from prill.views.sbom_table import gap_lines  # noqa: PLC0415 - start-up stays lazy

    told = tuple(gaps)
    if quiet or not told:
        return
    lines = gap_lines(told, width=columns())
    if not verbose and len(lines) > _MOST_SHOWN:
        more = count(len(lines) - _MOST_SHOWN, "more line")
        lines = [*lines[:_MOST_SHOWN], f"  … {more} with --verbose; the document has all"]
    print("\n".join(["prill: " + lines[0], *lines[1:]]), file=sys.stderr)
