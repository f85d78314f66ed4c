"""The protocol of EXPOSE has capital letters."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("EXPOSE"):
        for word in step.words:
            text = step.expand(word.text).text if "$" in word.text else word.text
            port, slash, protocol = text.partition("/")
            if slash and "$" not in protocol and protocol != protocol.lower():
                exact = text is word.text and word.span.end - word.span.start == len(text)
                fix = replacement("write it in lower case", word.span, f"{port}/{protocol.lower()}")
                yield Problem(span=word.span, fix=fix if exact else None)


RULE = Rule(
    id="expose-protocol-casing",
    aliases=("ExposeProtoCasing",),
    severity=Severity.STYLE,
    summary="The protocol of EXPOSE has capital letters",
    check=_check,
)
