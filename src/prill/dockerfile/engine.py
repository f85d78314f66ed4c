"""Runs rules over a file. A rule that raises becomes a gap; what a pragma suppresses is marked and stays."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.pragmas import find_pragmas, read_check_directive
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.source import Source, Span
from prill.dockerfile.suppressions import Suppressions
from prill.model.finding import Finding, Location, Severity, Suppression
from prill.model.regex import regex
from prill.model.report import Gap
from prill.model.value import dataclass, field, replace

__all__ = ["LintResult", "Places", "Selection", "check_names", "lint", "rule_names", "weigh"]

_LOST = regex(r"[\ud800-\udfff]|(?<!\\)\\ud[89a-f][0-9a-f]{2}")
"""What is not UTF-8 in the file, as it stands in a message or as ``repr`` writes it: nobody can read either."""
_BY_PLACE = attrgetter("location.start_byte", "location.end_byte", "rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which rules run, and how much they weigh; names are ids and aliases, in lower case.

    ``only``, where given, are the only ones; ``off`` are marked as suppressed by the settings; ``on`` are run though
    they are not by default. ``pragmas`` says whether comments may suppress, ``tool`` whose alone, where it is given.
    """

    only: frozenset[str] | None = None
    off: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    pragmas: bool = True
    tool: str = ""

    def running(self, rules: Iterable[Rule]) -> list[Rule]:
        """Return those of the rules that are to be run at all."""
        if self.only is not None:
            return [rule for rule in rules if not rule_names(rule).isdisjoint(self.only)]
        return [rule for rule in rules if rule.default or not rule_names(rule).isdisjoint(self.on)]

    def wants(self, finding: Finding) -> bool:
        """Whether a finding of another program is one of those that are asked for."""
        return self.only is None or not self.only.isdisjoint(map(str.lower, (finding.rule, *finding.aliases)))

    def severity(self, finding: Finding) -> Severity:
        """Return what the settings make of a finding's severity."""
        for name in (finding.rule, *finding.aliases) if self.severities else ():
            if name.lower() in self.severities:
                return self.severities[name.lower()]
        return finding.severity


class LintResult(NamedTuple):
    """The findings of one file in the order of their places, and the rules that failed."""

    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]


@cache
def rule_names(rule: Rule) -> frozenset[str]:
    """Return the id and the aliases of a rule, in lower case."""
    return frozenset({rule.id.lower(), *(alias.lower() for alias in rule.aliases)})


def check_names(rule: Rule) -> tuple[str, ...]:
    """Return what BuildKit calls a rule, to the letter: names without a number at their end."""
    return tuple(alias for alias in rule.aliases if not alias[-1:].isdigit())


def lint(
    document: Dockerfile, rules: tuple[Rule, ...], context: Context, selection: Selection | None = None
) -> LintResult:
    """Run every rule that the selection wants, then look at pragmas, then let rules review the findings."""
    wanted = Selection() if selection is None else selection
    running = wanted.running(rules)
    if wanted.only is None and find_pragmas(document):
        context = replace(context, running=frozenset().union(*map(rule_names, running)))
    places = Places(document)
    findings: list[Finding] = []
    gaps: list[Gap] = []
    for rule in running:
        if rule.check is not None:
            try:
                if problems := list(rule.check(document, context)):
                    findings += [places.finding(rule, problem) for problem in problems]
            except Exception as error:  # noqa: BLE001 - a plugin that raises is a gap, never a crash
                gaps.append(_gap(places, rule, error))
    gaps += _unseen(places, document)
    findings = weigh(findings, document, wanted)
    reviewed: list[Finding] = []
    for rule in running:
        if rule.review is not None:
            try:
                problems = list(rule.review(document, context, tuple(findings)))
                reviewed += [places.finding(rule, problem) for problem in problems]
            except Exception as error:  # noqa: BLE001 - the same
                gaps.append(_gap(places, rule, error))
    findings += weigh(reviewed, document, wanted)
    findings.sort(key=_BY_PLACE)
    return LintResult(tuple(findings), tuple(gaps))


