"""Lint as hadolint does: its codes, severities, configuration and exit code, found by Prill's rules."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from prill.api.hadolint_settings import HadolintSettings
from prill.api.lint import LintOptions, lint_data
from prill.api.lint_settings import LintSettings
from prill.api.lint_shellcheck import NO_SHELLCHECK
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.engine import Selection
from prill.dockerfile.hadolint_codes import HADOLINT_SEVERITIES
from prill.dockerfile.parser import parse
from prill.dockerfile.rule import LabelRule
from prill.formats.hadolint_documents import Issue
from prill.model.finding import Finding, Severity
from prill.model.report import Gap
from prill.model.value import dataclass, field

__all__ = ["HadolintAnswer", "HadolintChoice", "hadolint_fails", "hadolint_issues", "heaviest"]

_SEVERAL = frozenset(f"DL30{number}" for number in (49, *range(51, 59)))
"""hadolint reports these once a label; all others once a statement."""
_NEVER_FAIL = frozenset({"codeclimate", "codacy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HadolintChoice:
    """What the command line, the environment and the configuration come to; codes are in lower case."""

    ignored: frozenset[str] = frozenset()
    overrides: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    trusted_registries: tuple[str, ...] = ()
    labels: tuple[LabelRule, ...] = ()
    strict_labels: bool = False
    disable_ignore_pragma: bool = False
    threshold: str = "info"
    format: str = "tty"
    no_fail: bool = False
    no_color: bool = False

    def over(self, settings: HadolintSettings) -> "HadolintChoice":
        """Return both: lists are joined, of two severities the heavier counts, and else what is chosen here."""
        return HadolintChoice(
            ignored=self.ignored | settings.ignored,
            overrides=heaviest((*self.overrides.items(), *settings.overrides.items())),
            trusted_registries=(*self.trusted_registries, *settings.trusted_registries),
            labels=tuple(dict.fromkeys((*self.labels, *settings.labels))),
            strict_labels=self.strict_labels or settings.strict_labels,
            disable_ignore_pragma=self.disable_ignore_pragma or settings.disable_ignore_pragma,
            threshold=self.threshold or settings.failure_threshold or "info",
            format=self.format or settings.format or "tty",
            no_fail=self.no_fail or settings.no_fail,
            no_color=self.no_color or settings.no_color,
        )


def heaviest(pairs: Iterable[tuple[str, Severity]]) -> Mapping[str, Severity]:
    """Return the heaviest severity that each code is given."""
    return MappingProxyType(dict(sorted(pairs, key=lambda pair: -pair[1].rank)))


@dataclass(frozen=True, slots=True)
class HadolintAnswer:
    """The issues of all files, those of each sorted by line and code, and what ShellCheck was not asked about."""

    issues: tuple[Issue, ...]
    gaps: tuple[Gap, ...] = ()


def hadolint_issues(
    files: Sequence[tuple[str, bytes]], choice: HadolintChoice, program: Path | None = None, *, workers: int = 1
) -> HadolintAnswer:
    """Lint the files' bytes, in order; ``program`` is ShellCheck, without which there is a gap where it is needed."""
    running = {
        code.lower() for code, severity in HADOLINT_SEVERITIES.items() if severity or code.lower() in choice.overrides
    }
    selection = Selection(
        only=frozenset(running - choice.ignored), pragmas=not choice.disable_ignore_pragma, tool="hadolint"
    )
    options = LintOptions(
        selection=selection,
        settings=LintSettings(
            allowed_registries=choice.trusted_registries, labels=choice.labels, strict_labels=choice.strict_labels
        ),
    )
    said, gaps = _shell_issues(files, choice, selection, program, workers=workers)
    issues: list[Issue] = []
    for (name, data), found in zip(files, said, strict=True):
        for finding in lint_data(data, name, options).counted:
            for code in finding.aliases:
                if code.lower() in running - choice.ignored:
                    issue = _issue(finding, code, choice)
                    more = (finding.location.start_byte, issue.message) if code in _SEVERAL else (0, "")
                    found.setdefault((issue.line, code, *more), issue)
        issues += [found[key] for key in sorted(found)]
    return HadolintAnswer(tuple(issues), gaps)


def _shell_issues(
    files: Sequence[tuple[str, bytes]],
    choice: HadolintChoice,
    selection: Selection,
    program: Path | None,
    *,
    workers: int,
) -> tuple[tuple[dict[tuple[int, str, int, str], Issue], ...], tuple[Gap, ...]]:
    """Return ShellCheck's issues of each file, by line and code."""
    from prill.api.shellcheck import has_shell_text, run_shellcheck  # noqa: PLC0415 - not every file has a RUN

    documents = [Dockerfile(parse(data, name)) for name, data in files]
    found: tuple[dict[tuple[int, str, int, str], Issue], ...] = tuple({} for _ in files)
    if program is None:
        return found, (NO_SHELLCHECK,) if any(map(has_shell_text, documents)) else ()
    answer = run_shellcheck(program, documents, [selection] * len(documents), workers=workers, as_hadolint=True)
    for issues, findings in zip(found, answer.findings, strict=True):
        for finding in findings:
            code = finding.aliases[0]
            if finding.suppressed_by is None and code.lower() not in choice.ignored:
                issue = _issue(finding, code, choice)
                issues[issue.line, code, 0, ""] = issue
    return found, answer.gaps


def _issue(finding: Finding, code: str, choice: HadolintChoice) -> Issue:
    place = finding.within or finding.location
    own = HADOLINT_SEVERITIES.get(code, finding.severity) or Severity.INFO
    severity = choice.overrides.get(code.lower(), own)
    return Issue(file=place.path, line=place.line, code=code, level=severity.value, message=finding.message)


def hadolint_fails(issues: Sequence[Issue], choice: HadolintChoice) -> bool:
    """Whether hadolint would end in 1: an issue from the threshold up, and a format that does not forgive it."""
    if choice.no_fail or choice.format in _NEVER_FAIL:
        return False
    if choice.threshold in {"ignore", "none"}:
        return bool(issues)
    return any(Severity(issue.level).reaches(Severity(choice.threshold)) for issue in issues)
