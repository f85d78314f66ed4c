"""The base is made of a release that nobody looks after any more."""

from collections.abc import Iterator
from datetime import date, timedelta

from prill.catalogue.end_of_life import ReleaseEnd, find_end
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.model.finding import Severity

__all__ = ["RULE"]

_NAMES = {"amzn": "Amazon Linux", "azurelinux": "Azure Linux", "ol": "Oracle Linux"}
"""What people call those whose name in an os-release says little."""
_PATIENCE = {"rust": timedelta(days=365)}
"""How long ended releases are passed over: Rust's end when the next comes, six weeks later, and few follow so fast."""


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
            day = context.today - _PATIENCE.get(product, timedelta())
            said = _said(end, day) if end is not None else ""
            if end is not None and said and stage.source is not None:
                name = _NAMES.get(product, product)
                yield Problem(stage.source.image.span, f"{name} {end.release} {said} (as of {end.dated})")


def _said(end: ReleaseEnd, today: date) -> str:
    """Say when a release ended; "" while the image is looked after without anybody asking or paying for it."""
    match end.status(today):
        case "ended":
            return f"ended on {end.extended or end.ends}"
        case "extended" if not end.for_all:
            return f"ended on {end.ends}, but for who has {end.extended_name}"
    return ""


RULE = Rule(
    id="end-of-life-base",
    severity=Severity.WARNING,
    summary="The base is made of a release that nobody looks after any more",
    check=_check,
)
