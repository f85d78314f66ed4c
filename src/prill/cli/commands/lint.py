"""Say what is wrong with Dockerfiles, where, and how to mend it.

A folder is searched for Dockerfile, Dockerfile.*, *.Dockerfile and Containerfile; - is standard input. Findings from
--fail-on up (default: warning) end in exit code 10.

examples:
  prill lint .
  prill lint --fix Dockerfile                          safe fixes; --diff shows them instead
  prill lint --severity style --fail-on error Dockerfile
  prill lint --format sarif -o lint.sarif .
  prill lint --format github - < Dockerfile
  prill lint --only unpinned-base,DL3007 .
  prill lint --only shellcheck .                       ShellCheck's findings alone; --only SC2086 is one of them
  prill lint --hadolint -f json Dockerfile             in the place of hadolint
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.argument_parser import output_file
from prill.cli.exit import Exit
from prill.errors import PrillError
from prill.model.value import replace

if TYPE_CHECKING:
    from prill.api.lint import LintOptions
    from prill.api.lint_cache import LintCache
    from prill.api.lint_settings import SettingsFinder
    from prill.model.finding import Report

__all__ = ["run", "setup_parser"]

SEVERITIES = ("error", "warning", "info", "style")
MAX_INPUT = 8 << 20


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    from prill.formats.findings_documents import FINDINGS_FORMATS  # noqa: PLC0415 - start-up stays lazy

    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="files, folders, or - (default: .)")
    parser.add_argument("--format", choices=("text", *FINDINGS_FORMATS), default="text", help="the report's format")
    parser.add_argument("-o", "--output", type=output_file, metavar="FILE", help="write the report there")
    _add_selection(parser)
    parser.add_argument("--fix", action="store_true", help="apply the fixes that change nothing of what the image does")
    parser.add_argument("--unsafe-fixes", action="store_true", help="apply the others, too; look at the result")
    parser.add_argument("--diff", action="store_true", help="print what would be fixed, and write nothing")
    parser.add_argument(
        "--shellcheck", action="store_true", help="run ShellCheck over RUN, too (extra: prill[shellcheck])"
    )
    parser.add_argument(
        "--cache", action="store_true", help="remember what was found, and look at nothing twice (prill cache)"
    )
    parser.add_argument("--target", metavar="STAGE", help="the stage that is built (default: the last)")
    parser.add_argument("--name", default="Dockerfile", metavar="PATH", help="what standard input is called")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the settings (default: prill.toml, pyproject.toml, .hadolint.yaml)"
    )
    parser.add_argument(
        "--hadolint",
        nargs=argparse.REMAINDER,
        metavar="…",
        help="be hadolint: what follows are its own options, and so are configuration, formats and exit codes",
    )
    parser.add_argument("--allow-gaps", action="store_true", help="exit with 0 although something could not be read")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument("-v", "--verbose", action="store_true", help="show suppressed findings, too")


def _add_selection(parser: argparse.ArgumentParser) -> None:
    """Add which rules are run, what is shown of their findings, and what of them is a failure."""
    parser.add_argument(
        "--severity",
        choices=SEVERITIES,
        help="the least that is shown (default: warning; style in other formats than text)",
    )
    parser.add_argument(
        "--fail-on",
        choices=(*SEVERITIES, "never"),
        help="the least that ends in 10 (default: what .hadolint.yaml says, or warning)",
    )
    parser.add_argument("--only", action="append", default=[], metavar="RULES", help="run these rules alone")
    parser.add_argument("--ignore", action="append", default=[], metavar="RULES", help="suppress these rules' findings")
    parser.add_argument(
        "--enable", action="append", default=[], metavar="RULES", help="run rules that are off by default"
    )


def run(arguments: argparse.Namespace) -> Exit:
    """Lint."""
    if arguments.hadolint is not None:
        from prill.cli.hadolint_mode import run_hadolint  # noqa: PLC0415 - start-up stays lazy

        named = arguments.paths if arguments.paths != ["."] else []  # what follows a --, which ends the options
        words = [*arguments.hadolint, *(("--", *named) if named else ())]
        return Exit(run_hadolint(words, os.environ, allow_gaps=arguments.allow_gaps))
    from prill.api.lint_settings import SettingsFinder  # noqa: PLC0415 - start-up stays lazy

    options, finder = _options(arguments), SettingsFinder(arguments.config)
    if arguments.fix or arguments.unsafe_fixes or arguments.diff:
        from prill.cli.lint_fixes import fix  # noqa: PLC0415

        report, files = fix(arguments, options, finder)
        report = _with_shellcheck(arguments, report, files, options, finder)
    else:
        report = _lint(arguments, options, finder)
    from prill.cli.lint_output import deliver  # noqa: PLC0415

    deliver(arguments, report)
    return _exit(arguments, report, finder)


def _lint(arguments: argparse.Namespace, options: "LintOptions", finder: "SettingsFinder") -> "Report":
    from prill.api.lint import lint_data, lint_paths  # noqa: PLC0415 - start-up stays lazy
    from prill.api.lint_files import find_dockerfiles, read_ignore_text  # noqa: PLC0415

    if arguments.paths == ["-"]:
        path = Path(arguments.name)
        arguments.stdin = sys.stdin.buffer.read(MAX_INPUT + 1)
        if len(arguments.stdin) > MAX_INPUT:
            return _too_long(arguments.name)
        settings = finder.settings_for(path)
        report = lint_data(
            arguments.stdin, arguments.name, options.with_settings(settings), ignore_file=read_ignore_text(path)
        )
        return _with_shellcheck(arguments, report, [(path, arguments.stdin)], options, finder)
    paths = find_dockerfiles([Path(path) for path in arguments.paths])
    cache = _cache() if arguments.cache else None
    report = lint_paths(paths, options, finder, workers=len(os.sched_getaffinity(0)), cache=cache)
    unread = {gap.subject for gap in report.gaps}
    files = [(path, path.read_bytes()) for path in paths if str(path) not in unread] if arguments.shellcheck else []
    report = _with_shellcheck(arguments, report, files, options, finder, cache)
    return report if cache is None else _saved(report, cache)


def _too_long(name: str) -> "Report":
    from prill.model.finding import Report  # noqa: PLC0415 - start-up stays lazy
    from prill.model.report import Gap  # noqa: PLC0415

    return Report(subjects=(), findings=(), gaps=(Gap(name, f"longer than {MAX_INPUT} bytes"),))


def _cache() -> "LintCache":
    from prill._io.cache import ContentCache  # noqa: PLC0415 - only where it is asked for
    from prill.api.lint_cache import LintCache  # noqa: PLC0415
    from prill.cli.settings import load_settings  # noqa: PLC0415

    return LintCache(ContentCache(load_settings().cache))


def _saved(report: "Report", cache: "LintCache") -> "Report":
    """Write the cache; where that cannot be, what was found is as true, and a note says so."""
    try:
        cache.save()
    except (OSError, PrillError) as error:
        return replace(report, notes=(*report.notes, f"nothing was remembered: {error}"))
    return report


def _with_shellcheck(
    arguments: argparse.Namespace,
    report: "Report",
    files: list[tuple[Path, bytes]],
    options: "LintOptions",
    finder: "SettingsFinder",
    cache: "LintCache | None" = None,
) -> "Report":
    if not arguments.shellcheck:
        return report
    from prill.api.lint_shellcheck import add_shellcheck  # noqa: PLC0415 - start-up stays lazy
    from prill.api.shellcheck import find_shellcheck, program_folders  # noqa: PLC0415

    workers = len(os.sched_getaffinity(0))
    program = find_shellcheck(program_folders(os.environ))
    return add_shellcheck(report, files, options, finder, program, workers=workers, cache=cache)


def _options(arguments: argparse.Namespace) -> "LintOptions":
    from prill.api.lint import LintOptions, find_rule  # noqa: PLC0415 - start-up stays lazy
    from prill.api.lint_settings import SHELLCHECK_CODE  # noqa: PLC0415
    from prill.cli.settings import today  # noqa: PLC0415
    from prill.dockerfile.engine import Selection  # noqa: PLC0415

    only, ignored, enabled = (
        [name.strip().lower() for text in texts for name in text.split(",")]
        for texts in (arguments.only, arguments.ignore, arguments.enable)
    )
    for name in (*only, *ignored, *enabled):
        if SHELLCHECK_CODE.fullmatch(name) is not None:
            arguments.shellcheck |= name not in ignored  # to ask for its codes is to ask it
        else:
            find_rule(name)
    selection = Selection(only=frozenset(only) if only else None, off=frozenset(ignored), on=frozenset(enabled))
    return LintOptions(selection=selection, target=arguments.target, today=today())


def _exit(arguments: argparse.Namespace, report: "Report", finder: "SettingsFinder") -> Exit:
    from prill.model.finding import Severity  # noqa: PLC0415 - start-up stays lazy

    least: dict[str, str] = {}
    for finding in report.counted:
        path = finding.location.path
        if path not in least:
            least[path] = arguments.fail_on or finder.settings_for(Path(path)).fail_on or "warning"
        if least[path] != "never" and finding.severity.reaches(Severity(least[path])):
            return Exit.NO
    return Exit.INCOMPLETE if report.gaps and not arguments.allow_gaps else Exit.GOOD
