"""Writing images to a tar file, the same bytes for the same image; the file is there whole or not at all."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import msgspec

from prill._io.atomic import open_atomic
from prill.archive.tar_writer import END, entry_header, padding
from prill.errors import PrillError
from prill.model import FileKind, FileStat, ImageReference, Platform
from prill.oci.descriptor import CONTAINERD_NAME, Descriptor
from prill.oci.docker_archive import DOCKER_MANIFEST_FILE, DockerImageJson
from prill.oci.graph import reachable, read_manifest
from prill.oci.index import Index
from prill.oci.layout import INDEX_FILE, LAYOUT_FILE, LAYOUT_JSON, blob_name
from prill.oci.layout_writer import name_entry, tag_entries
from prill.oci.manifest import Manifest
from prill.oci.media_types import UnknownMediaType
from prill.oci.store import BlobSource

__all__ = ["SeveralPlatforms", "stream_docker_archive", "write_docker_archive", "write_oci_archive"]

_CHUNK = 1 << 20


class SeveralPlatforms(PrillError):
    """An archive for ``docker load`` holds one platform, and the image has more."""

    def __init__(self, platforms: Iterable[Platform | str]) -> None:
        super().__init__(
            f"the image is for {', '.join(map(str, platforms))}, and docker-archive holds one platform",
            hint="write it to a layout, an oci-archive or a registry, or choose one platform",
        )


def write_oci_archive(
    path: Path,
    *,
    blobs: BlobSource,
    entries: Sequence[Descriptor],
    tag: str,
    unlisted: Sequence[Descriptor] = (),
    named: Sequence[tuple[str, Descriptor]] = (),
) -> None:
    """Write a layout of everything ``entries`` lead to as a tar file; the first entry gets ``tag``.

    ``unlisted`` and ``named`` are as in `write_layout`. Raise `CannotWrite` or
    `DiskFull`, and whatever ``blobs`` raises; no file is left behind then.
    """
    entries = (*tag_entries(entries, tag), *(name_entry(descriptor, name) for name, descriptor in named))
    index = Index(manifests=entries)
    documents = {INDEX_FILE: index.raw, LAYOUT_FILE: LAYOUT_JSON}
    with open_atomic(path) as file:
        _write(file, blobs, reachable(blobs, (*entries, *unlisted)), documents)


def write_docker_archive(path: Path, *, blobs: BlobSource, image: Descriptor, name: ImageReference) -> None:
    """Write what ``docker load`` reads as ``name`` to a file, which is there whole or not at all.

    Raise what `stream_docker_archive` raises.
    """
    with open_atomic(path) as file:
        stream_docker_archive(file, blobs=blobs, image=image, name=name)


def stream_docker_archive(file: BinaryIO, *, blobs: BlobSource, image: Descriptor, name: ImageReference) -> None:
    """Write what ``docker load`` reads as ``name``: one image, its referrers left out.

    It is both an OCI layout and Docker's own form, as ``docker save`` writes since version 25. Raise
    `SeveralPlatforms` for an index with more than one image, else as `write_oci_archive`.
    """
    image, manifest = _single(blobs, image)
    entry = tag_entries([image], name.tag)[0].with_annotation(CONTAINERD_NAME, str(name))
    layers = tuple(blob_name(layer.digest) for layer in manifest.layers)
    docker = DockerImageJson(config=blob_name(manifest.config.digest), repo_tags=(str(name),), layers=layers)
    documents = {
        INDEX_FILE: Index(manifests=(entry,)).raw,
        DOCKER_MANIFEST_FILE: msgspec.json.encode((docker,)),
        LAYOUT_FILE: LAYOUT_JSON,
    }
    _write(file, blobs, reachable(blobs, [image]), documents)


def _single(blobs: BlobSource, image: Descriptor) -> tuple[Descriptor, Manifest]:
    found = read_manifest(blobs, image)
    if isinstance(found, Index) and len(found.manifests) == 1:
        image = found.manifests[0]
        found = read_manifest(blobs, image)
    if isinstance(found, Index):
        raise SeveralPlatforms(found.platforms())
    if found is None:
        raise UnknownMediaType(f"{image.media_type[:160]!r} is no image")
    return image, found


def _write(file: BinaryIO, blobs: BlobSource, wanted: Iterable[Descriptor], documents: dict[str, bytes]) -> None:
    """Write folders, then files, each sorted by path."""
    names = {blob_name(descriptor.digest): descriptor for descriptor in wanted}
    folders = sorted({"blobs", *(name.rpartition("/")[0] for name in names)})
    file.writelines(entry_header(FileStat(path=folder, kind=FileKind.DIRECTORY, mode=0o755)) for folder in folders)
    for name in sorted({*names, *documents}):
        if name in documents:
            data = documents[name]
            _add(file, name, len(data), BytesIO(data))
        else:
            with blobs.open(names[name]) as stream:
                _add(file, name, names[name].size, stream)
    file.write(END)


def _add(file: BinaryIO, name: str, size: int, stream: BinaryIO) -> None:
    file.write(entry_header(FileStat(path=name, kind=FileKind.FILE, mode=0o644, size=size)))
    while data := stream.read(_CHUNK):
        file.write(data)
    file.write(padding(size))
