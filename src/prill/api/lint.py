"""Lint Dockerfiles: read them, run the rules as the settings say; what could not be read is a gap."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prill._io.processes import LEAST, run_processes
from prill._io.regular import read_regular
from prill.api.finding_rows import Row, finding_of, row_of
from prill.api.lint_files import IgnoreFinder
from prill.api.lint_inline import find_inline, is_inline_host, moved, unread_inline
from prill.api.lint_settings import SHELLCHECK_CODE, LintSettings, SettingsFinder
from prill.dockerfile.check_directive import EXPERIMENTAL
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.engine import Selection, check_names, lint, rule_names
from prill.dockerfile.listing import Listed, rules_for
from prill.dockerfile.parser import parse
from prill.dockerfile.pragmas import find_pragmas, read_check_directive
from prill.dockerfile.rule import Context, Rule
from prill.dockerfile.rules import LISTED
from prill.dockerfile.source import Source
from prill.errors import PrillError
from prill.model.finding import Finding, Report, RuleInfo
from prill.model.regex import regex
from prill.model.report import Gap
from prill.model.value import dataclass, field, replace

if TYPE_CHECKING:
    from prill.api.lint_cache import LintCache

__all__ = [
    "LintOptions",
    "UnknownRule",
    "find_rule",
    "lint_data",
    "lint_host",
    "lint_paths",
    "rule_infos",
    "selection_of",
]

MAX_BYTES = 8 << 20


class UnknownRule(PrillError):
    """No rule has this id or alias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintOptions:
    """Which rules run, and what they are told, besides what the settings say."""

    selection: Selection = field(default_factory=Selection)
    settings: LintSettings = field(default_factory=LintSettings)
    target: str | None = None
    today: date | None = None
    rules: tuple[Listed, ...] = LISTED

    def with_settings(self, settings: LintSettings) -> "LintOptions":
        """Return the options with the settings that were found for a file below them."""
        return replace(self, settings=settings.joined(self.settings))


class _Seen(NamedTuple):
    """What came of one file. From one process to another it is handed as rows."""

    name: str
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> list[Row]:
        """The findings as rows."""
        return list(map(row_of, self.findings))

    def __reduce__(self) -> tuple[Any, ...]:
        return _seen, (self.name, self.rows, self.gaps, self.notes)


def _seen(name: str, rows: Sequence[Row], gaps: tuple[Gap, ...], notes: tuple[str, ...]) -> _Seen:
    return _Seen(name, tuple(finding_of(row, name) for row in rows), gaps, notes)


class _Input(NamedTuple):
    """One file with everything that has a say in what is found in it."""

    name: str
    data: bytes
    options: LintOptions
    ignore_file: str | None
    host: bool


def lint_paths(
    paths: Sequence[Path],
    options: LintOptions,
    finder: SettingsFinder,
    *,
    workers: int = 1,
    cache: "LintCache | None" = None,
) -> Report:
    """Lint files that exist, in their order, in as many processes; one that cannot be read is a gap.

    What ``cache`` knows is not looked at again, and what it does not is kept there; the caller saves it.
    """
    if workers > 1 and len(paths) >= LEAST:
        for one in options.rules:  # once, before there are several processes
            one.load()
    reader = _Reader(options, finder)
    if cache is None:
        seen: Sequence[_Seen] = run_processes(reader.look, paths, workers=workers)
    else:
        seen = _remembered(list(map(reader.read, paths)), cache, workers=workers)
    return Report(
        subjects=tuple(map(str, paths)),
        findings=tuple(finding for one in seen for finding in one.findings),
        gaps=tuple(gap for one in seen for gap in one.gaps),
        notes=tuple(dict.fromkeys(note for one in seen for note in one.notes)),
    )


def _remembered(inputs: list[_Input | _Seen], cache: "LintCache", *, workers: int) -> list[_Seen]:
    """Look at the files that the cache does not know; a file that is no gap is kept in it."""
    keys = _Keys()
    seen: list[_Seen | None] = []
    new: list[tuple[int, str, _Input]] = []
    for number, one in enumerate(inputs):
        if isinstance(one, _Seen):
            seen.append(one)
            continue
        key = keys.of(one)
        rows = cache.find(key)
        seen.append(None if rows is None else _seen(one.name, rows, (), one.options.settings.notes))
        if rows is None:
            new.append((number, key, one))
    for (number, key, _), found in zip(
        new, run_processes(_look, [one for *_, one in new], workers=workers), strict=True
    ):
        seen[number] = found
        if not found.gaps:
            cache.keep(key, found.rows)
    return [one for one in seen if one is not None]


