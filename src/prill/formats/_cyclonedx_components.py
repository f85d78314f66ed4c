"""A package, a file or a distribution as a CycloneDX component."""

from collections.abc import Iterable, Iterator
from typing import Any

from prill.formats._documents import Creator, absolute_url, parse_creator, readable
from prill.formats._package_facts import Facts, facts_of
from prill.model import (
    ApkDetails,
    ArtifactDetails,
    DebDetails,
    Digest,
    Distro,
    Gap,
    Location,
    Package,
    PackageFile,
    RpmDetails,
)

__all__ = [
    "Files",
    "gap_properties",
    "hash_of",
    "organisation",
    "package_component",
    "properties",
    "system_component",
    "system_reference",
]

Json = dict[str, Any]

_HASHES = {"sha256": "SHA-256", "sha512": "SHA-512"}
_OCCURRENCES = "1.5"
_CONTEXT = "1.6"


def package_component(
    reference: str, package: Package, distro: Distro | None, holders: Iterable[str], *, version: str
) -> Json:
    """Write one package for the specification's ``version``, without what is inside it; ``holders`` contain it."""
    details = package.details
    facts = facts_of(package, distro)
    found: Json = {
        "bom-ref": reference,
        "type": "library",
        "name": readable(package.name),
        "version": readable(package.version),
    }
    if facts.supplier:
        found["supplier"] = organisation(parse_creator(facts.supplier))
    if facts.summary:
        found["description"] = readable(facts.summary)
    if details.digest:
        found["hashes"] = [hash_of(details.digest)]
    if package.licenses:
        found["licenses"] = [{"expression": package.licenses}]
    if package.purl:
        found["purl"] = package.purl
    if facts.maintainer:
        found["publisher"] = readable(facts.maintainer)
    source = details.source if isinstance(details, ArtifactDetails) else ""
    addresses = [("website", absolute_url(facts.homepage)), ("distribution", absolute_url(source))]
    if listed := [{"type": kind, "url": url} for kind, url in addresses if url]:
        found["externalReferences"] = listed
    found["properties"] = properties(
        (*_properties(package, facts, version), *(("prill:contained-in", one) for one in holders), *package.properties)
    )
    if package.locations and version >= _OCCURRENCES:
        found["evidence"] = {"occurrences": [_occurrence(one, version) for one in sorted(package.locations)]}
    return found


def organisation(who: Creator) -> Json:
    """Write who supplies or makes something."""
    found: Json = {"name": who.name}
    if who.url:
        found["url"] = [who.url]
    if who.email:
        found["contact"] = [{"email": who.email}]
    return found


def _properties(package: Package, facts: Facts, version: str) -> Iterator[tuple[str, str]]:
    yield "prill:found-by", package.found_by
    yield "prill:owner", package.owner
    yield (
        "prill:supplier-kind",
        "person" if facts.supplier.startswith("Person: ") else "",
    )  # CycloneDX has organisations alone
    details = package.details
    if isinstance(details, ArtifactDetails):
        yield "prill:source", details.source
    if isinstance(details, RpmDetails):
        yield "prill:modularity", details.modularity
    if version < _CONTEXT:
        for location in sorted(package.locations):
            yield "prill:location", f"/{location.path} {location.layer}".rstrip()
    if not facts.source_name:
        return
    # Distributions' advisories are about source packages. Trivy and Grype learn of them under these names only.
    yield from _syft_words(package, facts)
    epoch, _, rest = facts.source_version.rpartition(":")
    upstream, hyphen, revision = rest.rpartition("-")
    if isinstance(details, ApkDetails):
        upstream, hyphen = "", ""
    yield "aquasecurity:trivy:SrcName", facts.source_name
    yield "aquasecurity:trivy:SrcEpoch", epoch
    yield "aquasecurity:trivy:SrcVersion", upstream if hyphen else rest
    yield "aquasecurity:trivy:SrcRelease", revision if hyphen else ""


def _syft_words(package: Package, facts: Facts) -> Iterator[tuple[str, str]]:
    match package.details:
        case DebDetails():
            yield "syft:package:metadataType", "dpkg-db-entry"
            yield "syft:metadata:source", facts.source_name
            yield "syft:metadata:sourceVersion", facts.source_version
        case ApkDetails():
            yield "syft:package:metadataType", "apk-db-entry"
            yield "syft:metadata:originPackage", facts.source_name
        case RpmDetails() as details:
            yield "syft:package:metadataType", "rpm-db-entry"
            yield "syft:metadata:sourceRpm", details.source_rpm
            yield "syft:metadata:epoch", str(details.epoch) if details.epoch else ""
            yield "syft:metadata:release", details.release
        case _:
            return


def _occurrence(location: Location, version: str) -> Json:
    found: Json = {"location": f"/{readable(location.path)}"}
    if location.layer and version >= _CONTEXT:
        found["additionalContext"] = f"layer {location.layer}"
    return found


def system_component(distro: Distro) -> Json:
    """Write the distribution, by which scanners choose their advisories."""
    found: Json = {
        "bom-ref": system_reference(distro),
        "type": "operating-system",
        "name": distro.id,
        "version": distro.version,
    }
    if distro.name:
        found["description"] = readable(distro.name)
    if distro.codename:
        found["properties"] = properties([("prill:codename", distro.codename)])
    return found


def system_reference(distro: Distro) -> str:
    """Return the distribution's ``bom-ref``."""
    return f"os:{distro.id}@{distro.version}"


class Files:
    """Writes files, each with a reference of its own: ``file:`` and its path, ``#2`` behind it the second time."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def components(self, files: Iterable[PackageFile]) -> list[Json]:
        """Return the components of ``files``, sorted by path."""
        return [self._component(file) for file in sorted(files)]

    def _component(self, file: PackageFile) -> Json:
        name = f"/{readable(file.path)}"
        reference, number = f"file:{name}", 1
        while reference in self._taken:
            number += 1
            reference = f"file:{name}#{number}"
        self._taken.add(reference)
        found: Json = {"bom-ref": reference, "type": "file", "name": name}
        hashes = [("SHA-1", file.sha1), ("SHA-256", file.sha256)]
        if listed := [{"alg": algorithm, "content": content} for algorithm, content in hashes if content]:
            found["hashes"] = listed
        return found


def hash_of(digest: Digest) -> Json:
    """Write a digest as CycloneDX does."""
    return {"alg": _HASHES[digest.algorithm], "content": digest.hex}


def gap_properties(gaps: Iterable[Gap]) -> list[Json]:
    """Write what is missing, as `cyclonedx_reader` reads it."""
    return properties((f"prill:gap:{gap.subject}", gap.reason) for gap in sorted(gaps))


def properties(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    """Write names and values; what has no value is left out."""
    return [{"name": readable(name), "value": readable(value)} for name, value in pairs if value]
