"""Which version order each ecosystem has, by OSV's names (OSV schema, "Defined ecosystems") and purl's types."""

from collections.abc import Callable
from functools import lru_cache

from prill.distro.deb import version as deb
from prill.ecosystems.versions import apk, maven, nuget, packagist, pypi, rpm, rubygems, semver
from prill.ecosystems.versions.keys import UnreadableVersion
from prill.errors import PrillError
from prill.model import Package
from prill.model.sbom_diff import ecosystem_of
from prill.model.value import dataclass

__all__ = ["BUILTIN", "UnknownEcosystem", "VersionOrder", "ecosystem_of_type", "order_of", "order_of_package"]


class UnknownEcosystem(PrillError):
    """A text names no ecosystem whose version order is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionOrder:
    """How the versions of some ecosystems are ordered.

    ``sort_key`` gives the bytes by which a version lies in ranges. ``own_compare`` is set where two versions compare
    in another way.
    """

    id: str
    ecosystems: tuple[str, ...]
    sort_key: Callable[[str], bytes]
    own_compare: Callable[[str, str], int] | None = None

    def compare(self, one: str, other: str) -> int:
        """Return -1, 0 or 1, as ``one`` is before, equal to or after ``other``; raise `UnreadableVersion`."""
        if self.own_compare:
            return self.own_compare(one, other)
        left, right = self.sort_key(one), self.sort_key(other)
        return (left > right) - (left < right)


def _deb_key(version: str) -> bytes:
    try:
        return deb.sort_key(version)
    except deb.InvalidVersion as error:
        raise UnreadableVersion(version, "Debian packages") from error


BUILTIN = (
    VersionOrder(id="deb", ecosystems=("Debian", "Ubuntu"), sort_key=_deb_key),
    VersionOrder(
        id="apk",
        ecosystems=("Alpine", "Alpaquita", "BellSoft Hardened Containers", "Chainguard", "MinimOS", "Wolfi"),
        sort_key=apk.sort_key,
    ),
    VersionOrder(
        id="rpm",
        ecosystems=(
            "AlmaLinux",
            "Azure Linux",
            "Mageia",
            "Photon OS",
            "Red Hat",
            "Rocky Linux",
            "SUSE",
            "openEuler",
            "openSUSE",
        ),
        sort_key=rpm.sort_key,
    ),
    VersionOrder(id="pypi", ecosystems=("PyPI",), sort_key=pypi.sort_key),
    VersionOrder(
        id="semver",
        ecosystems=("npm", "Go", "crates.io", "Hex", "Bitnami", "GitHub Actions", "Pub", "SwiftURL"),
        sort_key=semver.sort_key,
    ),
    VersionOrder(id="maven", ecosystems=("Maven",), sort_key=maven.sort_key),
    VersionOrder(id="rubygems", ecosystems=("RubyGems",), sort_key=rubygems.sort_key),
    VersionOrder(id="nuget", ecosystems=("NuGet",), sort_key=nuget.sort_key),
    VersionOrder(
        id="packagist", ecosystems=("Packagist",), sort_key=packagist.range_key, own_compare=packagist.compare
    ),
)
"""Every version order, each ecosystem in one of them."""

_BY_NAME = {name.lower(): order for order in BUILTIN for name in (order.id, *order.ecosystems)} | {
    "redhat": BUILTIN[2],
    "cargo": BUILTIN[4],
    "golang": BUILTIN[4],
    "composer": BUILTIN[8],
    "gem": BUILTIN[6],
}
_BY_TYPE = {
    "bitnami": "Bitnami",
    "cargo": "crates.io",
    "composer": "Packagist",
    "gem": "RubyGems",
    "githubactions": "GitHub Actions",
    "golang": "Go",
    "hex": "Hex",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "pub": "Pub",
    "pypi": "PyPI",
    "swift": "SwiftURL",
}


@lru_cache(maxsize=1000)
def order_of(ecosystem: str) -> VersionOrder:
    """Return the order of ``Debian:12``, ``PyPI``, an order's id or a purl's type; raise `UnknownEcosystem`."""
    order = _BY_NAME.get(ecosystem.partition(":")[0].strip().lower())
    if order is None:
        known = ", ".join(sorted((name for one in BUILTIN for name in one.ecosystems), key=str.lower))
        raise UnknownEcosystem(f"no version order is known for {ecosystem[:80]!r}", hint=f"known are {known}")
    return order


def order_of_package(package: Package) -> VersionOrder | None:
    """Return the order of a package's versions, or None where nobody knows one."""
    kind = ecosystem_of(package)
    return _BY_NAME.get(_BY_TYPE.get(kind, kind).lower())


def ecosystem_of_type(purl_type: str) -> str:
    """Return OSV's name of a language's packages by their purl type; empty where there is none."""
    return _BY_TYPE.get(purl_type, "")
