"""Reads CycloneDX documents in JSON, 1.2 to 1.7.

A document that its own version's schema refuses is refused, with the path of every fault. What the inner model has no
place for (services, vulnerabilities, …) is a gap. Where a package lies, and what its source package is, is read from
the properties of Prill, syft and Trivy.
"""

from collections.abc import Iterator

from prill.formats._cyclonedx_component_reader import ComponentReader, creators_of_metadata
from prill.formats._documents import with_purl
from prill.formats._sbom_reading import (
    MAX_PACKAGES,
    InvalidSbom,
    Json,
    digest_in,
    distro_of_purls,
    parse_time,
    platform_in,
    refuse,
)
from prill.formats.cyclonedx_schema import cyclonedx_faults
from prill.model import Distro, Gap, Relationship, Sbom, Subject

__all__ = ["read_cyclonedx", "without_main"]

_NOT_CARRIED = (
    "services", "vulnerabilities", "annotations", "formulation", "declarations", "definitions", "citations",
)  # fmt: skip
_MAX_COUNTED_DEPTH = 100
_GAP = "prill:gap:"


def read_cyclonedx(document: Json, source: str) -> Sbom:
    """Turn a parsed document into an SBOM; raise `InvalidSbom`."""
    _bound(document, source)
    refuse(cyclonedx_faults(document), source)
    metadata = document.get("metadata", {})
    reader = ComponentReader()
    reader.add_all(document.get("components", []))
    main = metadata.get("component", {})
    reader.add_all(main.get("components", []))
    gaps = [Gap(name, f"{len(document[name])} are not carried over") for name in _NOT_CARRIED if document.get(name)]
    gaps += _stated_gaps(document)
    return Sbom(
        subject=_subject(main, source),
        packages=reader.packages(),
        relationships=tuple(sorted({*reader.relationships, *_dependencies(document, reader)})),
        distro=_distro(reader),
        unowned=tuple(sorted(reader.files)),
        gaps=tuple(sorted({*gaps, *reader.gaps})),
        created=parse_time(metadata.get("timestamp", "")),
        creators=creators_of_metadata(metadata),
    )


def _bound(document: Json, source: str) -> None:
    """Count components and how deep they lie, without recursion, before anything is done with them."""
    count = 0
    waiting = [(document, 0)]
    while waiting:
        holder, depth = waiting.pop()
        listed = holder.get("components")
        if not isinstance(listed, list):
            continue
        count += len(listed)
        if count > MAX_PACKAGES or depth > _MAX_COUNTED_DEPTH:
            raise InvalidSbom(
                f"{source}: more than {MAX_PACKAGES} components, or more than {_MAX_COUNTED_DEPTH} inside each other"
            )
        waiting += ((one, depth + 1) for one in listed if isinstance(one, dict) and "components" in one)


def without_main(document: Json) -> Json:
    """Leave out what repeats the component that the document is about, as auditwheel has it among the others."""
    metadata, listed = document.get("metadata"), document.get("components")
    main = metadata.get("component") if isinstance(metadata, dict) else None
    if main is None or not isinstance(listed, list) or main not in listed:
        return document
    return {**document, "components": [one for one in listed if one != main]}


def _stated_gaps(document: Json) -> Iterator[Gap]:
    """Read the gaps that Prill wrote, and say so where somebody else calls the document incomplete."""
    stated = [
        Gap(one["name"].removeprefix(_GAP), one.get("value", ""))
        for holder in (document, document.get("metadata", {}))
        for one in holder.get("properties", [])
        if one.get("name", "").startswith(_GAP)
    ]
    yield from stated
    aggregates = {one["aggregate"] for one in document.get("compositions", []) if "aggregate" in one}
    if not stated and any(one.startswith("incomplete") for one in aggregates):
        yield Gap("compositions", "the document calls itself incomplete")


def _subject(main: Json, source: str) -> Subject:
    platform = next(
        (one.get("value", "") for one in main.get("properties", []) if one.get("name") == "prill:platform"), ""
    )
    version = main.get("version", "")
    digest = None
    if main.get("type") == "container":
        hashes = [(one["alg"], one["content"]) for one in main.get("hashes", [])]
        for candidate in (version, *(f"{kind.lower().replace('-', '')}:{value}" for kind, value in hashes)):
            digest = digest or digest_in(candidate)
        digest = digest or digest_in(main.get("purl", "").partition("@")[2].partition("?")[0].replace("%3A", ":"))
    subject = Subject(
        name=main.get("name", source),
        digest=digest,
        platform=platform_in(platform),
        version="" if digest else version,
    )
    return with_purl(subject, main.get("purl", ""))


def _distro(reader: ComponentReader) -> Distro | None:
    return reader.systems[0] if reader.systems else distro_of_purls(reader.purls)


def _dependencies(document: Json, reader: ComponentReader) -> Iterator[Relationship]:
    stated = {(one.purl, one.other) for one in reader.relationships}
    for entry in document.get("dependencies", []):
        one = reader.identities.get(entry["ref"])
        for reference in entry.get("dependsOn", []) if one else ():
            other = reader.identities.get(reference)
            if one and other and one != other and (one, other) not in stated:
                yield Relationship(one, other)
