"""What keeps a layer from being read to its end is told as what it is, and not as a wrong digest."""

import errno
import io
import os
from typing import BinaryIO

import pytest

from images import file, image_of
from prill._io.fetch_errors import ConnectionBroken
from prill.archive.codecs import Codec
from prill.oci.descriptor import Descriptor
from prill.oci.image import Image
from prill.oci.layer_reader import Reading
from prill.oci.rootfs import ImageTree
from prill.oci.store import BlobSource

CONTENT = os.urandom(3 << 20)


class Breaking(io.RawIOBase):
    """A stream in which something happens half-way."""

    def __init__(self, stream: BinaryIO, error: BaseException) -> None:
        self.stream = stream
        self.error = error
        self.left = 1 << 20

    def read(self, size: int = -1, /) -> bytes:
        if self.left <= 0:
            raise self.error
        data = self.stream.read(min(size, self.left) if size >= 0 else self.left)
        self.left -= len(data)
        return data


class Store:
    """A store whose layers cannot be read to their end."""

    def __init__(self, store: BlobSource, error: BaseException) -> None:
        self.store = store
        self.error = error

    def open(self, descriptor: Descriptor) -> BinaryIO:
        stream = self.store.open(descriptor)
        return Breaking(stream, self.error) if descriptor.size > len(CONTENT) // 2 else stream  # type: ignore[return-value]


@pytest.mark.parametrize("tolerant", [True, False])
@pytest.mark.parametrize("codec", [Codec.NONE, Codec.GZIP, Codec.ZSTD])
@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device"), ConnectionBroken("it is gone")]
)
def test_what_happened_half_way(error: BaseException, codec: Codec, tolerant: bool):  # noqa: FBT001
    made = image_of([file("a", CONTENT.hex())], codec=codec)
    image = Image(made.manifest.descriptor(), Store(made.store, error))  # type: ignore[arg-type]
    with pytest.raises(type(error)) as raised:
        ImageTree(image, reading=Reading(tolerant=tolerant))
    assert raised.value is error
