"""ENV or LABEL without an equals sign."""

from collections.abc import Iterator

from prill.dockerfile.arguments import Pair
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.source import Span
from prill.model.finding import Fix, Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_PLAIN = regex(r"[^\s'\"\\`$]+")
_WORD = regex(r"\S+")
"""A key that stays one word where other blanks than those of ASCII end one, too, as they do before an equals sign."""
_SPACED = regex(r"[^'\"\\`$\n]+")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("ENV", "LABEL"):
        for pair in step.pairs:
            if pair.legacy and pair.value is not None:
                yield Problem(span=step.span, fix=_fix(pair))


def _fix(pair: Pair) -> Fix | None:
    """Return the fix where the value is the same in both forms: nothing in it that quotes or escapes."""
    value = pair.value
    if value is None or not _WORD.fullmatch(pair.key.text):
        return None
    text = value.text
    gap = Span(pair.key.span.start, value.span.end)
    if _PLAIN.fullmatch(text):
        return replacement("write an equals sign", gap, f"{pair.key.text}={text}")
    if _SPACED.fullmatch(text) and value.span.end - value.span.start == len(text):
        return replacement("write an equals sign", gap, f'{pair.key.text}="{text}"')
    return None


RULE = Rule(
    id="legacy-key-value",
    aliases=("LegacyKeyValueFormat",),
    severity=Severity.STYLE,
    summary="ENV or LABEL without an equals sign",
    check=_check,
)
