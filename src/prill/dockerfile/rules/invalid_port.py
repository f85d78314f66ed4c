"""There is no such port."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_HIGHEST = 65535
_NUMBER = regex(r"\+?[0-9]+")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("EXPOSE"):
        for word in step.words:
            ports = word.text.strip("\"'").partition("/")[0]
            numbers = [int(part[:9]) for part in ports.split("-") if _NUMBER.fullmatch(part)]
            if any(number > _HIGHEST for number in numbers) and not step.deferred:
                yield Problem(span=word.span, message=f"{word.text}: ports end at {_HIGHEST}")


RULE = Rule(
    id="invalid-port",
    aliases=("DL3011", "DS-0008"),
    severity=Severity.ERROR,
    summary="There is no such port",
    check=_check,
)
