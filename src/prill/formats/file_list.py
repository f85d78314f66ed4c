"""The files of an image as JSON, one entry a line, so that a long list can be written, and read, as a stream."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence

from prill.model import FileKind, Gap, Subject
from prill.model.image_files import ListedFile

__all__ = ["encode_file_list", "file_entry"]

_DEVICES = (FileKind.CHARACTER_DEVICE, FileKind.BLOCK_DEVICE)


def encode_file_list(
    files: Iterable[ListedFile], *, subject: Subject, layers: Sequence[str], gaps: Iterable[Gap]
) -> Iterator[bytes]:
    """Yield one JSON document in pieces: the image, its layers' diff IDs, the gaps, and the files in a walk's order."""
    head = {
        "image": subject.name,
        "digest": str(subject.digest) if subject.digest else None,
        "platform": str(subject.platform) if subject.platform else None,
        "layers": list(layers),
        "gaps": [{"subject": gap.subject, "reason": gap.reason} for gap in gaps],
    }
    yield _text(head)[:-1] + b', "files": ['
    before = b"\n"
    for one in files:
        yield before + _text(file_entry(one, layers))
        before = b",\n"
    yield b"\n]}\n"


def file_entry(one: ListedFile, layers: Sequence[str]) -> dict[str, object]:
    """Return one entry; what does not apply to it is left out. ``link`` of a hard link is the file's first path."""
    stat = one.stat
    entry: dict[str, object] = {
        "path": f"/{stat.path}",
        "kind": stat.kind.value,
        "mode": f"{stat.mode:04o}",
        "uid": stat.uid,
        "gid": stat.gid,
        "mtime": stat.mtime,
    }
    if stat.kind is FileKind.FILE:
        entry["size"] = stat.size
    if stat.link:
        entry["link"] = f"/{stat.link}" if stat.kind is FileKind.HARDLINK else stat.link
    if stat.kind in _DEVICES:
        entry["device"] = list(stat.device)
    if stat.xattrs:
        entry["xattrs"] = {name: b64encode(value).decode() for name, value in stat.xattrs}
    if one.digest:
        entry["digest"] = str(one.digest)
    if one.package:
        entry["package"] = one.package
    if one.layer:
        entry["layer"] = layers[one.layer - 1]
    return entry


def _text(value: object) -> bytes:
    """Write JSON; a path's bytes that are no UTF-8 are written as the escapes of surrogates."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()
