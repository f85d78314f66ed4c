"""The distribution and its release, and until when that is looked after (os-release(5))."""

from collections.abc import Iterator

from prill.catalogue.end_of_life import is_edge
from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.supported import support_of
from prill.model.fact_values import Release
from prill.model.facts import Fact

__all__ = ["DISTRIBUTION"]

_PLACES = ("etc/os-release", "usr/lib/os-release")
_ROLLING = frozenset(
    {"wolfi", "chainguard", "arch", "opensuse-tumbleweed", "void", "gentoo", "minimos", "kali", "manjaro"}
)


def _find(image: Inspected) -> Iterator[Fact]:
    distro = image.sbom.distro
    if distro is None:
        return
    rolling = distro.id in _ROLLING or (distro.id == "alpine" and is_edge(distro.version))
    product = "centos-stream" if distro.id == "centos" and "stream" in distro.name.lower() else distro.id
    value = Release(
        id=distro.id,
        version=distro.version,
        codename=distro.codename,
        name=distro.name,
        rolling=rolling,
        support=None if rolling else support_of(product, distro.version, image.day),
    )
    places = (place for place in (image.resolve(one) for one in _PLACES) if place)
    yield Fact(id="distribution", value=value, evidence=tuple({image.at(place) for place in places}))


DISTRIBUTION = FactPlugin(id="distribution", find=_find)
