"""What SBOM formats want to know of a package, whatever kind it is."""

import re
from functools import lru_cache

from prill.formats._documents import readable
from prill.model import (
    ApkDetails,
    ArtifactDetails,
    DebDetails,
    Distro,
    LanguageDetails,
    Package,
    RpmDetails,
)
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = ["BUILT_FROM", "Facts", "actor", "facts_of", "package_comment"]

BUILT_FROM = "built package from"
"""The words Trivy reads a source package from; they are also plain English."""

_ADDRESS = regex(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+)>\s*")
_SEVERAL_PEOPLE = regex(
    r"\b(?:team|maintainers|developers|packagers|group|project)\b|@lists\.|@tracker\.", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A package's facts under one name each; empty where there is none.

    ``maintainer`` is whom to write to, ``supplier`` who handed the package out, as SPDX writes actors. ``source_name``
    and ``source_version`` are of the source package that advisories are about.
    """

    supplier: str = ""
    maintainer: str = ""
    homepage: str = ""
    summary: str = ""
    source_name: str = ""
    source_version: str = ""


def facts_of(package: Package, distro: Distro | None = None) -> Facts:
    """Return what ``package`` says; a distribution's packages are supplied by the distribution."""
    system = f"Organization: {distro.id.capitalize()}" if distro else ""
    match package.details:
        case DebDetails() as details:
            return Facts(
                supplier=package.supplier or system,
                maintainer=details.maintainer,
                homepage=details.homepage,
                summary=details.summary,
                source_name=details.source_name,
                source_version=details.source_version,
            )
        case ApkDetails() as details:
            return Facts(
                supplier=package.supplier or system,
                maintainer=details.maintainer,
                homepage=details.homepage,
                summary=details.summary,
                source_name=details.origin or package.name,
                source_version=package.version,
            )
        case RpmDetails() as details:
            name, version = _source_of(details)
            return Facts(
                supplier=package.supplier
                or (f"Organization: {readable(details.vendor)}" if details.vendor else system),
                maintainer=details.vendor,
                homepage=details.homepage,
                summary=details.summary,
                source_name=name,
                source_version=version,
            )
        case LanguageDetails() as details:
            return Facts(
                supplier=package.supplier or (actor(details.author) if details.author else ""),
                maintainer=details.author,
                homepage=details.homepage,
                summary=details.summary,
            )
        case ArtifactDetails():
            return Facts(supplier=package.supplier)


def _source_of(details: RpmDetails) -> tuple[str, str]:
    """Split ``openssl-3.0.7-27.el9.src.rpm`` into a name and a version with its release."""
    stem = details.source_rpm.removesuffix(".rpm").rpartition(".")[0]
    rest, _, release = stem.rpartition("-")
    name, _, version = rest.rpartition("-")
    return (name, f"{version}-{release}") if name else ("", "")


@lru_cache(maxsize=1024)  # few people look after many packages
def actor(who: str) -> str:
    """Write a maintainer field as SPDX writes people: ``Person: Name (address)`` (section 7.5)."""
    if who.startswith(("Person: ", "Organization: ")):
        return readable(who)
    kind = "Organization" if _SEVERAL_PEOPLE.search(who) else "Person"
    text = " ".join(readable(who).split())
    match = _ADDRESS.fullmatch(text)
    if not match or not match["name"]:
        return f"{kind}: {text}"
    return f"{kind}: {match['name'].strip(chr(34))} ({match['email']})"


def package_comment(package: Package) -> str:
    """Say where the package was found, and of which rpm module it is, a line each; SPDX has no field for it."""
    lines = [f"location: /{one.path} {one.layer}".rstrip() for one in sorted(package.locations)]
    if package.owner:
        lines.append(f"owner: {package.owner}")
    if isinstance(package.details, RpmDetails) and package.details.modularity:
        lines.append(f"module: {package.details.modularity}")
    lines += [f"property: {name}={value}" for name, value in package.properties]
    return readable("\n".join([f"found by: {package.found_by}", *lines])) if lines else ""
