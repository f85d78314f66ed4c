"""The image is not one that may be built on."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.source import Word
from prill.dockerfile.variables import Expanded
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    allowed = context.allowed_bases
    for word, image in _images(dockerfile) if allowed is not None else ():
        if image.unset:
            message = f"{word.text} has a variable without a value; nobody can say whether it is allowed"
            yield Problem(span=word.span, message=message)
        elif not any(one.allows(image.text) for one in allowed or ()):
            yield Problem(span=word.span, message=f"{image.text} is not on the list of allowed bases")


def _images(dockerfile: Dockerfile) -> Iterator[tuple[Word, Expanded]]:
    for stage in dockerfile.stages:
        if stage.source is not None and stage.parent is None and not stage.is_scratch:
            yield stage.source.image, stage.image
    for step in dockerfile.flagged:
        for word in step.images:
            image = step.expand(word.text)
            if dockerfile.stage_named(image.text) is None and not step.deferred:
                yield word, image


RULE = Rule(
    id="forbidden-base",
    severity=Severity.ERROR,
    summary="The image is not one that may be built on",
    check=_check,
)
