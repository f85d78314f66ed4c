"""Packages as the merge sees them, made from names and contents."""

import hashlib
from collections.abc import Mapping

from deb_files import Deb, Device, File, Folder, HardLink, Item, Link, tar_of
from prill.build.list_package import list_package
from prill.build.listing import Listed, PackageListing
from prill.build.replaces import replaces
from prill.build.rootfs import Package
from prill.build.trim import Trimmer
from prill.distro.deb.package import DebPackage

__all__ = ["Device", "File", "Folder", "HardLink", "Link", "Listed", "listing_of", "package", "sha256"]


def listing_of(name: str, files: Mapping[str, Item], **values: object) -> PackageListing:
    """Write a .deb's data, and read it as a build does."""
    data = tar_of(files)
    deb = DebPackage(
        **{
            "built": 0,
            "control": Deb(name).control.encode(),
            "md5sums": b"",
            "conffiles": (),
            "scripts": (),
            "triggers": b"",
            "data": data,
            **values,
        }
    )
    return list_package(name, deb)


def package(
    name: str,
    files: Mapping[str, Item],
    *,
    trim: Trimmer | None = None,
    diverts: tuple[tuple[str, str], ...] = (),
    replaces_field: str = "",
    versions: Mapping[str, str] | None = None,
) -> Package:
    """Return a package of these files; ``replaces_field`` is its control file's ``Replaces``."""
    control = f"Package: {name}\nReplaces: {replaces_field}\n" if replaces_field else f"Package: {name}\n"
    return Package(
        name=name,
        entries=listing_of(name, files).entries,
        trimmer=trim or Trimmer(()),
        diversions=diverts,
        replaces=replaces(control.encode(), versions or {}),
    )


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
