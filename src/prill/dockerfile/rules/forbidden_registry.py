"""The image comes from a registry that is not allowed."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.image_names import is_allowed, split_image
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.source import Word
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    if not context.allowed_registries:
        return
    for word in _images(dockerfile):
        if not is_allowed(word.text, context.allowed_registries):
            registry = split_image(word.text).registry or "docker.io"
            yield Problem(span=word.span, message=f"{registry} is not one of the allowed registries")


def _images(dockerfile: Dockerfile) -> Iterator[Word]:
    for stage in dockerfile.stages:
        if stage.source is not None and stage.parent is None and not stage.is_scratch:
            yield stage.source.image
    for step in dockerfile.flagged:
        for image in step.images:
            if dockerfile.stage_named(image.text) is None and not step.deferred:
                yield image


RULE = Rule(
    id="forbidden-registry",
    aliases=("DL3026",),
    severity=Severity.ERROR,
    summary="The image comes from a registry that is not allowed",
    check=_check,
)
