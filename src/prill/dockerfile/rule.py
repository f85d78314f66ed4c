"""What a lint rule is: data, and one function from a Dockerfile to problems."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from prill.dockerfile.allowed_bases import AllowedBase
from prill.dockerfile.source import Span
from prill.model.finding import Edit, Finding, Fix, Severity
from prill.model.value import dataclass

if TYPE_CHECKING:
    from prill.dockerfile.document import Dockerfile

__all__ = ["Context", "LabelRule", "Problem", "Rule", "replacement"]


class Problem(NamedTuple):
    """What a rule has found in a file.

    ``message`` is the rule's summary where it is "". ``aliases``, where given, take the place of the rule's: for a rule
    that sees more than the one that an alias names.
    """

    span: Span
    message: str = ""
    fix: Fix | None = None
    aliases: tuple[str, ...] | None = None


class LabelRule(NamedTuple):
    """A label that has to be there, and of which kind its value is: text, url, semver, hash, rfc3339, spdx or email."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What rules may ask besides the file: the settings, and what lies beside it.

    ``ignore_file`` is the text of the ``.dockerignore`` that holds, "" where there is none, None where
    nobody looked.
    ``allowed_bases`` is None where there is no such list.
    ``known_codes`` are the ids and aliases of all rules, in lower case, ``checks`` BuildKit's names to the letter,
    ``running`` the codes of the rules that are run; all are wanted only for a file with comments about findings.
    ``today`` is what the catalogue's dates are compared with; with None, nothing has ended.
    """

    allowed_registries: tuple[str, ...] = ()
    allowed_bases: tuple[AllowedBase, ...] | None = None
    labels: tuple[LabelRule, ...] = ()
    strict_labels: bool = False
    ignore_file: str | None = None
    known_codes: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()
    today: date | None = None
    running: frozenset[str] = frozenset()

    @property
    def given(self) -> frozenset[str]:
        """The settings that are given, by their names; ``ignore-file`` where one says anything."""
        settings = (
            ("allowed-bases", self.allowed_bases is not None),
            ("allowed-registries", bool(self.allowed_registries)),
            ("ignore-file", bool(self.ignore_file)),
            ("labels", bool(self.labels)),
            ("strict-labels", self.strict_labels),
        )
        return frozenset(name for name, given in settings if given)


Check = Callable[["Dockerfile", Context], Iterable[Problem]]
Review = Callable[["Dockerfile", Context, tuple[Finding, ...]], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """A rule: ``id`` says in kebab case what is wrong, ``aliases`` what hadolint, BuildKit and others call it.

    ``check`` looks at the file; ``review`` at the findings of all other rules. ``default`` says whether it is on when
    nobody asks for it. Its page is the Markdown file beside its module.
    """

    id: str
    summary: str
    severity: Severity
    check: Check | None = None
    review: Review | None = None
    aliases: tuple[str, ...] = ()
    default: bool = True


def replacement(message: str, span: Span, text: str, *, safe: bool = True) -> Fix:
    """Return the fix that puts ``text`` in the place of ``span``."""
    return Fix(message, (Edit(*span, text),), safe)
