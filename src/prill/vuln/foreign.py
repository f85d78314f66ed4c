"""Installed packages that others than the distribution's vendor built, by what their headers say.

Versions and advisories of a release are about its vendor's builds; what EPEL or anybody else built for it has neither.
An rpm package names its vendor. One of Debian's form does not, and Debian's own maintainers have addresses of any
kind; what others build for its releases is known by the marks that they put into versions, and by the addresses of
companies that publish packages of their own. Backports are Debian's, and have such a mark: no release's advisories are
about them.
"""

import re
from collections.abc import Iterable

from prill.model import DebDetails, Distro, Package, RpmDetails

__all__ = ["foreign_vendor", "spoken_of_apart"]

_VENDORS = {
    "almalinux": "almalinux",
    "opensuse-leap": "suse",
    "rhel": "red hat",
    "rocky": "rocky",
    "sles": "suse",
}
"""A word in the vendor's name (rpm's tag ``Vendor``) by os-release's ID."""

_MARKS = re.compile(
    r"nodesource|pgdg|[~.](?:buster|bullseye|bookworm|trixie|forky)(?![a-z])|~bpo[0-9]|\+debian[0-9]+~|~ppa|\+rpt[0-9]|-pve"
)
_COMPANIES = re.compile(
    r"@(?:[a-z0-9-]+\.)*((?:docker|nodesource|nginx|microsoft|hashicorp|elastic|grafana|percona|azul|cloudflare|gitlab|mongodb"
    r"|confluent|redis|datadoghq|influxdata|oracle)\.(?:com|co|io))>|//(code\.google\.com)/",
    re.IGNORECASE,
)
_DEBIAN = frozenset({"debian", "ubuntu"})

_DOCUMENT = "document"  # what found a package where the document does not say: its maintainer may be anybody


def foreign_vendor(package: Package, distro: Distro | None) -> str:
    """Return who built a package that is not of the distribution's vendor; "" where it is, or nobody says."""
    if distro is None:
        return ""
    details = package.details
    if isinstance(details, DebDetails):
        return _other_archive(package.version, details) if distro.id in _DEBIAN else ""
    if not isinstance(details, RpmDetails) or package.found_by == _DOCUMENT:
        return ""
    own, vendor = _VENDORS.get(distro.id), details.vendor
    return vendor if own and vendor and own not in vendor.lower() else ""


def _other_archive(version: str, details: DebDetails) -> str:
    if mark := _MARKS.search(version):
        return f"others ({mark[0]!r} is in their versions)"
    company = _COMPANIES.search(details.maintainer)
    return next(filter(None, company.groups())) if company else ""


def spoken_of_apart(packages: Iterable[Package], distro: Distro | None) -> list[Package]:
    """Return those that advisories are about themselves: without those that a package of the vendor's is, seen twice.

    Of what is in somebody else's package, the release's advisories say nothing.
    """
    packages = [*packages]
    owners = {package.owner for package in packages if package.owner}
    others = {one.purl for one in packages if one.purl in owners and foreign_vendor(one, distro)} if owners else owners
    return [package for package in packages if not package.owner or package.owner in others]
