"""An instruction is not written as most of them are."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.keywords import KEYWORDS
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    spans = [step.statement.written for step in dockerfile.steps]
    texts = [dockerfile.file.source.text[start:end] for start, end in spans]
    if (together := "".join(texts)).isupper() or together.islower():
        return
    lower, upper = sum(map(str.islower, texts)), sum(map(str.isupper, texts))
    for span, text in zip(spans, texts, strict=True):
        wanted = text.lower() if lower > upper else text.upper()
        if text != wanted and text.upper() in KEYWORDS:
            yield Problem(
                span=span,
                message=f"{text} is not written as most are",
                fix=replacement(f"write {wanted}", span, wanted),
            )


RULE = Rule(
    id="inconsistent-casing",
    aliases=("ConsistentInstructionCasing",),
    severity=Severity.STYLE,
    summary="An instruction is not written as most of them are",
    check=_check,
)