class _Keys:
    """Makes keys; the options' part is worked out once for files with the same settings."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[LintSettings, bytes]] = {}

    def of(self, one: _Input) -> str:
        from prill.api.lint_cache import digest_of, fingerprint  # noqa: PLC0415 - only with a cache

        settings, options = one.options.settings, one.options
        if id(settings) not in self._known:
            rules = tuple(rule.id for rule in options.rules)
            told = fingerprint((options.selection, settings, options.target, options.today, rules))
            self._known[id(settings)] = settings, told
        ignored = None if one.ignore_file is None else one.ignore_file.encode("utf-8", "surrogateescape")
        return digest_of(self._known[id(settings)][1], ignored, b"host" if one.host else None, one.data)


class _Reader:
    """Reads files; the options are put together once for files with the same settings."""

    def __init__(self, options: LintOptions, finder: SettingsFinder) -> None:
        self._options = options
        self._finder = finder
        self._ignored = IgnoreFinder()
        self._known: dict[int, tuple[LintSettings, LintOptions]] = {}

    def look(self, path: Path) -> _Seen:
        """Read a file and lint it."""
        return _look(self.read(path))

    def read(self, path: Path) -> _Input | _Seen:
        """Read a file and what lies beside it; one that cannot be read is a gap already."""
        name = str(path)
        try:
            data = read_regular(path, MAX_BYTES)
        except OSError as error:
            return _Seen(name, (), (Gap(name, error.strerror or str(error)),))
        if len(data) > MAX_BYTES:
            return _Seen(name, (), (Gap(name, f"longer than {MAX_BYTES} bytes"),))
        settings = self._finder.settings_for(path)
        if id(settings) not in self._known:
            self._known[id(settings)] = settings, self._options.with_settings(settings)
        host = is_inline_host(path.name)
        return _Input(name, data, self._known[id(settings)][1], None if host else self._ignored.text_for(path), host)


def _look(one: _Input | _Seen) -> _Seen:
    if isinstance(one, _Seen):
        return one
    if one.host:
        report = lint_host(one.data, one.name, one.options)
    else:
        report = lint_data(one.data, one.name, one.options, ignore_file=one.ignore_file)
    return _Seen(one.name, report.findings, report.gaps, report.notes)


def lint_host(data: bytes, name: str, options: LintOptions) -> Report:
    """Lint the Dockerfiles inside of a Compose or Bake file."""
    host = Source.of(data, name)
    findings: list[Finding] = []
    gaps = [
        Gap(
            name,
            f"line {number}: a Dockerfile by reference, without quotes or with ${{…}} is not read; "
            "write a block (| or <<EOT)",
        )
        for number in unread_inline(host.text)
    ]
    for inline in find_inline(host.text):
        report = lint_data(inline.text.encode("utf-8", "surrogateescape"), name, options)
        findings += [moved(finding, inline, host) for finding in report.findings]
        gaps += report.gaps
    return Report(subjects=(name,), findings=tuple(findings), gaps=tuple(gaps), notes=options.settings.notes)


def selection_of(options: LintOptions) -> Selection:
    """Return which rules run: those of the options, and what the settings say about them."""
    settings = options.settings
    if settings.pragmas and not (settings.ignore or settings.enable or settings.severities):
        return options.selection
    return replace(
        options.selection,
        off=options.selection.off | settings.ignore,
        on=options.selection.on | settings.enable,
        severities={**settings.severities, **options.selection.severities},
        pragmas=options.selection.pragmas and settings.pragmas,
    )


def lint_data(data: bytes, name: str, options: LintOptions, *, ignore_file: str | None = None) -> Report:
    """Lint one file's bytes; ``ignore_file`` as in `Context`."""
    settings, selection = options.settings, selection_of(options)
    document = Dockerfile(parse(data, name), options.target)
    asked = read_check_directive(document).experimental
    if asked:
        wanted = EXPERIMENTAL if asked == ("all",) else EXPERIMENTAL.intersection(asked)
        selection = replace(selection, on=selection.on | {one.lower() for one in wanted})
    context = Context(
        allowed_registries=settings.allowed_registries,
        allowed_bases=settings.allowed_bases,
        labels=settings.labels,
        strict_labels=settings.strict_labels,
        ignore_file=ignore_file,
        known_codes=_known_codes(options.rules) if find_pragmas(document) else frozenset(),
        checks=_checks(options.rules) if find_pragmas(document) else frozenset(),
        today=options.today,
    )
    result = lint(document, rules_for(document, options.rules, context, selection), context, selection)
    document.let_go()
    return Report(subjects=(name,), findings=result.findings, gaps=result.gaps, notes=settings.notes)


@lru_cache(maxsize=4)
def _known_codes(rules: tuple[Listed, ...]) -> frozenset[str]:
    return frozenset(name for one in rules for name in rule_names(one.load()))


@lru_cache(maxsize=4)
def _checks(rules: tuple[Listed, ...]) -> frozenset[str]:
    return frozenset(name for one in rules for name in check_names(one.load()))


_TRIVY = regex(r"(?:avd-)?ds-?([0-9]{3,4})")
"""What Trivy called its checks before ``DS-0002``."""


def find_rule(name: str) -> Rule:
    """Return a rule by its id or one of its aliases; raise `UnknownRule`."""
    wanted = name.lower()
    for one in LISTED:
        if wanted in rule_names(one.load()):
            return one.load()
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    if SHELLCHECK_CODE.fullmatch(wanted):
        raise UnknownRule(f"{name!r} is ShellCheck's", hint="https://www.shellcheck.net/wiki/ has a page for each code")
    older = _TRIVY.fullmatch(wanted)
    near = get_close_matches(f"ds-{int(older[1]):04}" if older else wanted, sorted(_known_codes(LISTED)), n=1)
    raise UnknownRule(
        f"there is no rule {name!r}", hint=f"did you mean {near[0]}?" if near else "prill rule lists them"
    )


def rule_infos() -> tuple[RuleInfo, ...]:
    """Return what documents say about the rules, pages included."""
    from prill.dockerfile.pages import read_page  # noqa: PLC0415 - most runs print no page

    return tuple(
        RuleInfo(id=one.id, summary=one.summary, severity=one.severity, aliases=one.aliases, page=read_page(one).text)
        for one in (line.load() for line in LISTED)
    )
