"""The values every room speaks: frozen, parsed once at the door, free of I/O."""

from prill.model.digest import Digest, InvalidDigest
from prill.model.files import FileKind, FileStat, FileTree
from prill.model.package import ArtifactDetails, DebDetails, Package, PackageFile
from prill.model.platforms import InvalidPlatform, Platform
from prill.model.reference import ImageReference, InvalidReference
from prill.model.report import Gap
from prill.model.sbom import Distro, Relationship, Sbom, Subject

__all__ = [
    "ArtifactDetails",
    "DebDetails",
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
    "Package",
    "PackageFile",
    "Platform",
    "Relationship",
    "Sbom",
    "Subject",
]
