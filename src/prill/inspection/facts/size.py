"""How large the image is, stored and unpacked."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model.fact_values import ImageSize
from prill.model.facts import Fact

__all__ = ["SIZE"]


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield one fact; ``unpacked`` is what the merged tree's files have."""
    sizes = [stat.size for stat in image.files]
    layers = image.manifest.layers if image.manifest else ()
    value = ImageSize(
        compressed=sum(layer.size for layer in layers), unpacked=sum(sizes), layers=len(layers), files=len(sizes)
    )
    yield Fact(id="size", value=value)


SIZE = FactPlugin(id="size", find=_find)
