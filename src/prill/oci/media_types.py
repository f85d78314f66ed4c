"""Media types of the OCI image specification 1.1, and Docker's older names for the same things."""

from prill.archive.codec import Codec
from prill.errors import PrillError

__all__ = [
    "CONFIG",
    "CONFIGS",
    "DOCKER_CONFIG",
    "DOCKER_INDEX",
    "DOCKER_LAYER_GZIP",
    "DOCKER_MANIFEST",
    "EMPTY",
    "INDEX",
    "INDEXES",
    "LAYER",
    "LAYERS",
    "LAYER_GZIP",
    "LAYER_ZSTD",
    "MANIFEST",
    "MANIFESTS",
    "UnknownMediaType",
    "layer_codec",
    "layer_media_type",
]

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"
EMPTY = "application/vnd.oci.empty.v1+json"

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"

MANIFESTS = frozenset({MANIFEST, DOCKER_MANIFEST})
INDEXES = frozenset({INDEX, DOCKER_INDEX})
CONFIGS = frozenset({CONFIG, DOCKER_CONFIG})

LAYERS = {
    LAYER: Codec.NONE,
    LAYER_GZIP: Codec.GZIP,
    LAYER_ZSTD: Codec.ZSTD,
    DOCKER_LAYER_GZIP: Codec.GZIP,
    "application/vnd.docker.image.rootfs.diff.tar": Codec.NONE,
    "application/vnd.docker.image.rootfs.diff.tar.zstd": Codec.ZSTD,
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip": Codec.GZIP,
    "application/vnd.oci.image.layer.nondistributable.v1.tar": Codec.NONE,
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip": Codec.GZIP,
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd": Codec.ZSTD,
}
"""Each layer media type, and how its bytes are compressed."""

_WRITTEN = {Codec.NONE: LAYER, Codec.GZIP: LAYER_GZIP, Codec.ZSTD: LAYER_ZSTD}


class UnknownMediaType(PrillError):
    """Content is of a type that nobody here can read."""


def layer_codec(media_type: str) -> Codec:
    """Return how a layer of this media type is compressed; raise `UnknownMediaType` for what is no layer."""
    codec = LAYERS.get(media_type)
    if codec is None:
        raise UnknownMediaType(f"{media_type[:160]!r} is no layer of a root filesystem", hint="is this an artifact?")
    return codec


def layer_media_type(codec: Codec) -> str:
    """Return the media type of a layer compressed with ``codec``; raise `UnknownMediaType` where there is none."""
    media_type = _WRITTEN.get(codec)
    if media_type is None:
        raise UnknownMediaType(f"the OCI image specification has no layers of {codec.value!r}", hint="use gzip or zstd")
    return media_type
