"""The base is made of a release that nobody looks after any more."""

from collections.abc import Iterator

from prill.catalogue.end_of_life import find_end
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, context: Context) -> Iterator[Problem]:
    if context.today is None:
        return
    for stage in dockerfile.stages:
        known = base_of(stage) if stage.source is not None and stage.parent is None else None
        if known is not None and known.ends is not None and known.ends < context.today and stage.source is not None:
            message = f"{stage.image.text} was looked after until {known.ends} (as of {known.dated})"
            yield Problem(stage.source.image.span, message)
        for product, version in known.releases if known is not None else ():
            end = find_end(product, version)
            if end is not None and end.status(context.today) == "ended" and stage.source is not None:
                message = f"{product} {end.release} ended on {end.extended or end.ends} (as of {end.dated})"
                yield Problem(stage.source.image.span, message)


RULE = Rule(
    id="end-of-life-base",
    severity=Severity.WARNING,
    summary="The base is made of a release that nobody looks after any more",
    check=_check,
)
