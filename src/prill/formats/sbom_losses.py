"""What a document says that the inner model has no place for, so that no conversion loses it silently.

Only counted: by the field's name, with how many packages have it. Services, vulnerabilities and relationships of other
kinds are gaps wherever a document is read; this is what matters to nobody but those who convert.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prill.formats._sbom_reading import Json, strongest
from prill.formats._spdx_words import read_words
from prill.model import Gap

__all__ = ["losses_of"]

_COMPONENT = (
    "cpe", "swid", "copyright", "pedigree", "manufacturer", "authors", "tags", "releaseNotes", "modelCard", "data",
    "cryptoProperties", "signature", "omniborId", "swhid", "patentAssertions", "mime-type", "modified", "versionRange",
    "isExternal",
)  # fmt: skip
_TYPES = frozenset({"library", "file", "operating-system"})
"""The types of components that come back as they are."""
_REQUIRED = "required"
_SUBJECT = (
    "supplier", "licenses", "group", "description", "publisher", "author", "externalReferences", "scope", "evidence",
    *_COMPONENT,
)  # fmt: skip
_SUBJECTS = frozenset({"container", "application", "file"})
"""The types of what a document is about that are kept, or were guessed by those who look at folders."""
_METADATA = ("lifecycles", "licenses", "supplier", "manufacture", "distributionConstraints")
_LICENSE = frozenset({"id", "name", "text", "url", "bom-ref", "acknowledgement"})
_CHOICE = frozenset({"license", "expression", "bom-ref", "acknowledgement"})
_OCCURRENCE = frozenset({"location", "additionalContext", "bom-ref"})
_CYCLONEDX = ("externalReferences", "signature")
_KEPT_EVIDENCE = {"occurrences"}
_OURS = "prill:"
_OUR_TEXT = "The text stands in the image, in "
_PACKAGE = (
    "annotations", "attributionTexts", "licenseComments", "builtDate", "releaseDate", "validUntilDate", "description",
)  # fmt: skip
_DESCRIBED = (
    "supplier", "originator", "homepage", "summary", "sourceInfo", "licenseConcluded", "licenseDeclared",
    "packageFileName",
)  # fmt: skip
_FILE = (
    "annotations", "attributionTexts", "comment", "copyrightText", "fileContributors", "licenseComments",
    "licenseConcluded", "licenseInfoInFiles", "noticeText",
)  # fmt: skip
_PURPOSES = frozenset({"LIBRARY", "APPLICATION", "OPERATING-SYSTEM", "OPERATING_SYSTEM", "CONTAINER", "FILE"})
_PURPOSES_3 = frozenset({"library", "application", "operatingSystem", "container", "file"})
_DESCRIBED_3 = ("suppliedBy", "originatedBy", "software_homePage", "summary", "software_sourceInfo")
_OUR_WORDS = ("found by: ", "platform: ")
_NOTHING = ("", "NOASSERTION", "NONE")
_PACKAGE_3 = (
    "software_copyrightText", "software_attributionText", "software_additionalPurpose", "externalRef", "description",
    "builtTime", "releaseTime", "validUntilTime", "supportLevel", "standardName", "extension",
)  # fmt: skip
_UNDERSTOOD = frozenset(
    {
        "Agent", "CreationInfo", "ExternalMap", "LifecycleScopedRelationship", "Organization", "Person",
        "Relationship", "SoftwareAgent", "SpdxDocument", "Tool", "simplelicensing_LicenseExpression", "software_File",
        "software_Package", "software_Sbom",
    }
)  # fmt: skip
"""The kinds of SPDX 3's elements that are read, or said elsewhere to be none that is."""
_SPDX = ("annotations", "externalDocumentRefs", "revieweds")


def losses_of(document: Json) -> tuple[Gap, ...]:
    """Return what of a valid document is not carried over into any other, sorted."""
    if "bomFormat" in document:
        found = Counter(_cyclonedx(document))
    elif "spdxVersion" in document:
        found = Counter(_spdx(document))
    elif "@graph" in document:
        found = Counter(_spdx_3(document["@graph"]))
    else:
        found = Counter(_syft(document))
    return tuple(sorted(Gap(name, f"{count} are not carried over") for name, count in found.items()))


