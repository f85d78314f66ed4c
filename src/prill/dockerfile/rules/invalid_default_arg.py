"""Without a build argument, FROM names no image."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.image_names import is_image_name
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.state import GLOBAL_ARGS
from prill.dockerfile.variables import expand, find_references
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    defaults = _defaults(dockerfile)
    for stage in dockerfile.stages:
        if stage.source is None or stage.parent is not None:
            continue
        used = {one.name for one in find_references(stage.source.image.text, dockerfile.file.escape)}
        if not used or used & GLOBAL_ARGS:
            continue
        name = expand(stage.source.image.text, defaults, dockerfile.file.escape)
        if name.whole and not is_image_name(name.text):
            yield Problem(span=stage.source.image.span, message=f"by default, the base is {name.text!r}")


def _defaults(dockerfile: Dockerfile) -> dict[str, str]:
    """Return the ARGs before the first FROM as they are without any build argument; what has no value is nothing."""
    found: dict[str, str] = {}
    for step in dockerfile.prelude:
        for pair in step.pairs:
            if pair.value is not None:
                found[pair.key.text] = expand(pair.value.text, found, dockerfile.file.escape).text
    return found


RULE = Rule(
    id="invalid-default-arg",
    aliases=("InvalidDefaultArgInFrom",),
    severity=Severity.WARNING,
    summary="Without a build argument, FROM names no image",
    check=_check,
)
