"""From an assembly to an OCI image: config, manifest, the record of the build, the SBOM's model."""

from collections.abc import Container, Iterable, Iterator, Sequence

import msgspec

from prill.archive.codecs import Codec
from prill.build.apt_needs import apt_needs
from prill.build.assemble import MADE, Assembly
from prill.build.layers import BuiltLayer
from prill.build.merge import SETUID
from prill.build.parents import parents
from prill.build.record import BuildRecord, DroppedFile, RecordedFile, RecordedLayer, SetuidFile
from prill.build.shells import shells
from prill.build.spec import Spec
from prill.build.start_program import DEFAULT_PATH
from prill.build.superset import inherit
from prill.build.unused import unused
from prill.model import FileKind, Platform
from prill.model.value import dataclass
from prill.oci.config import HistoryEntry, ImageConfig, rfc3339
from prill.oci.descriptor import Descriptor
from prill.oci.manifest import Manifest
from prill.oci.media_types import LAYER_GZIP, LAYER_ZSTD

__all__ = ["BuiltImage", "make_image"]

_CA_BUNDLE = "etc/ssl/certs/ca-certificates.crt"
_ANNOTATION = "org.opencontainers.image"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltImage:
    """One image of one platform, in memory; ``layers`` are from the lowest to the top."""

    platform: Platform
    variant: str
    config: ImageConfig
    manifest: Manifest
    layers: tuple[BuiltLayer, ...]
    record: BuildRecord
    assembly: Assembly


def make_image(
    assembly: Assembly,
    *,
    epoch: int,
    codec: Codec,
    base: Assembly | None = None,
    excluded: Container[str] = frozenset(),
) -> BuiltImage:
    """Describe the assembly's layers by config and manifest.

    ``base`` is a variant's production image; ``excluded`` names what the spec's exclusions keep out of any image of it.
    """
    created = rfc3339(epoch)
    annotations = _annotations(assembly.spec, assembly.image.variant, created)
    config = _config(assembly, created, annotations)
    media_type = LAYER_ZSTD if codec is Codec.ZSTD else LAYER_GZIP
    manifest = Manifest(
        config=config.descriptor(),
        layers=tuple(
            Descriptor(media_type=media_type, digest=layer.digest, size=layer.size) for layer in assembly.layers
        ),
        annotations=annotations,
    )
    return BuiltImage(
        platform=config.platform,
        variant=assembly.image.variant,
        config=config,
        manifest=manifest,
        layers=assembly.layers,
        record=_record(assembly, base, (*apt_needs(assembly), *unused(assembly, base, excluded))),
        assembly=assembly,
    )


def _config(assembly: Assembly, created: str, labels: tuple[tuple[str, str], ...]) -> ImageConfig:
    spec = assembly.spec
    return ImageConfig(
        platform=Platform.parse(assembly.image.platform),
        diff_ids=tuple(layer.diff_id for layer in assembly.layers),
        created=created,
        user=assembly.user,
        env=tuple(f"{name}={value}" for name, value in _environment(assembly)),
        entrypoint=spec.entrypoint.command,
        cmd=spec.cmd,
        working_dir=spec.work_dir,
        exposed_ports=tuple(sorted(spec.ports)),
        volumes=tuple(sorted(spec.volumes)),
        labels=labels,
        stop_signal=spec.stop_signal,
        history=tuple(HistoryEntry(created=created, created_by=f"prill: {layer.name}") for layer in assembly.layers),
    )


def _annotations(spec: Spec, variant: str, created: str) -> tuple[tuple[str, str], ...]:
    title = f"{spec.name}-{variant}" if variant else spec.name
    values = {f"{_ANNOTATION}.created": created, f"{_ANNOTATION}.title": title, **dict(spec.annotations)}
    return tuple(sorted(values.items()))


def _environment(assembly: Assembly) -> Sequence[tuple[str, str]]:
    values = {"PATH": DEFAULT_PATH, "LANG": "C.UTF-8"}
    if _CA_BUNDLE in assembly.root.placed:
        values["SSL_CERT_FILE"] = f"/{_CA_BUNDLE}"
    return tuple((values | dict(assembly.spec.environment)).items())


def _record(assembly: Assembly, base: Assembly | None, notes: Iterable[str]) -> BuildRecord:
    files = [
        RecordedFile(
            path,
            placed.owner,
            placed.rule,
            entry.kind,
            entry.mode,
            entry.uid,
            entry.gid,
            entry.link or entry.sha256,
            0 if entry.link else entry.size,
        )
        for path, placed in (*assembly.root.placed.items(), *assembly.metadata.items())
        for entry in (placed.entry,)
    ]
    files += [
        RecordedFile(path, MADE, "parent", FileKind.DIRECTORY, 0o755, 0, 0)
        for path in sorted({folder for path in assembly.metadata for folder in parents(path)})
        if path not in assembly.root.placed
    ]
    inherited = None if base is None else inherit(assembly, base)
    dropped = [DroppedFile(one.path, one.owner, one.rule) for one in assembly.root.dropped]
    dropped += inherited.dropped if inherited else ()
    return BuildRecord(
        name=assembly.spec.name,
        platform=assembly.image.platform,
        variant=assembly.image.variant,
        files=tuple(sorted(files, key=_path)),
        dropped=tuple(sorted(dropped, key=msgspec.structs.astuple)),
        setuid=tuple(SetuidFile(*one) for one in sorted(_setuid(assembly))),
        scripts=tuple(script for name in sorted(assembly.listings) for script in assembly.listings[name].scripts),
        layers=tuple(
            RecordedLayer(layer.name, str(layer.digest), str(layer.diff_id), layer.size, layer.unpacked)
            for layer in assembly.layers
        ),
        shells=shells(assembly.root.placed),
        notes=(*notes, *assembly.root.notes, *_package_notes(assembly)),
        subset=inherited.changed if inherited else None,
        rewritten=inherited.rewritten if inherited else None,
    )


def _setuid(assembly: Assembly) -> Iterator[tuple[str, str, int, bool]]:
    """Yield the programs that came with setuid or setgid bits, and those that the spec itself gave them to."""
    yield from assembly.root.setuid
    known = {path for path, *_ in assembly.root.setuid}
    for path, placed in assembly.root.placed.items():
        if placed.entry.kind is FileKind.FILE and placed.entry.mode & SETUID and path not in known:
            yield path, placed.owner, placed.entry.mode, True


def _path(file: RecordedFile) -> str:
    return file.path


def _package_notes(assembly: Assembly) -> Iterator[str]:
    for name in sorted(assembly.listings):
        yield from (f"{name}: {note}" for note in assembly.listings[name].notes)
