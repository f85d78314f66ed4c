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
        if not loose_flags(one.command, "l", "no-log-init"):
            texts = one.command.texts
            numbers = [texts[place + 1] for place, text in enumerate(texts[:-1]) if _is_uid_flag(text)]
            if any(map(_is_high, numbers)):
                yield report(one)
            elif _is_high(one.command.value_of("--uid", "-u") or ""):  # forms that others do not read
                yield report(one)._replace(aliases=())


def _is_uid_flag(text: str) -> bool:
    return text.startswith("-") and not text.startswith("--") and text.endswith("u")


def _is_high(number: str) -> bool:
    return len(number) > _MOST_DIGITS and number.isdigit()


RULE = Rule(
    id="high-uid-useradd",
    aliases=("DL3046",),
    severity=Severity.WARNING,
    summary="useradd with a high number fills a file up to it",
    check=_check,
)
