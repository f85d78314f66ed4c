"""chisel's manifest, ``/var/lib/chisel/manifest.wall``: which packages' slices an image was cut from, and which files.

It is a jsonwall, packed with zstd: a line of JSON that names the format, then a line for each package, slice, path, and
for each path a slice brought (``content``).
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

import msgspec

from prill.archive.bounds import Limits
from prill.archive.codecs import decode, sniff
from prill.errors import PrillError

__all__ = ["ChiselPackage", "InvalidChiselManifest", "parse_manifest"]

_MAX_UNPACKED = 256 << 20
_MAX_LINES = 2_000_000
_MAX_FAULTS = 20


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


def parse_manifest(data: bytes) -> tuple[tuple[ChiselPackage, ...], tuple[str, ...]]:
    """Read a manifest, packed or not; return its packages, and what is wrong with lines that hide no others.

    Raise `InvalidChiselManifest` where nothing can be read, or what unpacking does.
    """
    faults: list[str] = []
    text = decode(data, sniff(data[:16]), limits=Limits(max_total_size=_MAX_UNPACKED))
    packages: dict[str, _Line] = {}
    slices: dict[str, set[str]] = {}
    paths: dict[str, set[str]] = {}
    for line in _lines(text, faults):
        if line.kind == "package":
            packages[line.name] = line
        elif line.kind == "slice":
            slices.setdefault(_package(line.name), set()).add(line.name)
        elif line.kind == "content" and not line.path.endswith("/"):
            paths.setdefault(_package(line.slice), set()).add(line.path.lstrip("/"))
    for name, line in tuple(packages.items()):
        if not name or not line.version:
            _note(faults, f"chisel's manifest has the package {name[:80]!r} {line.version[:80]!r}")
            del packages[name]
    if faults and not packages:
        raise InvalidChiselManifest(faults[0])
    return _found(packages, slices, paths), tuple(faults)


def _found(
    packages: Mapping[str, _Line], slices: Mapping[str, AbstractSet[str]], paths: Mapping[str, AbstractSet[str]]
) -> tuple[ChiselPackage, ...]:
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


def _note(faults: list[str], fault: str) -> None:
    if len(faults) <= _MAX_FAULTS:
        faults.append(fault if len(faults) < _MAX_FAULTS else "more of its lines cannot be read")


def _lines(text: bytes, faults: list[str]) -> Iterator[_Line]:
    """Yield the lines, and add those that cannot be read to ``faults``."""
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
            if number == 1:
                raise InvalidChiselManifest(f"line 1 of chisel's manifest: {error}") from error
            _note(faults, f"line {number} of chisel's manifest: {error}")
            continue
        if number == 1 and not read.jsonwall.startswith("1."):
            raise InvalidChiselManifest(f"chisel's manifest begins with {line[:80]!r}, not with a jsonwall 1.x header")
        yield read


def _package(slice_name: str) -> str:
    """Return whose slice ``libc6_libs`` is; a package's name has no underscore (Debian Policy 5.6.7)."""
    return slice_name.partition("_")[0]
