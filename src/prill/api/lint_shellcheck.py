"""ShellCheck's findings in a report of lint: in Dockerfiles, and in those inside of other files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from prill.api.lint import LintOptions, selection_of
from prill.api.lint_inline import InlineDockerfile, find_inline, is_inline_host, moved
from prill.api.lint_settings import SettingsFinder
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.parser import parse
from prill.dockerfile.source import Source
from prill.model.finding import Finding, Report, RuleInfo
from prill.model.report import Gap
from prill.model.value import replace

if TYPE_CHECKING:
    from prill.api.lint_cache import LintCache

__all__ = ["NO_SHELLCHECK", "add_shellcheck", "shellcheck_infos"]

NO_SHELLCHECK = Gap("shellcheck", "there is no such program; it comes with the extra prill[shellcheck]")


def add_shellcheck(
    report: Report,
    files: Sequence[tuple[Path, bytes]],
    options: LintOptions,
    finder: SettingsFinder,
    program: Path | None,
    *,
    workers: int,
    cache: "LintCache | None" = None,
) -> Report:
    """Return the report with what ShellCheck says about the files besides; without a program that is a gap."""
    if program is None:
        return replace(report, gaps=(*report.gaps, NO_SHELLCHECK))
    from prill.api.shellcheck import run_shellcheck  # noqa: PLC0415 - only where it is asked for

    texts = [text for path, data in files for text in _shell_texts(path, data)]
    documents = [Dockerfile(parse(text.data, str(text.path)), options.target) for text in texts]
    selections = [selection_of(options.with_settings(finder.settings_for(text.path))) for text in texts]
    answer = run_shellcheck(program, documents, selections, workers=workers, cache=cache)
    said = [
        text.told(one)
        for text, selection, found in zip(texts, selections, answer.findings, strict=True)
        for one in found
        if selection.wants(one)
    ]
    order = {subject: number for number, subject in enumerate(report.subjects)}
    together = sorted(
        (*report.findings, *said),
        key=lambda one: (
            order[one.location.path],
            one.location.start_byte,
            one.location.end_byte,
            one.rule,
            one.aliases,
        ),
    )
    return replace(report, findings=tuple(together), gaps=(*report.gaps, *answer.gaps))


def shellcheck_infos(report: Report) -> tuple[RuleInfo, ...]:
    """Return what documents say about those of ShellCheck's codes that found something, each once."""
    found = {one.code: one.severity for one in report.findings if one.rule == "shellcheck"}
    return tuple(
        RuleInfo(
            id=code,
            summary=f"ShellCheck's {code}",
            severity=severity,
            page=f"# {code}\n\nShellCheck explains it: <https://www.shellcheck.net/wiki/{code}>\n",
        )
        for code, severity in sorted(found.items())
    )


class _ShellText(NamedTuple):
    """A Dockerfile that ShellCheck is asked about, and where it stands in another file, if it does."""

    path: Path
    data: bytes
    inline: tuple[InlineDockerfile, Source] | None = None

    def told(self, finding: Finding) -> Finding:
        """Return the finding with its place in the file that people have."""
        return finding if self.inline is None else moved(finding, *self.inline)


def _shell_texts(path: Path, data: bytes) -> list[_ShellText]:
    if not is_inline_host(path.name):
        return [_ShellText(path, data)]
    host = Source.of(data, str(path))
    return [
        _ShellText(path, inline.text.encode("utf-8", "surrogateescape"), (inline, host))
        for inline in find_inline(host.text)
    ]
