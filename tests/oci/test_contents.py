"""Contents of a layer that is unpacked when somebody asks for one of them."""

from typing import BinaryIO

import pytest

from prill.oci._contents import SpooledContents
from prill.oci.store import DigestMismatch


def test_nothing_of_a_layer_that_is_wrong_is_handed_out_however_often_one_asks():
    passes = []

    def refill(spool: BinaryIO) -> None:
        passes.append(1)
        spool.write(b"of somebody else")
        raise DigestMismatch("another digest")

    contents = SpooledContents(refill, None)
    for _ in range(3):
        with pytest.raises(DigestMismatch):
            contents.open(0, 4)
    assert not contents.at_hand([0])
    assert len(passes) == 1
    contents.close()


def test_what_was_interrupted_is_read_again():
    errors = [KeyboardInterrupt()]

    def refill(spool: BinaryIO) -> None:
        spool.write(b"what")
        if errors:
            raise errors.pop()

    contents = SpooledContents(refill, None)
    with pytest.raises(KeyboardInterrupt):
        contents.open(0, 4)
    with contents.open(0, 4) as stream:
        assert stream.read() == b"what"
    contents.close()