def weigh(findings: list[Finding], document: Dockerfile, selection: Selection) -> list[Finding]:
    """Return findings with the severities of the settings, marked where the settings or a comment suppress them."""
    pragmas = find_pragmas(document) if selection.pragmas else ()
    if selection.tool:
        pragmas = tuple(pragma for pragma in pragmas if pragma.tool == selection.tool)
    fails = read_check_directive(document).fails
    if not (pragmas or fails or selection.off or selection.severities):
        return findings
    suppressions = Suppressions(pragmas) if pragmas else None
    return [_weighed(finding, selection, suppressions, fails=fails) for finding in findings]


def _unseen(places: "Places", document: Dockerfile) -> Iterator[Gap]:
    """Yield what no rule could look at: a target that is not there, values and scripts that are too much to follow."""
    name = places.source.name
    if document.wanted is not None and document.final is None:
        yield Gap(name, f"there is no stage {document.wanted!r} to be built")
    if document.overlong:
        first = min(document.overlong, key=lambda step: step.span.start)
        line = places.source.line(first.span.start)
        yield Gap(name, f"line {line}: what {first.keyword} sets is too long to be followed")
    for step in sorted(document.unread, key=lambda one: one.span.start):
        yield Gap(name, f"line {places.source.line(step.span.start)}: {step.script.unread}")


def _gap(places: "Places", rule: Rule, error: Exception) -> Gap:
    return Gap(places.source.name, f"rule {rule.id} failed: {error!r}")


def _weighed(finding: Finding, selection: Selection, suppressions: Suppressions | None, *, fails: bool) -> Finding:
    severity = selection.severity(finding)
    if fails and any(alias[:1].isalpha() and not alias[-1:].isdigit() for alias in finding.aliases):
        severity = Severity.ERROR
    suppressed = None
    if selection.off and not selection.off.isdisjoint(map(str.lower, (finding.rule, *finding.aliases))):
        suppressed = Suppression(kind="settings")
    elif suppressions is not None:
        pragma = suppressions.of(finding)
        if pragma is not None:
            suppressed = Suppression(kind="pragma", reason=pragma.reason)
    if severity is finding.severity and suppressed is None:
        return finding
    return finding._replace(severity=severity, suppressed_by=suppressed)


class Places:
    """Turns problems into findings of one file."""

    def __init__(self, document: Dockerfile) -> None:
        self.source: Source = document.file.source
        self.statements = document.file.instructions
        self.starts = [statement.span.start for statement in self.statements]
        self._withins: dict[int, tuple[Span, Location]] = {}

    def location(self, span: Span) -> Location:
        """Return where a span is, by line, column and byte."""
        name, _, lines, marks = source = self.source
        start, end = span
        start = max(start, lines[0])
        end = max(end, start)
        line = bisect_right(lines, start)
        end_line = line if line == len(lines) or end < lines[line] else bisect_right(lines, end, line)
        column, end_column = start - lines[line - 1] + 1, end - lines[end_line - 1] + 1
        if marks:
            return Location(name, line, column, end_line, end_column, source.byte(start), source.byte(end))
        return Location(name, line, column, end_line, end_column, start, end)

    def finding(self, rule: Rule, problem: Problem) -> Finding:
        """Return a problem as a finding of the file, with the statement that it is in."""
        span, message, fix, aliases = problem
        place = bisect_right(self.starts, span.start) - 1
        statement = self.statements[place] if place >= 0 else None
        within = location = None
        if statement is not None and span.start < statement.span.end:
            if place not in self._withins:
                code = statement.code_span
                self._withins[place] = code, self.location(code)
            code, within = self._withins[place]
            location = within if code == span else None
        message = message or rule.summary
        return Finding(
            rule.id,
            rule.severity,
            _LOST.sub("\ufffd", message) if self.source.marks else message,
            location or self.location(span),
            within,
            rule.aliases if aliases is None else aliases,
            "",
            (fix,) if fix else (),
        )
