import pytest

from prill._io.verified import DigestMismatch, SizeMismatch, Truncated, Verifier
from prill.model import Digest

DIGEST = Digest.of(b"hello")


def test_good_bytes_pass_in_any_pieces():
    verifier = Verifier("it", digest=DIGEST, size=5)
    for piece in (b"he", b"", bytearray(b"l"), memoryview(b"lo")):
        verifier.feed(piece)
    verifier.finish()
    assert verifier.seen == 5


def test_too_many_bytes_are_refused_as_they_come():
    verifier = Verifier("it", size=5)
    verifier.feed(b"hello")
    with pytest.raises(SizeMismatch, match="longer than the 5 bytes that was promised"):
        verifier.feed(b"!")


def test_the_bound_holds_whatever_was_promised():
    verifier = Verifier("it", size=100, max_size=3)
    with pytest.raises(SizeMismatch, match="3 bytes that is allowed"):
        verifier.feed(b"hello")


def test_too_few_bytes_are_refused_at_the_end():
    verifier = Verifier("it", digest=DIGEST, size=5)
    verifier.feed(b"hell")
    with pytest.raises(Truncated, match="ends after 4 bytes where 5 were promised"):
        verifier.finish()


def test_other_bytes_are_refused_and_named():
    verifier = Verifier("it", digest=DIGEST, size=5)
    verifier.feed(b"jello")
    with pytest.raises(DigestMismatch, match=f"{Digest.of(b'jello')}, not {DIGEST}") as caught:
        verifier.finish()
    assert caught.value.hint


@pytest.mark.parametrize(("size", "max_size", "announced"), [(5, None, 6), (5, None, 4), (None, 5, 6)])
def test_an_announced_length_that_cannot_be_right_is_refused_before_a_byte_is_read(
    size: int | None, max_size: int | None, announced: int | None
):
    with pytest.raises(SizeMismatch, match=f"announced with {announced} bytes"):
        Verifier("it", size=size, max_size=max_size).announce(announced)


@pytest.mark.parametrize("announced", [None, 0, 4, 5])
def test_other_announcements_pass(announced: int | None):
    Verifier("it", max_size=5).announce(announced)
