"""chisel's manifest, ``/var/lib/chisel/manifest.wall``: which packages' slices an image was cut from, and which files.

It is a jsonwall, packed with zstd: a line of JSON that names the format, then a line for each package, slice, path, and
for each path a slice brought (``content``).
"""

from collections.abc import Iterator

import msgspec

from prill.archive.bounds import Limits
from prill.archive.codecs import decode, sniff
from prill.errors import PrillError

__all__ = ["ChiselPackage", "InvalidChiselManifest", "parse_manifest"]

_MAX_UNPACKED = 256 << 20
_MAX_LINES = 2_000_000


class InvalidChiselManifest(PrillError):
    """A manifest of chisel's cannot be read."""


class ChiselPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package that slices were taken of; ``sha256`` is its .deb's, ``paths`` are from the root."""

    name: str
    version: str
    architecture: str
    sha256: str = ""
    slices: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class _Line(msgspec.Struct):
    kind: str = ""
    jsonwall: str = ""
    name: str = ""
    version: str = ""
    sha256: str = ""
    arch: str = ""
    slice: str = ""
    path: str = ""


def parse_manifest(data: bytes) -> tuple[ChiselPackage, ...]:
    """Read a manifest, packed or not; raise `InvalidChiselManifest`, or what unpacking does."""
    text = decode(data, sniff(data[:16]), limits=Limits(max_total_size=_MAX_UNPACKED))
    packages: dict[str, _Line] = {}
    slices: dict[str, set[str]] = {}
    paths: dict[str, set[str]] = {}
    for line in _lines(text):
        if line.kind == "package":
            packages[line.name] = line
        elif line.kind == "slice":
            slices.setdefault(_package(line.name), set()).add(line.name)
        elif line.kind == "content" and not line.path.endswith("/"):
            paths.setdefault(_package(line.slice), set()).add(line.path.lstrip("/"))
    for name, line in packages.items():
        if not name or not line.version:
            raise InvalidChiselManifest(f"chisel's manifest has the package {name[:80]!r} {line.version[:80]!r}")
    return tuple(
        ChiselPackage(
            name=name,
            version=line.version,
            architecture=line.arch,
            sha256=line.sha256,
            slices=tuple(sorted(slices.get(name, ()))),
            paths=tuple(sorted(paths.get(name, ()))),
        )
        for name, line in sorted(packages.items())
    )


def _lines(text: bytes) -> Iterator[_Line]:
    decoder = msgspec.json.Decoder(_Line)
    lines = text.split(b"\n", _MAX_LINES)
    if len(lines) > _MAX_LINES:
        raise InvalidChiselManifest(f"chisel's manifest has more than {_MAX_LINES} lines")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidChiselManifest(f"line {number} of chisel's manifest: {error}") from error
        if number == 1 and not read.jsonwall.startswith("1."):
            raise InvalidChiselManifest(f"chisel's manifest begins with {line[:80]!r}, not with a jsonwall 1.x header")
        yield read


def _package(slice_name: str) -> str:
    """Return whose slice ``libc6_libs`` is; a package's name has no underscore (Debian Policy 5.6.7)."""
    return slice_name.partition("_")[0]
