"""A base image without a tag and without a digest."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.image_names import split_image
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    names: set[str] = set()
    for stage in dockerfile.stages:
        if stage.source is not None:
            text = stage.source.image.text
            image = split_image(text)
            known = text == "scratch" or text in names or text.startswith("$")
            if not known and not image.tag and not image.digest and stage.parent is None:
                yield Problem(stage.source.image.span, f"{text} has no tag: it is whatever is newest")
            if stage.source.name:
                names.add(stage.source.name.text)


RULE = Rule(
    id="unpinned-base",
    aliases=("DL3006", "DS-0001", "CKV_DOCKER_7", "DKL-DI-0006"),
    severity=Severity.WARNING,
    summary="The base image has no tag",
    check=_check,
)
