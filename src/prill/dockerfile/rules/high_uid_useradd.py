"""useradd with a high number fills a file up to it."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._commands import loose_flags, report
from prill.model.finding import Severity

__all__ = ["RULE"]

_MOST_DIGITS = 5


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for one in dockerfile.calls("useradd"):
        texts = one.command.texts
        number = next((texts[place + 1] for place, text in enumerate(texts[:-1]) if _is_uid_flag(text)), "")
        if len(number) > _MOST_DIGITS and number.isdigit() and not loose_flags(one.command, "l", "no-log-init"):
            yield report(one)


def _is_uid_flag(text: str) -> bool:
    return text.startswith("-") and not text.startswith("--") and text.endswith("u")


RULE = Rule(
    id="high-uid-useradd",
    aliases=("DL3046",),
    severity=Severity.WARNING,
    summary="useradd with a high number fills a file up to it",
    check=_check,
)