def _cyclonedx(document: Json) -> Iterator[str]:
    metadata = document.get("metadata", {})
    for name in _CYCLONEDX:
        yield from [name] * _size(document.get(name))
    for name in _METADATA:
        yield from [f"metadata's {name}"] * _size(metadata.get(name))
    for holder, name in ((document, "properties"), (metadata, "metadata's properties")):
        yield from (name for one in holder.get("properties", ()) if not one.get("name", "").startswith(_OURS))
    yield from (f"metadata's component's {name}" for name in _of_subject(metadata.get("component", {})))
    tools = metadata.get("tools")
    yield from ["metadata's tools' services"] * _size(tools.get("services") if isinstance(tools, dict) else None)
    whole = [metadata.get("component", {}).get("bom-ref")]
    for one in document.get("compositions", ()):
        if one.get("assemblies", whole) != whole or one.keys() & {"dependencies", "vulnerabilities", "signature"}:
            yield "compositions of parts"
    yield from ("dependencies' provides" for one in document.get("dependencies", ()) if one.get("provides"))
    waiting: list[Json] = [*document.get("components", ()), *metadata.get("component", {}).get("components", ())]
    while waiting:
        component = waiting.pop()
        waiting += component.get("components", ())
        yield from (f"components' {name}" for name in _of_component(component))


def _of_subject(component: Json) -> Iterator[str]:
    yield from (name for name in _SUBJECT if component.get(name))
    kind = component.get("type", "application")
    if kind not in _SUBJECTS:
        yield "type"
    if component.get("hashes") and kind != "container":
        yield "hashes"
    if any(not one.get("name", "").startswith(_OURS) for one in component.get("properties", ())):
        yield "properties"


def _of_component(component: Json) -> Iterator[str]:
    yield from (name for name in _COMPONENT if component.get(name))
    if component["type"] not in _TYPES:
        yield "types other than library"
    if component.get("scope", _REQUIRED) != _REQUIRED:
        yield "scope"
    evidence = component.get("evidence", {})
    if evidence.keys() - _KEPT_EVIDENCE or any(one.keys() - _OCCURRENCE for one in evidence.get("occurrences", ())):
        yield "evidence"
    references = [one["type"] for one in component.get("externalReferences", ())]
    if any(kind != "website" for kind in references) or references.count("website") > 1:
        yield "externalReferences"
    choices = component.get("licenses", ())
    if any({"text", "url"} & set(one.get("license", ())) for one in choices):
        yield "licences' texts and addresses"
    if any(set(one.get("license", ())) - _LICENSE or one.keys() - _CHOICE for one in choices):
        yield "licences' terms and details"
    if any("acknowledgement" in {*one, *one.get("license", ())} for one in choices):
        yield "licences' acknowledgement"
    hashes = [(one["alg"], one["content"]) for one in component.get("hashes", ())]
    if hashes and component["type"] != "file" and strongest(hashes) is None:
        yield "hashes weaker than SHA-256"


def _spdx(document: Json) -> Iterator[str]:
    for name in _SPDX:
        yield from [name] * _size(document.get(name))
    for one in document.get("hasExtractedLicensingInfos", ()):
        if not str(one.get("extractedText", "")).startswith(_OUR_TEXT):
            yield "licences' texts"
    if document.get("creationInfo", {}).get("comment"):
        yield "creationInfo's comment"
    described = _described(document)
    for package in document.get("packages", ()):
        if package["SPDXID"] in described:
            yield from (f"the described package's {name}" for name in _of_described(package))
        yield from (f"packages' {name}" for name in _of_package(package))
    for one in document.get("files", ()):
        yield from (f"files' {name}" for name in _FILE if _says(one.get(name)))


def _described(document: Json) -> frozenset[str]:
    """Return what a document is about, where that is one thing, and so no package among the others."""
    stated = document.get("relationships", ())
    found = {one["relatedSpdxElement"] for one in stated if one["relationshipType"] == "DESCRIBES"}
    found |= set(document.get("documentDescribes", ()))
    return frozenset(found if len(found) == 1 else ())


def _of_described(package: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in _DESCRIBED if _says(package.get(name)))
    if package.get("checksums") and package.get("primaryPackagePurpose") != "CONTAINER":
        yield "checksums"


