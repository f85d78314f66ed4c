"""Reading a binary package (deb(5)): verified as a whole first, then opened.

No byte is looked at by a decompressor or a parser before the size and the SHA-256 of the whole file are known to be
the ones that the archive's index promised.
"""

import hashlib
import io
import re
from pathlib import Path
from typing import BinaryIO

from prill.archive.ar import ArMember, read_ar
from prill.archive.bounds import DEFAULT_LIMITS, Limits, OutputTooLarge
from prill.archive.codecs import Codec, decode, open_decoded
from prill.archive.tar import walk
from prill.errors import PrillError
from prill.model import FileKind
from prill.model.value import dataclass

__all__ = ["DebPackage", "DigestMismatch", "InvalidDeb", "SizeMismatch", "open_data", "read_deb"]

_CHUNK = 1 << 20
_SCRIPTS = ("preinst", "postinst", "prerm", "postrm", "config")
_VERSION = re.compile(rb"([0-9]{1,4})\.[0-9]{1,4}\n")
_FORMAT = "debian-binary"
_DAMAGED = "the file is damaged or was changed; remove it and download it again"
_CODECS = {
    "": Codec.NONE,
    ".gz": Codec.GZIP,
    ".xz": Codec.XZ,
    ".zst": Codec.ZSTD,
    ".bz2": Codec.BZIP2,
    ".lzma": Codec.LZMA,
}


class InvalidDeb(PrillError):
    """A file that should have been a binary package is none."""


class SizeMismatch(InvalidDeb):
    """A package has another size than the archive's index says."""


