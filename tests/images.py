"""Small images for tests, made with the project's own writers."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from prill.archive.codecs import Codec, compress
from prill.archive.tar_writer import END, entry_header, padding
from prill.model import Digest, FileKind, FileStat, Platform
from prill.oci.config import ImageConfig, rfc3339
from prill.oci.descriptor import EMPTY_JSON, Descriptor
from prill.oci.image import Image
from prill.oci.index import Index
from prill.oci.layer_types import layer_media_type
from prill.oci.manifest import Manifest
from prill.oci.media_types import EMPTY
from prill.oci.memory import MemoryStore
from prill.oci.store import Blob

Entry = tuple[FileStat, bytes]
AMD64 = Platform("linux", "amd64")
ARM64 = Platform("linux", "arm64")


def file(path: str, content: bytes | str = b"", **values: object) -> Entry:
    data = content.encode() if isinstance(content, str) else content
    return stat(path, FileKind.FILE, size=len(data), **{"mode": 0o644, **values}), data


def folder(path: str, **values: object) -> Entry:
    return stat(path, FileKind.DIRECTORY, **{"mode": 0o755, **values}), b""


def symlink(path: str, target: str) -> Entry:
    return stat(path, FileKind.SYMLINK, mode=0o777, link=target), b""


def hardlink(path: str, target: str) -> Entry:
    return stat(path, FileKind.HARDLINK, mode=0o644, link=target), b""


def stat(path: str, kind: FileKind, **values: object) -> FileStat:
    return FileStat(path=path, kind=kind, **{"mtime": 1_700_000_000, **values})  # type: ignore[arg-type]


def tar_of(entries: Sequence[Entry]) -> bytes:
    return b"".join(entry_header(stat) + data + padding(len(data)) for stat, data in entries) + END


@dataclass
class MadeImage:
    """An image in memory; ``entries`` is the image, then what refers to it."""

    manifest: Manifest
    config: ImageConfig
    layers: list[bytes]
    blobs: list[bytes]
    referrers: list[Manifest] = field(default_factory=list)

    @property
    def entries(self) -> tuple[Descriptor, ...]:
        return (self.manifest.descriptor(), *(referrer.descriptor() for referrer in self.referrers))

    @property
    def store(self) -> MemoryStore:
        documents = (self.manifest.raw, self.config.raw, *(referrer.raw for referrer in self.referrers))
        return MemoryStore([Blob.of(data) for data in (*self.blobs, *documents)], entries=self.entries)

    @property
    def image(self) -> Image:
        return Image(self.manifest.descriptor(), self.store)

    def refer(self, content: bytes, artifact_type: str, **annotations: str) -> Manifest:
        """Add an artifact about this image."""
        referrer = Manifest(
            config=Descriptor.of(EMPTY_JSON, EMPTY),
            layers=(Descriptor.of(content, artifact_type),),
            subject=self.manifest.descriptor(),
            artifact_type=artifact_type,
            annotations=tuple(sorted(annotations.items())),
        )
        self.blobs += [content, EMPTY_JSON]
        self.referrers.append(referrer)
        return referrer


def image_of(
    *layers: Sequence[Entry] | bytes, codec: Codec = Codec.GZIP, platform: Platform = AMD64, **config: object
) -> MadeImage:
    """Make an image; a layer given as bytes is taken as a tar as it is."""
    tars = [layer if isinstance(layer, bytes) else tar_of(layer) for layer in layers]
    packed = [compress(tar, codec) for tar in tars]
    values = {"created": rfc3339(0), "env": ("PATH=/usr/bin",), **config}
    image_config = ImageConfig(platform=platform, diff_ids=tuple(map(Digest.of, tars)), **values)  # type: ignore[arg-type]
    descriptors = tuple(Descriptor.of(data, layer_media_type(codec)) for data in packed)
    manifest = Manifest(config=image_config.descriptor(), layers=descriptors)
    return MadeImage(manifest=manifest, config=image_config, layers=packed, blobs=list(packed))


def index_of(*images: MadeImage) -> tuple[Index, MemoryStore]:
    """Join images of several platforms; the store holds everything."""
    described = (replace(made.manifest.descriptor(), platform=made.config.platform) for made in images)
    index = Index(manifests=tuple(described))
    store = MemoryStore([Blob.of(index.raw)])
    for made in images:
        for data in (*made.blobs, made.manifest.raw, made.config.raw):
            store.add(Blob.of(data))
    return index, store
