"""Write, list, check and fetch statements about vulnerabilities that do not matter: who says so, why, until when.

add appends a statement to an OpenVEX document, or begins one. list shows the statements and exceptions of files in any
format that prill scan reads: OpenVEX, CSAF, CycloneDX, exceptions in TOML, .trivyignore, Grype's rules. check says
whether all of them can be read, are as OpenVEX wants them, and none has expired; the exit code is 10 otherwise. What
concerns nothing in an image is told by prill scan --vex. update fetches what the settings' publishers state, or those
that are named: a VEX repository, a CSAF provider, or a document; list without files shows them. What follows from an
image itself is written by prill vex write, which has a help of its own.

examples:
  prill vex add app.vex.json CVE-2026-1 --image app --reason unreachable --owner me@example.org --expires 2027-01-31
  prill vex list app.vex.json exceptions.toml
  prill vex check app.vex.json
  prill vex update
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.options import add_common
from prill.cli.output import say, say_json, utc
from prill.errors import PrillError
from prill.model.days import parse_day

if TYPE_CHECKING:
    from prill.model.vex import VexStatement
    from prill.views.vex_table import StatementLine

__all__ = ["InvalidStatementOption", "run", "setup_parser"]

_STATUSES = ("not_affected", "affected", "fixed", "under_investigation")
_JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)


class InvalidStatementOption(PrillError):
    """A statement lacks what makes it one."""


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add|list|check|update")
    add = verbs.add_parser("add", help="append a statement to an OpenVEX document")
    add.add_argument("file", type=Path, metavar="FILE", help="the document; it is made where there is none")
    add.add_argument("vulnerability", metavar="ID", help="the vulnerability, such as CVE-2026-35189")
    add.add_argument("--status", choices=_STATUSES, default="not_affected", help="what is said (default: not_affected)")
    add.add_argument("--justification", choices=_JUSTIFICATIONS, help="why it is not affected, in OpenVEX's words")
    add.add_argument("--package", action="append", default=[], metavar="PURL", help="the package; repeatable")
    add.add_argument(
        "--image", metavar="NAME", help="the image by its digest, purl or name; without --package, all in it"
    )
    add.add_argument("--reason", required=True, help="why, in a sentence")
    add.add_argument("--owner", required=True, metavar="WHO", help="who answers for it")
    add.add_argument("--expires", type=_day, required=True, metavar="DAY", help="the last day on which it counts")
    listing = verbs.add_parser("list", help="show the statements and exceptions in files, or the publishers")
    check = verbs.add_parser("check", help="say whether files can be read and nothing in them has expired")
    for one, number in ((listing, "*"), (check, "+")):
        one.add_argument("files", nargs=number, type=Path, metavar="FILE", help="a file with statements or exceptions")
    listing.add_argument("--format", choices=("text", "json"), default="text", help="the report's format")
    update = verbs.add_parser("update", help="fetch what publishers of VEX state")
    update.add_argument(
        "publishers", nargs="*", metavar="ADDRESS", help="which (default: the settings' vex.publishers)"
    )
    update.add_argument("--plain-http", action="store_true", help="fetch over HTTP without TLS, too")
    update.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be fetched")
    for one in (add, listing, check, update):
        add_common(one)


def _day(text: str) -> str:
    try:
        return parse_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def run(arguments: argparse.Namespace) -> Exit:
    """Do it."""
    if arguments.verb == "add":
        return _add(arguments)
    if arguments.verb == "update" or not arguments.files:
        from prill.cli.vex_publishers import list_publishers, update_publishers  # noqa: PLC0415 - few have any

        return update_publishers(arguments) if arguments.verb == "update" else list_publishers(arguments)
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.cli.vex_files import read_any  # noqa: PLC0415
    from prill.views.vex_table import StatementLine, statement_rows, today_of, vex_table  # noqa: PLC0415

    today = today_of(SystemClock().now())
    lines = [StatementLine.of(one) for path in arguments.files for one in read_any(path)]
    if arguments.verb == "list":
        if arguments.format == "json":
            say_json({"statements": statement_rows(lines, today=today), "publishers": [], "gaps": []})
        else:
            say(vex_table(lines, today=today), quiet=arguments.quiet)
        return Exit.GOOD if lines else Exit.NOTHING
    return _check(arguments, lines, today)


def _check(arguments: argparse.Namespace, lines: "list[StatementLine]", today: str) -> Exit:
    from prill.cli.vex_files import faults_of  # noqa: PLC0415 - start-up stays lazy
    from prill.views.columns import printable  # noqa: PLC0415
    from prill.views.sizes import count  # noqa: PLC0415

    expired = [line for line in lines if line.expires and line.expires < today]
    for line in expired:
        owner = line.owner or "nobody answers for it"
        say(printable(f"expired on {line.expires}: {line.id}, {line.status}, {owner} ({line.source})"))
    unclear = [line for line in lines if line.unclear]
    for line in unclear:
        text = f"expires on no day that is known: {line.id}, {line.status}, {line.unclear!r} ({line.source})"
        say(printable(text))
    faults = [(fault, path) for path in arguments.files for fault in faults_of(path)]
    for fault, path in faults:
        say(f"not as OpenVEX wants it: {printable(fault)} ({path})")
    say(f"{count(len(lines), 'statement')}, {len(expired)} expired", quiet=arguments.quiet)
    if expired or unclear or faults:
        return Exit.NO
    return Exit.GOOD if lines else Exit.NOTHING


def _add(arguments: argparse.Namespace) -> Exit:
    from prill._io.atomic import alone_in, write_atomic  # noqa: PLC0415 - start-up stays lazy
    from prill._io.clock import SystemClock  # noqa: PLC0415
    from prill.cli.settings import source_date_epoch  # noqa: PLC0415
    from prill.views.sizes import count  # noqa: PLC0415

    epoch = source_date_epoch()
    now = SystemClock().now() if epoch is None else epoch
    statement = _statement(arguments, now)
    with alone_in(arguments.file.parent):  # else what another process appends meanwhile would be lost
        data, number = _appended(arguments, statement, now)
        write_atomic(arguments.file, data)
    say(f"wrote {arguments.file}: {count(number, 'statement')}", quiet=arguments.quiet)
    return Exit.GOOD


def _appended(arguments: argparse.Namespace, statement: "VexStatement", now: int) -> tuple[bytes, int]:
    """Return the document with the statement, and how many it has."""
    from prill import __version__  # noqa: PLC0415 - start-up stays lazy
    from prill._io.regular import read_regular  # noqa: PLC0415
    from prill.cli.vex_files import read_statements  # noqa: PLC0415
    from prill.formats.openvex import append_openvex, encode_openvex  # noqa: PLC0415
    from prill.formats.vex_documents import MAX_VEX  # noqa: PLC0415

    if not arguments.file.exists():
        tool = f"prill-{__version__}"
        return encode_openvex((statement,), author=arguments.owner, created=now, tool=tool), 1
    former = read_statements([arguments.file])
    authors = {one.author for one in former} - {arguments.owner}
    if authors:
        raise InvalidStatementOption(
            f"{arguments.file} is by {min(authors)!r}, and a document has one author",
            hint="write another file; prill scan --vex takes several",
        )
    data = append_openvex(read_regular(arguments.file, MAX_VEX), statement, str(arguments.file), created=now)
    return data, len(former) + 1


def _check_purl(text: str) -> None:
    from prill.model.purl import InvalidPurl, Purl  # noqa: PLC0415 - start-up stays lazy

    try:
        Purl.parse(text)
    except InvalidPurl as error:
        raise InvalidStatementOption(
            f"--package: {error}", hint="write it as prill scan --format json does: pkg:npm/lodash"
        ) from error


def _statement(arguments: argparse.Namespace, now: int) -> "VexStatement":
    from prill.model.vex import VexProduct, VexStatement, VexStatus  # noqa: PLC0415 - start-up stays lazy

    packages = tuple(arguments.package)
    if arguments.vulnerability.split() != [arguments.vulnerability]:
        raise InvalidStatementOption(f"no id of a vulnerability: {arguments.vulnerability[:80]!r}")
    for one in packages:
        _check_purl(one)
    for name in ("owner", "reason"):
        if not getattr(arguments, name).strip():
            raise InvalidStatementOption(f"--{name} is empty", hint="somebody has to answer for it, for a reason")
    if not packages and not arguments.image:
        raise InvalidStatementOption(
            "the statement is about nothing", hint="name --package PURL, --image NAME, or both"
        )
    if arguments.justification and arguments.status != "not_affected":
        raise InvalidStatementOption(f"a justification goes with not_affected, not with {arguments.status}")
    products = (
        (VexProduct(arguments.image, packages),) if arguments.image else tuple(VexProduct(one) for one in packages)
    )
    return VexStatement(
        vulnerabilities=(arguments.vulnerability,),
        products=products,
        status=VexStatus(arguments.status),
        source=str(arguments.file),
        justification=arguments.justification or "",
        reason=arguments.reason,
        author=arguments.owner,
        time=utc(now),
        expires=arguments.expires,
    )
