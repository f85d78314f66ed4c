"""How many packages there are of which ecosystem; ``prill sbom`` names them."""

from collections import Counter
from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model.fact_values import PackageCount
from prill.model.facts import Fact
from prill.model.sbom_diff import ecosystem_of

__all__ = ["PACKAGES"]


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield the ecosystems with the most packages first; a package under a second name is not counted again."""
    counts = Counter(ecosystem_of(package) for package in image.sbom.packages if not package.owner)
    for ecosystem, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield Fact(id="packages", value=PackageCount(ecosystem=ecosystem, packages=number))


PACKAGES = FactPlugin(id="packages", find=_find)
