"""Repositories of VEX documents (Aqua Security, "VEX Repository Specification" 0.1): a manifest, and an index.

The manifest says under which address the documents lie as an archive; the index in it, which document is about which
package.
"""

import msgspec

from prill.formats.vex_errors import InvalidVex
from prill.model.typed_json import decode_json

__all__ = ["INDEX", "MANIFEST_PLACE", "archive_address", "document_paths"]

MANIFEST_PLACE = "/.well-known/vex-repository.json"
"""Where a host has its manifest."""

INDEX = "index.json"
"""The index's name at the archive's top."""

_VERSIONS = ("0.1", "v0.1")


class _Location(msgspec.Struct):
    url: str


class _Version(msgspec.Struct):
    spec_version: str
    locations: list[_Location] = []


class _Manifest(msgspec.Struct):
    versions: list[_Version]


class _Package(msgspec.Struct):
    location: str


class _Index(msgspec.Struct):
    packages: list[_Package]


def archive_address(data: bytes, source: str) -> str:
    """Return where a manifest says that the archive is; raise `InvalidVex`."""
    manifest = decode_json(data, _Manifest, InvalidVex, f"{source} is no manifest of a VEX repository")
    for version in manifest.versions:
        if version.spec_version in _VERSIONS and version.locations:
            return version.locations[0].url
    seen = ", ".join(version.spec_version[:20] for version in manifest.versions[:5]) or "none"
    raise InvalidVex(f"{source} has no location for version 0.1 of the specification; versions: {seen}")


def document_paths(data: bytes, source: str) -> tuple[str, ...]:
    """Return the paths of an index's documents, each once; raise `InvalidVex`."""
    index = decode_json(data, _Index, InvalidVex, f"{source} is no index of a VEX repository")
    return tuple(dict.fromkeys(one.location.removeprefix("./") for one in index.packages))