class DigestMismatch(InvalidDeb):
    """A package has another SHA-256 than the archive's index says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebPackage:
    """A package, opened.

    ``built`` is when it was, in seconds since 1970; ``control``, ``md5sums`` and ``triggers`` are those files as they
    are, empty where there is none; ``conffiles`` are the lines of that file, absolute paths, without those marked
    ``remove-on-upgrade``, which name files the package does not have; ``scripts`` are the maintainer scripts by name
    in the order preinst, postinst, prerm, postrm, config; ``data`` is its file system, an uncompressed tar that has not
    been looked at.
    """

    built: int
    control: bytes
    md5sums: bytes
    conffiles: tuple[str, ...]
    scripts: tuple[tuple[str, bytes], ...]
    triggers: bytes
    data: bytes


def read_deb(
    source: Path | BinaryIO,
    *,
    expected_sha256: str | None = None,
    expected_size: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> DebPackage:
    """Read, verify and open a package.

    Raise `SizeMismatch` or `DigestMismatch` where the file is not the expected one, `OutputTooLarge` where it is over
    the limits as a whole, and `InvalidDeb`, naming the file, for whatever else is wrong with it.
    """
    if isinstance(source, Path):
        name = str(source)
        with source.open("rb") as stream:
            raw = _read_verified(stream, name, expected_sha256, expected_size, limits)
    else:
        name = str(getattr(source, "name", "the package"))
        raw = _read_verified(source, name, expected_sha256, expected_size, limits)
    try:
        return _open(raw, limits)
    except PrillError as error:
        raise InvalidDeb(f"{name}: {error}", hint=error.hint) from error


def open_data(raw: BinaryIO, *, name: str, limits: Limits = DEFAULT_LIMITS) -> BinaryIO:
    """Open the file system of a package that was verified before, as a stream; raise `InvalidDeb` where it has none."""
    for member in read_ar(raw, limits=limits):
        stem, suffix = _split(member.name)
        if stem == "data.tar":
            return open_decoded(member.body, _codec(member, suffix), limits=limits)
    raise InvalidDeb(f"{name}: there is no member 'data.tar'")


def _read_verified(stream: BinaryIO, name: str, sha256: str | None, size: int | None, limits: Limits) -> BinaryIO:
    """Read the whole file, hashing it on the way, into memory, where nobody changes it any more."""
    largest = limits.max_total_size if size is None else size
    if largest > limits.max_total_size:
        raise OutputTooLarge(f"{name} has {largest} bytes, {limits.max_total_size} are allowed")
    raw = io.BytesIO()
    digest = hashlib.sha256()
    while part := stream.read(min(_CHUNK, largest + 1 - raw.tell())):
        digest.update(part)
        raw.write(part)
    seen = raw.tell()
    if size is None and seen > largest:
        raise OutputTooLarge(f"{name} has more bytes than the {largest} that are allowed")
    if size is not None and seen != size:
        raise SizeMismatch(f"{name} has {'more' if seen > size else seen} bytes, expected {size}", hint=_DAMAGED)
    if sha256 is not None and digest.hexdigest() != sha256:
        raise DigestMismatch(
            f"{name} has the SHA-256 {digest.hexdigest()!r}, expected {sha256!r}",
            hint=_DAMAGED,
        )
    raw.seek(0)
    return raw


def _open(raw: BinaryIO, limits: Limits) -> DebPackage:
    """Open the three members, in the only order there is.

    (1) ``debian-binary`` says format 2.x. (2) ``control.tar``. (3) ``data.tar``. Members whose names begin with an
    underscore may stand between them, any others only behind them, and are ignored, as deb(5) wants it; a second
    one of the three is refused, since readers would disagree about which one counts.
    """
    wanted = [_FORMAT, "control.tar", "data.tar"]
    built = 0
    control: dict[str, bytes] = {}
    data: bytes | None = None
    for member in read_ar(raw, limits=limits):
        stem, suffix = _split(member.name)
        if wanted and stem == wanted[0]:
            del wanted[0]
            if stem == _FORMAT:
                _check_format(member)
                built = member.mtime
            elif stem == "control.tar":
                control = _read_control(decode(member.body.read(), _codec(member, suffix), limits=limits), limits)
            else:
                data = decode(member.body.read(), _codec(member, suffix), limits=limits)
        elif stem in (_FORMAT, "control.tar", "data.tar"):
            raise InvalidDeb(f"member {member.name!r} is there twice or in the wrong place")
        elif wanted and (wanted[0] == _FORMAT or not member.name.startswith("_")):
            raise InvalidDeb(f"member {member.name!r} stands where {wanted[0]!r} should")
    if data is None:
        raise InvalidDeb(f"there is no member {wanted[0]!r}")
    return DebPackage(
        built=built,
        control=control["control"],
        md5sums=control.get("md5sums", b""),
        conffiles=_conffiles(control.get("conffiles", b"")),
        scripts=tuple((name, control[name]) for name in _SCRIPTS if name in control),
        triggers=control.get("triggers", b""),
        data=data,
    )


def _split(name: str) -> tuple[str, str]:
    """Split ``data.tar.xz`` into ``data.tar`` and ``.xz``."""
    for stem in ("control.tar", "data.tar"):
        if name == stem or name.startswith(f"{stem}."):
            return stem, name.removeprefix(stem)
    return name, ""


def _codec(member: ArMember, suffix: str) -> Codec:
    codec = _CODECS.get(suffix)
    if codec is None:
        raise InvalidDeb(
            f"member {member.name!r} is compressed in a way that is not known",
            hint=f"known: {', '.join(filter(None, _CODECS))}",
        )
    return codec


def _check_format(member: ArMember) -> None:
    """Accept every minor version of format 2; what may follow the first line is ignored, as deb(5) wants it."""
    content = member.body.read(128)
    version = _VERSION.match(content)
    if version is None:
        raise InvalidDeb(f"member {_FORMAT!r} reads {content!r}, not a format version")
    if int(version[1]) != 2:  # noqa: PLR2004 - the one format there is
        raise InvalidDeb(f"format {content[: version.end() - 1].decode()} is not known", hint="Prill reads format 2.x")


def _read_control(tar: bytes, limits: Limits) -> dict[str, bytes]:
    """Return the regular files of ``control.tar`` by name."""
    files = {}
    for entry in walk(tar, limits=limits):
        path = entry.stat.path
        if entry.stat.kind is FileKind.FILE:
            if path in files:
                raise InvalidDeb(f"control file {path!r} is there twice")
            files[path] = tar[entry.offset : entry.offset + entry.stat.size]
        elif path:
            raise InvalidDeb(f"control file {path!r} is a {entry.stat.kind}")
    if not files.get("control"):
        raise InvalidDeb("there is no file 'control' in control.tar")
    return files


def _conffiles(content: bytes) -> tuple[str, ...]:
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    return tuple(line.rstrip() for line in lines if line.startswith("/"))
