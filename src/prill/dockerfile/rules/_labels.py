"""Labels and the kinds that the settings ask of them."""

from collections.abc import Iterator

from prill.dockerfile.arguments import Pair
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context
from prill.dockerfile.step import Step

__all__ = ["labels", "of_kind"]


def labels(step: Step) -> Iterator[tuple[str, Pair]]:
    """Yield the keys of a LABEL without their quotes, and their pairs."""
    for pair in step.pairs:
        yield pair.key.text.strip("\"'"), pair


def of_kind(dockerfile: Dockerfile, context: Context, kind: str | None) -> Iterator[tuple[Pair, str]]:
    """Yield the labels that have to be of a kind, with their values; with None, all that the settings name."""
    wanted = {one.name for one in context.labels if kind is None or one.kind == kind}
    for step in dockerfile.of("LABEL") if wanted else ():
        if not step.deferred:
            for key, pair in labels(step):
                if key in wanted:
                    yield pair, pair.text
