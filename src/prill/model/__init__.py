"""The values every room speaks: frozen, parsed once at the door, free of I/O.

A name is imported from its module when it is first asked for: a command that needs one value does not load all.
"""

TYPE_CHECKING = False  # as typing's, which costs several milliseconds to import
if TYPE_CHECKING:
    from prill.model.digest import Digest, InvalidDigest
    from prill.model.files import FileKind, FileStat, FileTree
    from prill.model.ownership import Ownership
    from prill.model.package import (
        ApkDetails,
        ArtifactDetails,
        DebDetails,
        Details,
        LanguageDetails,
        Location,
        Package,
        PackageFile,
        RpmDetails,
    )
    from prill.model.platforms import InvalidPlatform, Platform
    from prill.model.reference import ImageReference, InvalidReference
    from prill.model.report import Gap
    from prill.model.sbom import Distro, Relationship, RelationshipKind, Sbom, Subject

__all__ = [
    "ApkDetails",
    "ArtifactDetails",
    "DebDetails",
    "Details",
    "Digest",
    "Distro",
    "FileKind",
    "FileStat",
    "FileTree",
    "Gap",
    "ImageReference",
    "InvalidDigest",
    "InvalidPlatform",
    "InvalidReference",
    "LanguageDetails",
    "Location",
    "Ownership",
    "Package",
    "PackageFile",
    "Platform",
    "Relationship",
    "RelationshipKind",
    "RpmDetails",
    "Sbom",
    "Subject",
]

_HOMES = {
    "digest": "Digest InvalidDigest",
    "files": "FileKind FileStat FileTree",
    "ownership": "Ownership",
    "package": "ApkDetails ArtifactDetails DebDetails Details LanguageDetails Location Package PackageFile RpmDetails",
    "platforms": "InvalidPlatform Platform",
    "reference": "ImageReference InvalidReference",
    "report": "Gap",
    "sbom": "Distro Relationship RelationshipKind Sbom Subject",
}


def __getattr__(name: str) -> object:
    from importlib import import_module  # noqa: PLC0415 - start-up stays lazy

    for module, names in _HOMES.items():
        if name in names.split():
            value: object = getattr(import_module(f"prill.model.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
