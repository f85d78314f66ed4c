"""Lints a version of a document as ``prill lint`` would lint the file."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from pygls.uris import to_fs_path

from prill.api.lint import LintOptions, lint_data
from prill.api.lint_files import is_dockerfile, read_ignore_text
from prill.api.lint_settings import SettingsFinder
from prill.dockerfile.source import Source
from prill.errors import PrillError
from prill.model.finding import Finding, Location, Report, Severity
from prill.model.report import Gap
from prill.model.value import dataclass, replace

__all__ = ["MAX_BYTES", "LookOptions", "Looked", "Opened", "look"]

MAX_BYTES = 1 << 20
"""The longest document that is linted while somebody types."""

_LANGUAGES = frozenset({"dockerfile", "containerfile"})
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookOptions:
    """What holds for all documents: the least severity that is shown, the settings' file where one counts for all."""

    today: Callable[[], date]
    least: Severity = Severity.WARNING
    config: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A version of a document that an editor has open."""

    uri: str
    version: int | None
    language: str | None
    text: str

    @property
    def path(self) -> Path:
        """The document's file; one without a file is as if it were in the server's folder."""
        path = to_fs_path(self.uri) if urlsplit(self.uri).scheme == "file" else None
        return Path(path) if path else Path("Dockerfile")

    @property
    def is_dockerfile(self) -> bool:
        """Whether the editor or the file's name says so."""
        return (self.language or "").lower() in _LANGUAGES or is_dockerfile(self.uri.rpartition("/")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found in a version of a document: ``shown`` are the findings that count and weigh enough."""

    opened: Opened
    source: Source
    options: LintOptions
    ignore_file: str | None
    shown: tuple[Finding, ...]
    gaps: tuple[Gap, ...]

    def span(self, place: Location) -> tuple[int, int]:
        """Return where a finding's place begins and ends, in characters of the text."""
        lines = self.source.lines
        return lines[place.line - 1] + place.column - 1, lines[place.end_line - 1] + place.end_column - 1


def look(opened: Opened, options: LookOptions) -> Looked:
    """Lint the text; the settings are read anew. What keeps it from being linted is a gap.

    A lone surrogate, which no file can hold, is taken for U+FFFD.
    """
    path = opened.path
    text = _SURROGATE.sub("\ufffd", opened.text)
    data = text.encode()
    ignore_file = read_ignore_text(path)
    lint_options = LintOptions(today=options.today())
    if len(data) > MAX_BYTES:
        report = _unread(path, f"not linted: longer than {MAX_BYTES} bytes")
    else:
        try:
            lint_options = lint_options.with_settings(SettingsFinder(options.config).settings_for(path))
            report = lint_data(data, str(path), lint_options, ignore_file=ignore_file)
        except (OSError, PrillError) as error:
            hint = f" ({error.hint})" if isinstance(error, PrillError) and error.hint else ""
            report = _unread(path, f"not linted: {error}{hint}")
    shown = tuple(finding for finding in report.counted if finding.severity.reaches(options.least))
    return Looked(
        opened=replace(opened, text=text),
        source=Source.of(data, str(path)),
        options=lint_options,
        ignore_file=ignore_file,
        shown=shown,
        gaps=report.gaps,
    )


def _unread(path: Path, reason: str) -> Report:
    return Report(subjects=(str(path),), findings=(), gaps=(Gap(str(path), reason),))
