"""The difference of two images as JSON."""

from prill.formats._json import pretty_json
from prill.formats.file_list import file_entry
from prill.model import Subject
from prill.model.image_diff import FileChange, ImageDiff, PackageMove

__all__ = ["encode_image_diff"]


def encode_image_diff(diff: ImageDiff) -> bytes:
    """Return ``diff`` as a document; null stands for what an image does not have."""
    document = {
        "old": _subject(diff.old),
        "new": _subject(diff.new),
        "differs": diff.differs,
        "config": [{"name": one.name, "old": one.old, "new": one.new} for one in diff.config],
        "packages": {"changes": [_package(one) for one in diff.packages], "same": diff.same_packages},
        "files": {
            "changes": [_file(one, diff) for one in diff.files],
            "same": diff.same_files,
            "sameFoldersAndLinks": diff.same_others,
        },
        "gaps": [{"subject": gap.subject, "reason": gap.reason} for gap in diff.gaps],
    }
    return pretty_json(document, ascii_only=False)


def _subject(subject: Subject) -> dict[str, object]:
    return {
        "image": subject.name,
        "digest": str(subject.digest) if subject.digest else None,
        "platform": str(subject.platform) if subject.platform else None,
    }


def _package(one: PackageMove) -> dict[str, object]:
    change = one.change
    entry: dict[str, object] = {
        "direction": one.direction.value,
        "ecosystem": change.ecosystem,
        "name": change.name,
        "old": change.old,
        "new": change.new,
    }
    if change.old_licenses or change.new_licenses:
        entry |= {"oldLicenses": change.old_licenses, "newLicenses": change.new_licenses}
    return entry


def _file(one: FileChange, diff: ImageDiff) -> dict[str, object]:
    old, new = diff.layers
    return {
        "path": f"/{one.path}",
        "aspects": [aspect.value for aspect in one.aspects],
        "old": file_entry(one.old, old) if one.old else None,
        "new": file_entry(one.new, new) if one.new else None,
    }
