"""``prill lint --fix`` and ``--diff``: files are written whole or not at all; what is left is reported."""

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from prill._io.atomic import write_atomic
from prill._io.regular import read_regular
from prill.api.lint import LintOptions
from prill.api.lint_files import find_dockerfiles, read_ignore_text
from prill.api.lint_fix import FixedFile, fix_data
from prill.api.lint_settings import SettingsFinder
from prill.errors import PrillError
from prill.model.finding import Report
from prill.model.report import Gap

__all__ = ["InputTooLong", "TwoDocuments", "fix"]

MAX_BYTES = 8 << 20


class InputTooLong(PrillError):
    """Standard input has more than is read: what would be written were not the file."""


class TwoDocuments(PrillError):
    """Standard output is to hold what is fixed and a report, which nobody could tell apart."""


def fix(
    arguments: argparse.Namespace, options: LintOptions, finder: SettingsFinder
) -> tuple[Report, list[tuple[Path, bytes]]]:
    """Fix the files that the arguments name, or show how; return what is found afterwards, and the files as fixed.

    From standard input, the fixed text goes to standard output, and the report nowhere but into the exit code, or into
    a file. Raise `TwoDocuments`.
    """
    if (arguments.diff or arguments.paths == ["-"]) and arguments.format != "text" and not arguments.output:
        what = "a diff" if arguments.diff else "the fixed file"
        hint = "write the report to a file, with -o"
        raise TwoDocuments(f"standard output takes {what} or a report in {arguments.format}, not both", hint=hint)
    unsafe = bool(arguments.unsafe_fixes)
    if arguments.paths == ["-"]:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputTooLong(f"{arguments.name}: longer than {MAX_BYTES} bytes; nothing is fixed")
        fixed = _fixed(Path(arguments.name), data, options, finder, unsafe=unsafe)
        sys.stdout.buffer.write(_diff(arguments.name, data, fixed.data) if arguments.diff else fixed.data)
        arguments.quiet, arguments.stdin = True, fixed.data
        return fixed.report, [(Path(arguments.name), fixed.data)]
    reports: list[Report] = []
    files: list[tuple[Path, bytes]] = []
    changed = applied = 0
    for path in find_dockerfiles([Path(one) for one in arguments.paths]):
        data = _read(path)
        if isinstance(data, Gap):
            reports.append(Report(subjects=(str(path),), findings=(), gaps=(data,)))
            continue
        fixed = _fixed(path, data, options, finder, unsafe=unsafe)
        reports.append(fixed.report)
        files.append((path, fixed.data))
        applied += fixed.applied
        changed += fixed.data != data
        if arguments.diff:
            sys.stdout.buffer.write(_diff(str(path), data, fixed.data))
        elif fixed.data != data:
            write_atomic(path.resolve(), fixed.data, mode=path.stat().st_mode & 0o7777)
    if not arguments.quiet:
        verb = "would change" if arguments.diff else "changed"
        fixes, things = ("fix" if applied == 1 else "fixes"), ("file" if changed == 1 else "files")
        print(f"prill: {applied} {fixes}, {changed} {things} {verb}", file=sys.stderr)
    return _together(reports), files


def _read(path: Path) -> bytes | Gap:
    """Return what a file has, or why that is not known."""
    try:
        data = read_regular(path, MAX_BYTES)
    except OSError as error:
        return Gap(str(path), error.strerror or "?")
    return data if len(data) <= MAX_BYTES else Gap(str(path), f"longer than {MAX_BYTES} bytes")


def _together(reports: Sequence[Report]) -> Report:
    return Report(
        subjects=tuple(subject for report in reports for subject in report.subjects),
        findings=tuple(finding for report in reports for finding in report.findings),
        gaps=tuple(gap for report in reports for gap in report.gaps),
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
    )


def _fixed(path: Path, data: bytes, options: LintOptions, finder: SettingsFinder, *, unsafe: bool) -> FixedFile:
    own = options.with_settings(finder.settings_for(path))
    return fix_data(data, str(path), own, unsafe=unsafe, ignore_file=read_ignore_text(path))


def _diff(name: str, before: bytes, after: bytes) -> bytes:
    """Return a unified diff, as ``patch -p1`` takes it."""
    old = _lines(before)
    new = _lines(after)
    lines = [
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    ]
    return "".join(lines).encode("utf-8", "surrogateescape")


def _lines(data: bytes) -> list[str]:
    """Return the lines with their ends; a line feed alone ends one, as ``patch`` counts."""
    text = data.decode("utf-8", "surrogateescape")
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
