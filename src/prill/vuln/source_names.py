"""Packages of documents that name no source packages, which vendors' advisories are about.

Tools leave a source's name out where it is the package's own, so one that is missing says something only where a
document names none at all. The vendor's index knows which source a package was built from, if not its old version.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from prill.model import ApkDetails, DebDetails, Gap, Package
from prill.model.regex import regex
from prill.model.value import replace

if TYPE_CHECKING:
    from prill.vuln.newest_packages import Newest

__all__ = ["name_sources", "untold_sources", "untold_sources_gap"]

_DOCUMENT = "document"  # what found a package where the document does not say
_REBUILD = regex(r"\+b[0-9]+$")
_NAMED = 3


def untold_sources(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Return the packages whose sources their document may not name; none where it names that of any other."""
    vendors = [one for one in packages if isinstance(one.details, DebDetails | ApkDetails)]
    if any(one.found_by != _DOCUMENT or _names_source(one) for one in vendors):
        return ()
    return tuple(vendors)


def _names_source(package: Package) -> bool:
    match package.details:
        case DebDetails(source_name=name, source_version=version):
            return name not in ("", package.name) or version not in ("", package.version)
        case ApkDetails(origin=name):
            return name != ""
        case _:
            return False


def name_sources(packages: Sequence[Package], newest: "Mapping[str, Newest | str]") -> dict[str, Package]:
    """Return packages of which the document names no source, by purl, with that of the vendor's ``newest`` ones.

    Left out are those that the vendor does not have, and whose source has versions of its own that cannot be told.
    """
    found = {}
    for package in untold_sources(packages):
        record = newest.get(package.name)
        if record is None or isinstance(record, str) or not isinstance(package.details, DebDetails):
            continue
        version = _source_version(package.version, record)
        if version:
            details = replace(package.details, source_name=record.source_name, source_version=version)
            found[package.purl] = replace(package, details=details)
    return found


def _source_version(version: str, record: "Newest") -> str:
    """Return the version of the source of a package; a rebuild of it counts up at the end (Debian Policy 5.6.12.1)."""
    if version == record.version:
        return record.source_version
    return _REBUILD.sub("", version) if _REBUILD.sub("", record.version) == record.source_version else ""


def untold_sources_gap(packages: Sequence[Package]) -> Gap | None:
    """Return what to say of packages that are looked up under their own names for want of their sources'."""
    if not packages:
        return None
    names = sorted({one.name for one in packages})
    listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return Gap(
        "source packages",
        f"the document names none of {len(packages)} packages' source packages, which advisories are about: those "
        f"about sources of other names are missed for {listed}",
    )
