"""Say which known vulnerabilities are in an image, the worst first, and what removes them.

For Debian's packages nothing has to be set up: what newer versions in the release's signed archive fix stands in
their changelogs. All else, and what has no fix, comes from a local database: prill db --help. Exit code 10 where
something is at least as severe as --fail-on says, 4 where something could not be looked at, or nobody says how severe
it is.

examples:
  prill scan out/python3
  prill scan docker-archive:app.tar --fail-on high --only-fixed
  prill scan registry:registry.example.test/app:1 --format json -o scan.json
  prill scan app.cdx.json --offline
  prill scan out/python3 --explain CVE-2026-35189
  prill scan registry.example.test/app:1 --attested-vex --key cosign.pub
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from prill import __version__
from prill.cli.argument_parser import output_file
from prill.cli.database_option import add_advisers
from prill.cli.exit import Exit
from prill.cli.options import add_common, add_network, add_platform, add_registry, open_services, table_format
from prill.cli.output import say, warn
from prill.cli.sbom_output import columns, tell_gaps
from prill.cli.scan_options import add_scan, open_options, tell_notes
from prill.cli.trust_options import add_signers, signer_named, verification_of

if TYPE_CHECKING:
    from prill.model.scan_report import ScanReport

__all__ = ["run", "setup_parser"]

_LEVELS = ("critical", "high", "medium", "low", "negligible", "unknown")
_TABLE = "table"
_FORMATS = (_TABLE, "json", "sarif", "cyclonedx", "openvex", "markdown", "html")


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "image", metavar="IMAGE", help="a layout, an archive, a folder, a registry's image, or an SBOM's file"
    )
    parser.add_argument(
        "--format", type=table_format, choices=_FORMATS, default=_TABLE, help="the report's format (default: table)"
    )
    parser.add_argument("-o", "--output", type=output_file, metavar="FILE", help="write the report there")
    _add_selection(parser)
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be known")
    _add_statements(parser)
    add_advisers(parser)
    parser.add_argument(
        "--max-db-age", type=_days, metavar="DAYS", help="count sources of the database that are older as a gap"
    )
    add_network(parser)
    add_platform(parser)
    add_registry(parser)
    add_scan(parser)
    add_signers(parser)
    add_common(parser)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    """Add what is shown of the findings, and what of them is a failure."""
    parser.add_argument(
        "--fail-on",
        choices=_LEVELS,
        metavar="SEVERITY",
        help=f"exit with 10 where something is at least as severe: {', '.join(_LEVELS)}, which stands for all",
    )
    parser.add_argument("--only-fixed", action="store_true", help="show, and count, only what has a fix")
    parser.add_argument(
        "--severity", type=_levels, default=(), metavar="LIST", help="show, and count, only these, with commas between"
    )
    parser.add_argument(
        "--state",
        type=_states,
        default=(),
        metavar="LIST",
        help="show, and count, only findings of which the vendor says this: fixed, affected, no-dsa, will-not-fix, …",
    )
    parser.add_argument(
        "--explain",
        metavar="ID",
        help="say all that is known of one vulnerability: where, why, since which layer, what fixes it; in another"
        " format, report it alone",
    )


def _add_statements(parser: argparse.ArgumentParser) -> None:
    """Add whose word takes a finding out of the count."""
    parser.add_argument(
        "--vex",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="statements in OpenVEX, CSAF or CycloneDX; repeatable",
    )
    parser.add_argument(
        "--attested-vex",
        action="store_true",
        help="look for statements beside the image as well; those count that are signed by whom the options name",
    )
    parser.add_argument(
        "--no-vex-publishers", action="store_true", help="leave aside what the settings' publishers of VEX state"
    )
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="exceptions in TOML, .trivyignore, Trivy's or Grype's YAML; repeatable (those in prill.toml count always)",
    )


def _levels(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(_LEVELS):
        raise argparse.ArgumentTypeError(f"expected {', '.join(_LEVELS)} with commas between, not {text[:80]!r}")
    return names


def _states(text: str) -> tuple[str, ...]:
    from prill.model.vulnerability_match import MatchState  # noqa: PLC0415 - start-up stays lazy

    names, known = tuple(text.split(",")), tuple(map(str, MatchState))
    if not set(names) <= set(known):
        raise argparse.ArgumentTypeError(f"expected {', '.join(known)} with commas between, not {text[:80]!r}")
    return names


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:  # noqa: PLR2004 - longer than anybody lives
        raise argparse.ArgumentTypeError(f"not a number of days: {text[:80]!r}")
    return int(text) * 86_400


def run(arguments: argparse.Namespace) -> Exit:
    """Scan."""
    from prill.api.scan import ScanOptions, scan  # noqa: PLC0415 - start-up stays lazy
    from prill.cli.database_option import chosen_database  # noqa: PLC0415
    from prill.cli.vex_files import published_vex, read_statements, read_waivers  # noqa: PLC0415
    from prill.model.advisory import Level  # noqa: PLC0415
    from prill.model.vulnerability_match import MatchState  # noqa: PLC0415
    from prill.vuln.selection import select  # noqa: PLC0415

    with open_services(arguments) as services:
        options = ScanOptions(
            archive=not arguments.no_archive,
            database=chosen_database(arguments),
            max_age=arguments.max_db_age,
            statements=read_statements(arguments.vex),
            waivers=read_waivers(arguments.ignore, arguments.config),
            published=published_vex(arguments, services),
            attested=arguments.attested_vex or signer_named(arguments),
            verification=verification_of(arguments),
        )
        report, notes = scan(arguments.image, open_options(arguments), services, options)
    tell_notes(notes, quiet=arguments.quiet)
    if arguments.explain:
        return _explain(arguments, report)
    states = frozenset(map(MatchState, arguments.state))
    whole = select(report, states=states, only_fixed=arguments.only_fixed)
    report = select(
        report, levels=frozenset(map(Level, arguments.severity)), states=states, only_fixed=arguments.only_fixed
    )
    _write(arguments, report)
    return _verdict(arguments, report, whole)


def _explain(arguments: argparse.Namespace, report: "ScanReport") -> Exit:
    from prill.model.value import replace  # noqa: PLC0415 - start-up stays lazy
    from prill.views.scan_explanation import explain_vulnerability  # noqa: PLC0415
    from prill.vuln.risk import advise  # noqa: PLC0415
    from prill.vuln.selection import matches_of  # noqa: PLC0415

    matches = matches_of(report, arguments.explain)
    if arguments.format != _TABLE:
        _write(arguments, replace(report, matches=matches, advice=advise(matches)))
    else:
        said = f"{arguments.explain}: no source says that it is in {report.subject.name}"
        text = explain_vulnerability(matches, width=columns()) if matches else said
        _deliver(arguments, text.encode("utf-8", "backslashreplace") + b"\n")
    if matches:
        names = {id_ for match in matches for id_ in (match.advisory.id, *match.advisory.aliases)}
        for text in report.expired:
            if names.intersection(text.replace(";", " ").split()):
                warn(text, quiet=arguments.quiet)
        shown = replace(report, matches=matches, gaps=(), expired=())
        return _verdict(arguments, shown, shown)
    if arguments.format == _TABLE:
        tell_gaps(report.gaps, quiet=arguments.quiet, verbose=arguments.verbose)
    return Exit.INCOMPLETE if report.gaps and not arguments.allow_gaps else Exit.NOTHING


def _write(arguments: argparse.Namespace, report: "ScanReport") -> None:
    _deliver(arguments, _document(report, arguments.format))
    if arguments.format != _TABLE or arguments.output is not None:
        tell_gaps(report.gaps, quiet=arguments.quiet, verbose=arguments.verbose)


def _deliver(arguments: argparse.Namespace, data: bytes) -> None:
    if arguments.output is not None:
        from prill._io.atomic import write_atomic  # noqa: PLC0415 - start-up stays lazy

        write_atomic(arguments.output, data)
    elif arguments.format == _TABLE:
        say(data.decode(), quiet=arguments.quiet)
    else:
        sys.stdout.buffer.write(data)


def _document(report: "ScanReport", name: str) -> bytes:
    """Return the report in a format; only its encoder is imported."""
    tool = f"prill-{__version__}"
    match name:
        case "json":
            from prill.formats.scan_json import encode_scan  # noqa: PLC0415 - one format is wanted

            return encode_scan(report, tool=tool)
        case "sarif":
            from prill.formats.scan_sarif import encode_scan_sarif  # noqa: PLC0415

            return encode_scan_sarif(report, tool="prill", version=__version__)
        case "cyclonedx":
            from prill.formats.scan_cyclonedx import encode_scan_cyclonedx  # noqa: PLC0415

            return encode_scan_cyclonedx(report, tool=tool)
        case "openvex":
            from prill.api.vex import report_statements  # noqa: PLC0415
            from prill.formats.openvex import encode_openvex  # noqa: PLC0415

            return encode_openvex(report_statements(report), author=tool, created=report.created, tool=tool)
        case "markdown":
            from prill.views.scan_markdown import scan_markdown  # noqa: PLC0415

            text = scan_markdown(report)
        case "html":
            from prill.views.scan_html import scan_html  # noqa: PLC0415

            text = scan_html(report, tool=tool)
        case _:
            from prill.views.scan_table import scan_table  # noqa: PLC0415

            text = scan_table(report, width=columns()) + "\n"
    return text.encode("utf-8", "backslashreplace")


def _verdict(arguments: argparse.Namespace, report: "ScanReport", whole: "ScanReport") -> Exit:
    """Judge what is shown, and what ``whole`` has besides that may be as severe for all that anybody says."""
    from prill.model.advisory import Level  # noqa: PLC0415 - start-up stays lazy
    from prill.vuln.selection import matches_at_least, unrated  # noqa: PLC0415

    if report.expired:
        for text in report.expired:
            warn(text)
        return Exit.NO
    if arguments.fail_on:
        if matches_at_least(report, Level(arguments.fail_on)):
            return Exit.NO
        chosen = [Level(name).rank for name in arguments.severity or _LEVELS]
        doubtful = unrated(whole) if max(chosen) >= Level(arguments.fail_on).rank else ()
        if doubtful and not arguments.allow_gaps:
            print(
                f"prill: nobody says how severe {len({one.advisory.id for one in doubtful})} of these are, so it is "
                f"not known whether they are {arguments.fail_on}",
                file=sys.stderr,
            )
            return Exit.INCOMPLETE
    return Exit.INCOMPLETE if report.gaps and not arguments.allow_gaps else Exit.GOOD
