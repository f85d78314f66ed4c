"""``prill lint --hadolint …``: hadolint's own command line, configuration, environment, formats and exit codes."""

import argparse
import errno
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from prill import __version__
from prill._io.regular import read_regular
from prill.api.hadolint import HadolintChoice, hadolint_fails, hadolint_issues, heaviest
from prill.api.hadolint_settings import (
    THRESHOLDS,
    HadolintSettings,
    InvalidHadolintSettings,
    read_hadolint_settings,
    written_codes,
)
from prill.api.lint_settings import LABEL_KINDS
from prill.api.shellcheck import find_shellcheck, program_folders
from prill.dockerfile.rule import LabelRule
from prill.formats.hadolint_documents import HADOLINT_FORMATS, encode_issues
from prill.model.finding import Severity

__all__ = ["run_hadolint"]

MAX_BYTES = 8 << 20
_STANDARD = frozenset({"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_YES = frozenset({"1", "y", "yes", "true", "on"})


class _Parser(argparse.ArgumentParser):
    """hadolint ends in 1 where its command line is wrong, as everywhere."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"prill lint --hadolint: {message}", file=sys.stderr)
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="prill lint --hadolint",
        description="Be hadolint: its own command line, configuration, environment, formats and exit codes.",
    )
    parser.add_argument("-v", "--version", action="store_true", help="print the version")
    parser.add_argument("-c", "--config", metavar="FILENAME", help="the configuration file")
    parser.add_argument("--file-path-in-report", metavar="PATH", help="what the files are called in the report")
    parser.add_argument("-o", "--output", metavar="OUTPUT", help="write the report there")
    parser.add_argument("--no-fail", action="store_true", help="end in 0 whatever is found")
    parser.add_argument("--no-color", action="store_true", help="print without colours")
    parser.add_argument("-V", "--verbose", action="store_true", help="name the configuration on standard error")
    parser.add_argument("-f", "--format", choices=HADOLINT_FORMATS, help="the report's format (default: tty)")
    for severity in Severity:
        parser.add_argument(
            f"--{severity}", action="append", default=[], metavar="RULECODE", help=f"make it weigh {severity}"
        )
    parser.add_argument("--ignore", action="append", default=[], metavar="RULECODE", help="leave a rule out")
    parser.add_argument("--trusted-registry", action="append", default=[], metavar="REGISTRY", help="FROM may name it")
    parser.add_argument(
        "--require-label", action="append", default=[], metavar="NAME:TYPE", help="a label and its kind"
    )
    parser.add_argument("--strict-labels", action="store_true", help="no other labels")
    parser.add_argument("--disable-ignore-pragma", action="store_true", help="comments ignore nothing")
    parser.add_argument("-t", "--failure-threshold", choices=THRESHOLDS, help="the least that fails (default: info)")
    parser.add_argument("files", nargs="*", metavar="DOCKERFILE")
    return parser


def run_hadolint(words: list[str], environment: Mapping[str, str], *, allow_gaps: bool = False) -> int:
    """Do what hadolint would with these words; return 0 or 1.

    hadolint has ShellCheck inside. Where there is none to ask, and there is something to ask it, that is 1, too, unless
    ``allow_gaps`` says otherwise.
    """
    end = words.index("--") if "--" in words else len(words)
    arguments = _parser().parse_args(words[:end])
    arguments.files += words[end + 1 :]
    if arguments.version:
        print(f"prill {__version__}, as hadolint 2.15.1")
        return 0
    if not arguments.files:
        print("Please provide a Dockerfile")
        return 1
    try:
        choice = _chosen(arguments, environment).over(_configuration(arguments, environment))
        files = [(name, _read(name)) for name in arguments.files]
    except OSError as error:
        print(f"prill lint --hadolint: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    program, workers = find_shellcheck(program_folders(environment)), len(os.sched_getaffinity(0))
    answer = hadolint_issues(files, choice, program, workers=workers)
    for gap in answer.gaps:
        print(f"prill lint --hadolint: {gap.subject}: {gap.reason}", file=sys.stderr)
    colour = not choice.no_color
    data = encode_issues(
        answer.issues, arguments.files, choice.format, colour=colour, called=arguments.file_path_in_report
    )
    if arguments.output:
        from prill._io.atomic import write_atomic  # noqa: PLC0415 - only where a file is written

        write_atomic(Path(arguments.output), data)
    else:
        sys.stdout.buffer.write(data)
    unasked = bool(answer.gaps) and not allow_gaps and not choice.no_fail
    return int(unasked or hadolint_fails(answer.issues, choice))


def _read(name: str) -> bytes:
    """Read a file or, where hadolint reads one too, a pipe; raise `OSError` for one too long to be read whole."""
    data = _read_some(name)
    if len(data) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"longer than {MAX_BYTES} bytes", name)
    return data


def _read_some(name: str) -> bytes:
    """Read up to the limit and a byte: of ``-``, ``/dev/stdin`` and a shell's ``<(…)``, too."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    mode = Path(name).stat().st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        with Path(name).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    return read_regular(Path(name).resolve() if name in _STANDARD else Path(name), MAX_BYTES)


def _chosen(arguments: argparse.Namespace, environment: Mapping[str, str]) -> HadolintChoice:
    """Return what the command line and the environment say."""

    def texts(option: list[str], variable: str) -> tuple[str, ...]:
        listed = environment.get(f"HADOLINT_{variable}", "")
        return (*option, *(one for one in listed.split(",") if one))

    def flag(option: bool, variable: str) -> bool:  # noqa: FBT001 - a switch
        return option or environment.get(variable, "").lower() in _YES

    def known(option: str | None, variable: str, values: tuple[str, ...]) -> str:
        """Return what is chosen; as with hadolint, a variable with a value of no meaning chooses nothing."""
        told = environment.get(variable, "")
        return option or (told if told in values else "")

    overrides = heaviest(
        (code, severity)
        for severity in Severity
        for code in written_codes(texts(getattr(arguments, severity.value), f"OVERRIDE_{severity.name}"))
    )
    return HadolintChoice(
        ignored=frozenset(written_codes(texts(arguments.ignore, "IGNORE"))),
        overrides=overrides,
        trusted_registries=texts(arguments.trusted_registry, "TRUSTED_REGISTRIES"),
        labels=tuple(_label(text) for text in texts(arguments.require_label, "REQUIRE_LABELS")),
        strict_labels=flag(arguments.strict_labels, "HADOLINT_STRICT_LABELS"),
        disable_ignore_pragma=flag(arguments.disable_ignore_pragma, "HADOLINT_DISABLE_IGNORE_PRAGMA"),
        threshold=known(arguments.failure_threshold, "HADOLINT_FAILURE_THRESHOLD", THRESHOLDS),
        format=known(arguments.format, "HADOLINT_FORMAT", HADOLINT_FORMATS),
        no_fail=flag(arguments.no_fail, "HADOLINT_NOFAIL"),
        no_color=arguments.no_color or bool(environment.get("NO_COLOR")),
    )


def _label(text: str) -> LabelRule:
    name, _, kind = text.partition(":")
    kind = kind or "text"
    if not name or kind not in LABEL_KINDS:
        print(f"prill lint --hadolint: not a label and its type: {text!r}", file=sys.stderr)
        sys.exit(1)
    return LabelRule(name, kind)


def _configuration(arguments: argparse.Namespace, environment: Mapping[str, str]) -> HadolintSettings:
    """Read the configuration that is named, or the first that is found; one that makes no sense is passed over."""
    path = Path(arguments.config) if arguments.config else _found(environment)
    if arguments.verbose:
        print(f"configuration: {path or 'none'}", file=sys.stderr)
    if path is None:
        return HadolintSettings(overrides={})
    data = read_regular(path, MAX_BYTES)
    try:
        settings = read_hadolint_settings(data, str(path))
    except InvalidHadolintSettings as error:
        print(f"prill lint --hadolint: {error}", file=sys.stderr)
        return HadolintSettings(overrides={})
    for note in settings.notes:
        print(f"prill lint --hadolint: {note}", file=sys.stderr)
    return settings


def _found(environment: Mapping[str, str]) -> Path | None:
    home = Path(environment.get("HOME") or "/")
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    folders = [
        (Path(), ".hadolint"),
        (config, "hadolint"),
        (home / ".hadolint", "hadolint"),
        (home / ".hadolint", "config"),
        (home, ".hadolint"),
    ]
    paths = [folder / f"{name}{suffix}" for folder, name in folders for suffix in (".yaml", ".yml")]
    return next((path for path in paths if path.is_file()), None)
