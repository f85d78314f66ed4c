"""The difference of two SBOMs as JSON."""

from prill.formats._json import pretty_json
from prill.model.sbom_diff import SbomDiff

__all__ = ["encode_sbom_diff"]


def encode_sbom_diff(diff: SbomDiff) -> bytes:
    """Return ``diff`` as a document: what was added, removed and changed, in order, and how much is the same."""
    kinds: dict[str, list[dict[str, object]]] = {"added": [], "removed": [], "changed": []}
    for one in diff.changes:
        entry: dict[str, object] = {"ecosystem": one.ecosystem, "name": one.name, "old": one.old, "new": one.new}
        if one.old_licenses or one.new_licenses:
            entry |= {"oldLicenses": one.old_licenses, "newLicenses": one.new_licenses}
        kinds["changed" if one.old and one.new else "removed" if one.old else "added"].append(entry)
    return pretty_json({**kinds, "same": diff.same}, ascii_only=False)
