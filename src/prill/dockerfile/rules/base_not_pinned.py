"""An image is named without its digest."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        if stage.source is None or stage.parent is not None or stage.is_scratch:
            continue
        word = stage.source.image
        if "@" not in stage.image.text and not stage.image.unset:
            yield Problem(word.span, f"{word.text} has no digest")
    for step in dockerfile.flagged:
        for image in step.images:
            found = step.expand(image.text)
            stage_ = dockerfile.stage_named(found.text)
            if stage_ is None and "@" not in found.text and not found.unset and re.search(r"[/:.]", found.text):
                yield Problem(image.span, f"{image.text} has no digest")


RULE = Rule(
    id="base-not-pinned",
    severity=Severity.INFO,
    summary="An image is named without its digest",
    check=_check,
)
