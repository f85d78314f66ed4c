"""Every SBOM format that is written or read here, by name; a document says itself which one it is."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from prill.formats._sbom_reading import MAX_BYTES, InvalidSbom, Json, parse_json
from prill.model import Sbom
from prill.model.value import dataclass, replace

if TYPE_CHECKING:
    from uuid import UUID

    from prill.formats.json_schema import Fault

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "InvalidSbom",
    "SbomFormat",
    "UnknownFormat",
    "encode_sbom",
    "faults_of",
    "format_of",
    "read_sbom",
    "read_to_convert",
]


class UnknownFormat(InvalidSbom):
    """There is no SBOM format of this name, or not in this version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SbomFormat:
    """A format that can be written: ``versions`` are newest last, the first of ``names`` is the one to say."""

    id: str
    versions: tuple[str, ...]
    default: str
    title: str


FORMATS: tuple[SbomFormat, ...] = (
    SbomFormat(id="cyclonedx", versions=("1.4", "1.5", "1.6", "1.7"), default="1.6", title="CycloneDX, JSON"),
    SbomFormat(id="spdx", versions=("2.3",), default="2.3", title="SPDX 2, JSON"),
    SbomFormat(id="spdx-3", versions=("3.0.1",), default="3.0.1", title="SPDX 3, JSON-LD"),
    SbomFormat(id="purls", versions=("",), default="", title="package URLs, one a line"),
)


def format_of(text: str) -> tuple[SbomFormat, str]:
    """Return the format and version that ``NAME`` or ``NAME@VERSION`` names; raise `UnknownFormat`."""
    name, _, version = text.partition("@")
    found = next((one for one in FORMATS if one.id == name), None)
    if found is None:
        raise UnknownFormat(f"no SBOM format {name[:80]!r}", hint=f"known: {', '.join(one.id for one in FORMATS)}")
    if version and version not in found.versions:
        raise UnknownFormat(
            f"{name} is not written in version {version[:80]!r}", hint=f"known: {', '.join(found.versions)}"
        )
    return found, version or found.default


def encode_sbom(sbom: Sbom, text: str, *, tool: str, files: bool = True, serial: "UUID | None" = None) -> bytes:
    """Write ``sbom`` in the format that ``text`` names; raise `UnknownFormat`."""
    found, version = format_of(text)
    match found.id:
        case "cyclonedx":
            from prill.formats.cyclonedx import encode_cyclonedx  # noqa: PLC0415 - one format is wanted

            return encode_cyclonedx(sbom, tool=tool, files=files, version=version, serial=serial)
        case "spdx":
            from prill.formats.spdx import encode_spdx  # noqa: PLC0415

            return encode_spdx(sbom, tool=tool, files=files, serial=serial)
        case "spdx-3":
            from prill.formats.spdx3 import encode_spdx3  # noqa: PLC0415

            return encode_spdx3(sbom, tool=tool, files=files, serial=serial)
        case _:
            return "".join(f"{package.purl}\n" for package in sbom.packages if package.purl).encode()


def parse_document(data: bytes, source: str) -> Json:
    """Return a document's JSON; of an in-toto statement about an SBOM, the SBOM. Raise `InvalidSbom`."""
    return _unwrapped(parse_json(data, source))


def read_sbom(data: bytes, source: str) -> Sbom:
    """Read a document of any format; ``source`` is what errors call it. Raise `InvalidSbom`."""
    return _read(parse_document(data, source), source)


def read_to_convert(data: bytes, source: str) -> Sbom:
    """Read a document as `read_sbom` does; what no other format would have of it is a gap, too. Raise `InvalidSbom`."""
    from prill.formats.sbom_losses import losses_of  # noqa: PLC0415 - scans need not know

    document = parse_document(data, source)
    sbom = _read(document, source)
    return replace(sbom, gaps=tuple(sorted({*sbom.gaps, *losses_of(document)})))


def _read(document: Json, source: str) -> Sbom:
    kind = _kind(document, source)
    return kind.read(kind.put_up_with(document), source)


def faults_of(data: bytes, source: str) -> "tuple[str, tuple[Fault, ...]]":
    """Return the name and version of a document's format, and what its schema finds wrong; raise `InvalidSbom`."""
    document = parse_document(data, source)
    kind = _kind(document, source)
    try:
        kind.read(document, source)
    except InvalidSbom as error:
        if not error.faults:
            raise
        return kind.title, error.faults
    return kind.title, ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Readable:
    title: str
    read: Callable[[Json, str], Sbom]
    put_up_with: Callable[[Json], Json] = dict
    """Takes away what is a fault, and does no harm."""


def _kind(document: Json, source: str) -> _Readable:
    """Recognise a document by what its format demands it to begin with."""
    if "bomFormat" in document or "specVersion" in document:
        from prill.formats.cyclonedx_reader import read_cyclonedx, without_main  # noqa: PLC0415 - one format is wanted

        title = f"CycloneDX {document.get('specVersion', '')}".strip()
        return _Readable(title=title, read=read_cyclonedx, put_up_with=without_main)
    if "spdxVersion" in document:
        from prill.formats.spdx_reader import read_spdx  # noqa: PLC0415

        return _Readable(title=str(document["spdxVersion"]).replace("SPDX-", "SPDX ")[:40], read=read_spdx)
    if "@graph" in document and "spdx" in str(document.get("@context", "")):
        from prill.formats.spdx3_reader import read_spdx3  # noqa: PLC0415

        return _Readable(title="SPDX 3.0", read=read_spdx3)
    if "artifacts" in document and "schema" in document:
        from prill.formats.syft_json import read_syft_json  # noqa: PLC0415

        return _Readable(title="syft JSON", read=read_syft_json)
    if "SchemaVersion" in document and "ArtifactName" in document:
        raise InvalidSbom(
            f"{source}: a report of Trivy's, which is no SBOM", hint="trivy convert --format cyclonedx makes one of it"
        )
    raise InvalidSbom(
        f"{source}: no SBOM format is recognised",
        hint="CycloneDX, SPDX 2 and 3, and syft's own format are read, as JSON",
    )


def _unwrapped(document: Json) -> Json:
    """Return the predicate of an in-toto statement about an SBOM, and anything else as it is."""
    predicate = document.get("predicate")
    return predicate if "predicateType" in document and isinstance(predicate, dict) else document
