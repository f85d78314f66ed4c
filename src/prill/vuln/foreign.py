"""Installed rpm packages that others than the distribution's vendor built, by what their headers say.

Versions and advisories of a release are about its vendor's builds; what EPEL or anybody else built for it has neither.
"""

from prill.model import Distro, Package, RpmDetails

__all__ = ["foreign_vendor"]

_VENDORS = {
    "almalinux": "almalinux",
    "opensuse-leap": "suse",
    "rhel": "red hat",
    "rocky": "rocky",
    "sles": "suse",
}
"""A word in the vendor's name (rpm's tag ``Vendor``) by os-release's ID."""

_DOCUMENT = "document"  # what found a package where the document does not say: its maintainer may be anybody


def foreign_vendor(package: Package, distro: Distro | None) -> str:
    """Return who built a package that is not of the distribution's vendor; "" where it is, or nobody says."""
    if not isinstance(package.details, RpmDetails) or distro is None or package.found_by == _DOCUMENT:
        return ""
    own, vendor = _VENDORS.get(distro.id), package.details.vendor
    return vendor if own and vendor and own not in vendor.lower() else ""
