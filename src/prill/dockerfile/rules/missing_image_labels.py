"""The image does not say where it comes from."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._labels import labels
from prill.model.finding import Severity

__all__ = ["RULE"]

_WANTED = ("org.opencontainers.image.source", "org.opencontainers.image.revision")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    if final is None or final.from_step is None:
        return
    keys = {key for stage in final.lineage for step in stage.of("LABEL") for key, _ in labels(step)}
    missing = [name for name in _WANTED if name not in keys]
    if missing:
        yield Problem(span=final.from_step.span, message=f"no label {', '.join(missing)}")


RULE = Rule(
    id="missing-image-labels",
    severity=Severity.STYLE,
    summary="The image does not say where it comes from",
    check=_check,
    default=False,
)
