"""Which project a Java archive is: of all that it says of itself, and of what was put into it."""

from collections.abc import Mapping, Sequence

from prill.archive.zip import ZipArchive
from prill.ecosystems.java_groups import KNOWN_GROUPS
from prill.ecosystems.maven import Coordinates, split_file_name, word

__all__ = ["choose", "guess"]

_TITLES = ("Implementation-Title", "Bundle-SymbolicName", "Automatic-Module-Name", "Bundle-Name", "Extension-Name")
_TELLING_DOTS = 2
"""What has fewer, as ``org.apache``, is a vendor and no group."""
_VERSIONS = ("Implementation-Version", "Bundle-Version", "Specification-Version")


def choose(name: str, manifest: Mapping[str, str], found: Sequence[Coordinates]) -> Coordinates | None:
    """Return which of the coordinates in an archive are its own; the others' classes were put into it.

    They are those that its file name names, or else its manifest. A single one that neither contradicts is its own too.
    None where all belong to what is inside.
    """
    artifact, version = split_file_name(name)
    titles = {manifest.get(title, "").partition(";")[0].strip() for title in _TITLES}
    ranked = [(_rank(one, artifact, version, titles), one) for one in found]
    best = max((rank for rank, _ in ranked), default=0)
    if best:
        return next(one for rank, one in ranked if rank == best)
    if len(found) == 1 and version in ("", found[0].version):
        return found[0]
    return None


def _rank(one: Coordinates, artifact: str, version: str, titles: set[str]) -> int:
    if not one.artifact:
        return 0
    if artifact == one.artifact:
        return 5 if version == one.version else 4
    if artifact.endswith((f".{one.artifact}", f"-{one.artifact}")) and version == one.version:
        return 3
    if titles & {one.artifact, f"{one.group}.{one.artifact}"}:
        return 2
    return 1 if one.group and one.group in titles else 0


def guess(name: str, manifest: Mapping[str, str], archive: ZipArchive) -> Coordinates:
    """Return what the file's name and the manifest say of an archive without coordinates; parts may be empty.

    The group is known only where a bundle's symbolic name is a group and this artifact, `KNOWN_GROUPS` has it, or Maven
    wrote it as the vendor's id. A plugin of Jenkins's names all three.
    """
    plugin = Coordinates(*(word(manifest.get(key, "")) for key in ("Group-Id", "Short-Name", "Plugin-Version")))
    if plugin.group and plugin.artifact and plugin.version:
        return plugin
    artifact, version = split_file_name(name)
    if not version:
        title = word(manifest.get("Implementation-Title", ""))
        symbolic = word(manifest.get("Bundle-Name", ""))
        artifact = next((text for text in (title, symbolic) if "-" in text), artifact)
    version = word(version) or next(filter(None, (word(manifest.get(key, "")) for key in _VERSIONS)), "")
    return Coordinates(_group(artifact, manifest, archive), word(artifact), version)


def _group(artifact: str, manifest: Mapping[str, str], archive: ZipArchive) -> str:
    for start, folder, group in KNOWN_GROUPS:
        if artifact.startswith(start) and archive.mentions(folder):
            return group
    symbolic = manifest.get("Bundle-SymbolicName", "").partition(";")[0].strip()
    group = symbolic.removesuffix(f".{artifact}")
    if group != symbolic and "." in group and _has_folder(archive, group):
        return group
    vendor = word(manifest.get("Implementation-Vendor-Id", ""))
    return vendor if vendor.count(".") >= _TELLING_DOTS and _has_folder(archive, vendor) else ""


def _has_folder(archive: ZipArchive, group: str) -> bool:
    return archive.mentions(group.replace(".", "/").encode())
