"""The media types of layers, and how each is compressed; apart from the others, which need no codec."""

from prill.archive.codec import Codec
from prill.oci.media_types import DOCKER_LAYER_GZIP, LAYER, LAYER_GZIP, LAYER_ZSTD, UnknownMediaType

__all__ = ["LAYERS", "layer_codec", "layer_media_type"]

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
