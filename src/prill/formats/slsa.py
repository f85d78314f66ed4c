"""SLSA provenance, version 1: what an image was made of and by what (slsa.dev/spec/v1.0/provenance).

The predicate follows from the lock: no time, no host and no name of a mirror is in it, so a rebuild from the same lock
writes the same bytes. ``docs/provenance.md`` describes the build type.
"""

from typing import Any

import msgspec

from prill.errors import PrillError
from prill.formats.in_toto import ResourceDescriptor
from prill.model import Digest, Platform
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = [
    "BUILD_TYPE",
    "PREDICATE_TYPE",
    "InvalidProvenance",
    "Provenance",
    "deb_dependency",
    "encode_provenance",
    "file_dependency",
    "release_dependency",
]

PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:prill:build:v1"

_URI = regex(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")


class InvalidProvenance(PrillError):
    """A provenance that would not say what the specification asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How one image came about.

    ``spec`` and what it includes are the files that were asked for; ``settings`` are the builder's own decisions, such
    as the codec; ``dependencies`` are everything that was read; ``builder_id`` is a URI of who ran the build, and
    ``invocation_id``, where there is one, what that builder calls this run.
    """

    spec: ResourceDescriptor
    platform: Platform
    variant: str = ""
    includes: tuple[ResourceDescriptor, ...] = ()
    settings: tuple[tuple[str, str | int], ...] = ()
    dependencies: tuple[ResourceDescriptor, ...]
    builder_id: str
    version: str
    invocation_id: str = ""


def deb_dependency(
    *, name: str, version: str, architecture: str, purl: str, filename: str, digest: Digest
) -> ResourceDescriptor:
    """Name a .deb by purl and digest; ``filename`` is its path in the archive, on whatever mirror."""
    return ResourceDescriptor(
        name=f"{name}_{version}_{architecture}.deb",
        uri=purl,
        digests=(digest,),
        annotations=(("filename", filename),),
    )


def release_dependency(
    *, origin: str, suite: str, codename: str, date: str, digest: Digest, signers: tuple[str, ...]
) -> ResourceDescriptor:
    """Name a signed ``InRelease`` by the digest of its bytes; ``signers`` are the fingerprints of the keys."""
    annotations = (("origin", origin), ("suite", suite), ("codename", codename), ("date", date), ("signers", signers))
    return ResourceDescriptor(
        name=f"{codename}/InRelease",
        digests=(digest,),
        annotations=tuple((name, value) for name, value in annotations if value),
    )


def file_dependency(*, source: str, digest: Digest, purl: str = "") -> ResourceDescriptor:
    """Name what a spec's ``files`` took in: a URL as it is, an npm package by its purl, a local file by its name."""
    if source.startswith(("https://", "http://")):
        return ResourceDescriptor(name=source.rpartition("/")[2], uri=source, digests=(digest,))
    return ResourceDescriptor(name=source, uri=purl, digests=(digest,))


def encode_provenance(provenance: Provenance) -> bytes:
    """Write the predicate; raise `InvalidProvenance` where the builder or an input is not named properly."""
    if not _URI.fullmatch(provenance.builder_id):
        raise InvalidProvenance(
            f"not a builder's URI: {provenance.builder_id!r}", hint="name who runs the build, such as urn:prill:local"
        )
    for one in (provenance.spec, *provenance.includes, *provenance.dependencies):
        if not one.digests:
            raise InvalidProvenance(f"the input {one.name or one.uri!r} has no digest")
    return msgspec.json.encode(
        {"buildDefinition": _build_definition(provenance), "runDetails": _run_details(provenance)}, order="sorted"
    )


def _build_definition(provenance: Provenance) -> dict[str, Any]:
    external: dict[str, Any] = {"spec": provenance.spec.to_json(), "platform": str(provenance.platform)}
    if provenance.includes:
        external["includes"] = [one.to_json() for one in provenance.includes]
    if provenance.variant:
        external["variant"] = provenance.variant
    return {
        "buildType": BUILD_TYPE,
        "externalParameters": external,
        "internalParameters": dict(provenance.settings),
        "resolvedDependencies": [one.to_json() for one in sorted(provenance.dependencies, key=_order)],
    }


def _run_details(provenance: Provenance) -> dict[str, Any]:
    details: dict[str, Any] = {"builder": {"id": provenance.builder_id, "version": {"prill": provenance.version}}}
    if provenance.invocation_id:
        details["metadata"] = {"invocationId": provenance.invocation_id}
    return details


def _order(one: ResourceDescriptor) -> tuple[str, str, tuple[Digest, ...]]:
    return (one.name, one.uri, one.digests)
