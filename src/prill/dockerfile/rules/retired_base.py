"""The registry of this image is closed."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import known_image
from prill.dockerfile.source import Word
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        if stage.source is not None and stage.parent is None:
            yield from _retired(stage.source.image, stage.image.text)
    for step in dockerfile.flagged:
        for word in step.images:
            if dockerfile.stage_named(word.text) is None:
                yield from _retired(word, step.expand(word.text).text)


def _retired(word: Word, name: str) -> Iterator[Problem]:
    known = known_image(name)
    if known is not None and known.retired is not None:
        yield Problem(span=word.span, message=f"{word.text} was retired on {known.retired}; {known.successor}")


RULE = Rule(
    id="retired-base",
    severity=Severity.ERROR,
    summary="The registry of this image is closed",
    check=_check,
)