def _says(value: object) -> bool:
    """Tell whether a field says anything."""
    listed = value if isinstance(value, list) else [value]
    return any(one and one not in _NOTHING for one in listed)


def _of_package(package: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in _PACKAGE if package.get(name))
    if package.get("copyrightText", "") not in _NOTHING:
        yield "copyrightText"
    declared, concluded = package.get("licenseDeclared"), package.get("licenseConcluded")
    if _says(declared) and _says(concluded) and declared != concluded:
        yield "licenseConcluded"
    if _says(package.get("licenseInfoFromFiles")):
        yield "licenseInfoFromFiles"
    if package.get("primaryPackagePurpose", "LIBRARY") not in _PURPOSES:
        yield "primaryPackagePurpose"
    if not package.get("comment", _OUR_WORDS[0]).startswith(_OUR_WORDS):
        yield "comment"
    origin = read_words(package.get("comment", ""), package.get("sourceInfo", "")).origin
    if package.get("downloadLocation", "") not in (*_NOTHING, origin):
        yield "downloadLocation"
    yield from sorted({one["referenceType"] for one in package.get("externalRefs", ())} - {"purl"})
    sums = [(one["algorithm"], one["checksumValue"]) for one in package.get("checksums", ())]
    if sums and strongest(sums) is None:
        yield "checksums weaker than SHA-256"


def _spdx_3(graph: Sequence[Json]) -> Iterator[str]:
    listed = [root for one in graph if one["type"] == "software_Sbom" for root in one.get("rootElement", ())]
    yield from ["packages' concluded licences"] * _concluded_otherwise(graph)
    for element in graph:
        kind = element["type"]
        if kind == "software_Package":
            if listed == [element.get("spdxId")]:
                lost = (name for name in _DESCRIBED_3 if element.get(name))
                yield from (f"the described package's {name.rpartition('_')[2]}" for name in lost)
            yield from (f"packages' {name.rpartition('_')[2]}" for name in _of_package_3(element))
        elif kind == "simplelicensing_SimpleLicensingText":
            if not str(element.get("simplelicensing_licenseText", "")).startswith(_OUR_TEXT):
                yield "licences' texts"
        elif kind not in _UNDERSTOOD:
            yield kind


def _concluded_otherwise(graph: Iterable[Json]) -> int:
    """Count the elements of which another licence was concluded than they declare."""
    stated: dict[str, dict[str, object]] = {"hasDeclaredLicense": {}, "hasConcludedLicense": {}}
    for one in graph:
        if (kind := one.get("relationshipType")) in stated:
            stated[kind][one["from"]] = one["to"]
    declared, concluded = stated.values()
    return sum(declared[key] != concluded[key] for key in declared.keys() & concluded.keys())


def _of_package_3(package: Json) -> Iterator[str]:
    yield from (name for name in _PACKAGE_3 if package.get(name) and package[name] not in _NOTHING)
    if package.get("software_primaryPurpose", "library") not in _PURPOSES_3:
        yield "primaryPurpose"
    if not package.get("comment", _OUR_WORDS[0]).startswith(_OUR_WORDS):
        yield "comment"
    origin = read_words(package.get("comment", ""), package.get("software_sourceInfo", "")).origin
    if package.get("software_downloadLocation", "") not in (*_NOTHING, origin):
        yield "downloadLocation"
    yield from sorted(
        {str(one.get("externalIdentifierType")) for one in package.get("externalIdentifier", ())} - {"packageUrl"}
    )
    hashes = package.get("verifiedUsing", ())
    sums = [(one["algorithm"], one["hashValue"]) for one in hashes if {"algorithm", "hashValue"} <= one.keys()]
    if sums and strongest(sums) is None:
        yield "hashes weaker than SHA-256"


def _syft(document: Json) -> Iterator[str]:
    for name in ("files", "secrets"):
        yield from [name] * _size(document.get(name))
    for artifact in document["artifacts"]:
        if artifact.get("cpes"):
            yield "packages' cpes"
        if (artifact.get("metadata") or {}).get("digest"):
            yield "packages' digests"


def _size(value: Iterable[Any] | None) -> int:
    """Return how many a list has; an object is one."""
    return len(value) if isinstance(value, list) else int(bool(value))
