"""Checkpoints: a log's signed statement of how large it is and what its root is (C2SP, tlog-checkpoint)."""

from prill.model.value import dataclass
from prill.signing.strict_json import Malformed, from_base64

__all__ = ["Checkpoint", "NoteSignature"]

_MAX_BYTES = 64 * 1024
_MAX_SIGNATURES = 32
_DASH = "\u2014 "
_HINT = 4
_LEAST_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """A line below the note: who signed, the first four bytes of the key's id, and the signature."""

    name: str
    key_hint: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """``signed`` is the text that the signatures are over."""

    origin: str
    size: int
    root: bytes
    signed: bytes
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a signed note whose text is a checkpoint; raise `Malformed`."""
        if len(text) > _MAX_BYTES:
            raise Malformed(f"a checkpoint of {len(text)} characters")
        note, gap, below = text.rpartition("\n\n")
        if not gap or not below.endswith("\n"):
            raise Malformed(f"a checkpoint without signatures: {text[:80]!r}")
        lines = note.split("\n")
        if len(lines) < _LEAST_LINES or not lines[0] or not (lines[1].isascii() and lines[1].isdigit()):
            raise Malformed(f"no checkpoint: {note[:80]!r}")
        if len(lines[1]) > 19:  # noqa: PLR2004 - 64 bits
            raise Malformed(f"a log of {lines[1][:40]} entries")
        return cls(
            origin=lines[0],
            size=int(lines[1]),
            root=from_base64(lines[2], "the checkpoint's root"),
            signed=f"{note}\n".encode(),
            signatures=tuple(_signature(line) for line in below[:-1].split("\n")[:_MAX_SIGNATURES]),
        )


def _signature(line: str) -> NoteSignature:
    name, space, rest = line.removeprefix(_DASH).rpartition(" ")
    if not line.startswith(_DASH) or not space or not name:
        raise Malformed(f"no signature of a checkpoint: {line[:80]!r}")
    data = from_base64(rest, "a checkpoint's signature")
    if len(data) <= _HINT:
        raise Malformed(f"a checkpoint's signature of {len(data)} bytes")
    return NoteSignature(name=name, key_hint=data[:_HINT], signature=data[_HINT:])
