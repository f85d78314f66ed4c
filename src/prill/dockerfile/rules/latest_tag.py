"""A base image with the tag ``latest``."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.image_names import split_image
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        if stage.source is not None:
            image = split_image(stage.source.image.text)
            if image.tag == "latest" and not image.digest:
                yield Problem(span=stage.source.image.span)
    for step in dockerfile.flagged:
        for word in step.images:
            image = split_image(word.text)
            if image.tag == "latest" and not image.digest:
                yield Problem(span=word.span, aliases=())


RULE = Rule(
    id="latest-tag",
    aliases=("DL3007", "DS-0001", "CKV_DOCKER_7", "DKL-DI-0006"),
    severity=Severity.WARNING,
    summary="The tag latest names another image after every release",
    check=_check,
)
