"""The build record: for every path, who brought it and which rule made, kept, changed or dropped it.

It is attached to the image as a referrer, beside the lock, and is what ``prill why`` and ``prill show`` read. It is
derived from the lock alone, so a rebuild writes the same bytes.
"""

import msgspec

from prill.archive.bounds import Limits
from prill.archive.codecs import Codec, compress, decode
from prill.build.script_report import ScriptReport
from prill.errors import PrillError
from prill.model import FileKind, Gap
from prill.model.typed_json import ready

__all__ = [
    "BuildRecord",
    "DroppedFile",
    "InvalidRecord",
    "RecordedFile",
    "SetuidFile",
    "decode_record",
    "encode_record",
]

_MAX_RECORD_BYTES = 512 * 1024 * 1024


class InvalidRecord(PrillError):
    """A build record cannot be read."""


class RecordedFile(msgspec.Struct, frozen=True, array_like=True):
    """One path of the image. ``content`` is a regular file's SHA-256, or a link's text."""

    path: str
    owner: str
    rule: str
    kind: FileKind
    mode: int
    uid: int
    gid: int
    content: str = ""
    size: int = 0


class DroppedFile(msgspec.Struct, frozen=True, array_like=True):
    """One path that a package, or a variant's production image, has and the image has not."""

    path: str
    owner: str
    rule: str


class SetuidFile(msgspec.Struct, frozen=True, array_like=True):
    """A regular file that came with a setuid or setgid bit, and whether it kept it."""

    path: str
    owner: str
    mode: int
    kept: bool


class RecordedLayer(msgspec.Struct, frozen=True, array_like=True, rename="camel"):
    """One layer: what is in it for people, its digest and diff ID, sizes in bytes."""

    name: str
    digest: str
    diff_id: str
    size: int
    unpacked: int


class BuildRecord(msgspec.Struct, frozen=True, rename="camel"):
    """Everything a person may ask of a build afterwards."""

    name: str
    platform: str
    variant: str
    files: tuple[RecordedFile, ...]
    dropped: tuple[DroppedFile, ...]
    setuid: tuple[SetuidFile, ...]
    scripts: tuple[ScriptReport, ...]
    layers: tuple[RecordedLayer, ...]
    shells: tuple[str, ...]
    notes: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    subset: tuple[str, ...] | None = None
    """For a variant: paths that production has from packages and sources and that are missing or different in it."""
    rewritten: tuple[str, ...] | None = None
    """For a variant: the other paths of production that it has with another content; None where nobody compared."""


_ROWS: dict[str, type[msgspec.Struct]] = {
    "files": RecordedFile,
    "dropped": DroppedFile,
    "setuid": SetuidFile,
    "layers": RecordedLayer,
}


def encode_record(record: BuildRecord) -> bytes:
    """Write the record as gzip-compressed JSON, the same bytes for the same record."""
    return compress(msgspec.json.encode(record), Codec.GZIP)


def record_json(record: BuildRecord) -> str:
    """Write the record for people and their programs: indented JSON whose entries name their fields."""
    value = msgspec.to_builtins(record)
    for name, kind in _ROWS.items():
        value[name] = [dict(zip(kind.__struct_encode_fields__, row, strict=True)) for row in value[name]]
    for row in (*value["files"], *value["setuid"]):
        row["mode"] = f"{row['mode']:04o}"
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()


def decode_record(data: bytes) -> BuildRecord:
    """Read a record; raise `InvalidRecord` where it is none."""
    try:
        plain = decode(data, Codec.GZIP, limits=Limits(max_total_size=_MAX_RECORD_BYTES))
        return msgspec.json.decode(plain, type=ready(BuildRecord))
    except (PrillError, msgspec.DecodeError, RecursionError) as error:
        raise InvalidRecord(f"this is no build record: {error}") from error
