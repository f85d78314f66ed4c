"""What distinguishes two SBOMs: packages that came, went, or changed."""

from collections.abc import Iterable

from prill.model.package import Package
from prill.model.purl import InvalidPurl, Purl
from prill.model.sbom import Sbom
from prill.model.value import dataclass

__all__ = ["PackageChange", "SbomDiff", "diff_sboms", "ecosystem_of"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PackageChange:
    """One package by its name in one ecosystem, in the versions that only one of the two has.

    Without ``old`` it is new, without ``new`` it is gone. Where the versions are the same and the licences are not,
    ``old_licenses`` and ``new_licenses`` say what they were and are.
    """

    ecosystem: str
    name: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    old_licenses: str = ""
    new_licenses: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SbomDiff:
    """The changes, sorted by ecosystem and name, and how many packages are the same."""

    changes: tuple[PackageChange, ...]
    same: int


def ecosystem_of(package: Package) -> str:
    """Return the type of a package's purl, or ``unidentified``."""
    scheme, colon, rest = package.purl.partition(":")
    return rest.partition("/")[0] if scheme == "pkg" and colon else "unidentified"


def diff_sboms(old: Sbom, new: Sbom) -> SbomDiff:
    """Compare by purl without version and qualifiers, so that an update is one change."""
    before, after = _by_name(old.packages), _by_name(new.packages)
    changes = []
    same = 0
    for key in before.keys() | after.keys():
        was, now = before.get(key, {}), after.get(key, {})
        gone, come = sorted(was.keys() - now.keys()), sorted(now.keys() - was.keys())
        if gone or come:
            changes.append(PackageChange(ecosystem=key[0], name=key[1], old=tuple(gone), new=tuple(come)))
        for version in sorted(was.keys() & now.keys()):
            if was[version] == now[version]:
                same += 1
                continue
            changes.append(
                PackageChange(
                    ecosystem=key[0],
                    name=key[1],
                    old=(version,),
                    new=(version,),
                    old_licenses=was[version],
                    new_licenses=now[version],
                )
            )
    return SbomDiff(changes=tuple(sorted(changes)), same=same)


def _by_name(packages: Iterable[Package]) -> dict[tuple[str, str], dict[str, str]]:
    """Return the licences of each version of each package."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for package in packages:
        found.setdefault((ecosystem_of(package), _name(package)), {})[package.version] = package.licenses
    return found


def _name(package: Package) -> str:
    try:
        purl = Purl.parse(package.purl)
    except InvalidPurl:
        return package.name
    return f"{purl.namespace}/{purl.name}" if purl.namespace and purl.type not in ("deb", "apk", "rpm") else purl.name
