"""Where ``prill lint`` writes: the report to a file or standard output, what people should know to standard error."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from prill import __version__
from prill._io.regular import read_regular
from prill.cli.output import say
from prill.model.finding import Report, Severity
from prill.model.value import replace

__all__ = ["deliver"]

MAX_BYTES = 8 << 20
_WHOLE = frozenset({"json", "sarif"})


def deliver(arguments: argparse.Namespace, report: Report) -> None:
    """Write the report in the format that the arguments ask for, then gaps, notes and a summary."""
    text = arguments.format == "text"
    least = Severity(arguments.severity or ("warning" if text else "style"))
    summary = ""
    if text:
        from prill.views.findings import FindingsView, render_findings, summarize_findings  # noqa: PLC0415 - start-up stays lazy

        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and not arguments.output
        view = FindingsView(least=least, all_=arguments.verbose, colour=colour)
        rendered = render_findings(report, _lines(getattr(arguments, "stdin", None)), view)
        data, summary = rendered.encode("utf-8", "backslashreplace"), summarize_findings(report, view)
    else:
        data = _document(report, arguments.format, least)
    if arguments.output:
        from prill._io.atomic import write_atomic  # noqa: PLC0415

        write_atomic(arguments.output, data)
    elif not text:
        sys.stdout.buffer.write(data)
    elif data and not arguments.diff:
        say(data.decode(), quiet=arguments.quiet)
    for gap in report.gaps:
        print(f"prill: {gap.subject}: {gap.reason}", file=sys.stderr)
    if not arguments.quiet:
        for note in report.notes:
            print(f"prill: {note}", file=sys.stderr)
        if text:
            print(summary, file=sys.stderr)


def _document(report: Report, name: str, least: Severity) -> bytes:
    """Encode; suppressed findings and those below ``least`` are left out where the format has no place for them."""
    from prill.api.lint import rule_infos  # noqa: PLC0415 - start-up stays lazy
    from prill.api.lint_shellcheck import shellcheck_infos  # noqa: PLC0415
    from prill.formats.findings_documents import encode_findings  # noqa: PLC0415

    if name not in _WHOLE or least is not Severity.STYLE:
        kept = tuple(finding for finding in report.findings if finding.severity.reaches(least))
        report = replace(report, findings=kept)
    rules = (*rule_infos(), *shellcheck_infos(report)) if name in {"sarif", "sonarqube"} else ()
    return encode_findings(report, name, rules, __version__)


def _lines(given: bytes | None) -> Callable[[str, int], str]:
    """Return what gives a line of a file; files are read when the first of their lines is asked for."""
    texts: dict[str, list[str]] = {}

    def line_of(path: str, number: int) -> str:
        if path not in texts:
            try:
                data = given if given is not None else read_regular(Path(path), MAX_BYTES)
            except OSError:
                data = b""
            texts[path] = data.decode("utf-8", "replace").split("\n")
        lines = texts[path]
        return lines[number - 1].rstrip("\r").removeprefix("\ufeff") if number <= len(lines) else ""

    return line_of
