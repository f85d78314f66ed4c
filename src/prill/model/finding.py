"""What a rule has found, where, and how it can be mended; named tuples, as a linter makes thousands (docs/adr/0002)."""

from enum import StrEnum
from typing import NamedTuple

from prill.model.report import Gap
from prill.model.value import dataclass

__all__ = ["Edit", "Finding", "Fix", "Location", "Report", "RuleInfo", "Severity", "Suppression"]


class Severity(StrEnum):
    """How much a finding weighs, from the heaviest."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    STYLE = "style"

    @property
    def rank(self) -> int:
        """0 for the heaviest."""
        return _ORDER.index(self)

    def reaches(self, threshold: "Severity") -> bool:
        """Whether this weighs as much as ``threshold``, or more."""
        return self.rank <= threshold.rank


_ORDER = tuple(Severity)


class Location(NamedTuple):
    """A part of a file. Lines and columns count from 1 and in characters, the end is not included; bytes from 0."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start_byte: int = 0
    end_byte: int = 0


class Edit(NamedTuple):
    """The characters from ``start`` to ``end`` of a file's text become ``text``."""

    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """How to mend a finding. A safe one leaves what the file makes as it was."""

    message: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Suppression(NamedTuple):
    """Who said that a finding does not count: ``kind`` names the means, such as ``pragma`` or ``settings``."""

    kind: str
    reason: str = ""


class Finding(NamedTuple):
    """Something that a rule has found. ``rule`` is the rule's id, ``aliases`` what others call it.

    ``within`` is the statement that the finding is in, for those who count statements in place of places. A finding
    that is suppressed stays in the report.
    """

    rule: str
    severity: Severity
    message: str
    location: Location
    within: Location | None = None
    aliases: tuple[str, ...] = ()
    help_url: str = ""
    fixes: tuple[Fix, ...] = ()
    suppressed_by: Suppression | None = None

    @property
    def code(self) -> str:
        """What a document with one name for a finding calls it: its rule, or ShellCheck's code."""
        return self.aliases[0] if self.rule == "shellcheck" and self.aliases else self.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInfo:
    """What a document says about a rule: ``page`` is its explanation in Markdown."""

    id: str
    summary: str
    severity: Severity
    aliases: tuple[str, ...] = ()
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked at, what was found there, in order, and what was not looked at, and why.

    ``notes`` are what was seen on the way and changes nothing, such as a setting without effect.
    """

    subjects: tuple[str, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[Finding, ...]:
        """The findings that nothing suppresses."""
        return tuple(finding for finding in self.findings if finding.suppressed_by is None)
