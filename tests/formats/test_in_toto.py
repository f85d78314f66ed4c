import json
from typing import Any

import pytest

from prill.formats.in_toto import InvalidStatement, ResourceDescriptor, Statement, encode_statement
from prill.model import Digest

DIGEST = Digest.of(b"an image")
IMAGE = ResourceDescriptor(name="python3", digests=(DIGEST,))


def encode(**changes: object) -> bytes:
    fields = {"subjects": (IMAGE,), "predicate_type": "https://example.org/p/v1", "predicate": b'{"z":1,"a":[1.50]}'}
    return encode_statement(Statement(**(fields | changes)))


def test_the_bytes_are_compact_and_sorted_and_keep_the_predicate_as_it_is():
    assert encode() == (
        b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"z":1,"a":[1.50]},'
        b'"predicateType":"https://example.org/p/v1",'
        b'"subject":[{"digest":{"sha256":"%s"},"name":"python3"}]}' % DIGEST.hex.encode()
    )


def test_a_resource_with_everything():
    resource = ResourceDescriptor(
        name="a",
        uri="pkg:generic/a",
        digests=(DIGEST, Digest.of(b"an image", "sha512")),
        media_type="text/plain",
        annotations=(("one", "1"), ("several", ("2", "3"))),
    )
    assert json.loads(encode(subjects=(resource,)))["subject"] == [
        {
            "name": "a",
            "uri": "pkg:generic/a",
            "digest": {"sha256": DIGEST.hex, "sha512": Digest.of(b"an image", "sha512").hex},
            "mediaType": "text/plain",
            "annotations": {"one": "1", "several": ["2", "3"]},
        }
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"subjects": ()},
        {"subjects": (ResourceDescriptor(name="a", uri="pkg:generic/a"),)},
        {"predicate": b""},
        {"predicate": b"[1]"},
        {"predicate": b'{"a":1'},
        {"predicate": b"{} {}"},
        {"predicate": b"[" * 100_000},
    ],
)
def test_what_the_specification_does_not_allow(changes: dict[str, Any]):
    with pytest.raises(InvalidStatement):
        encode(**changes)


def test_a_resource_that_names_nothing():
    with pytest.raises(InvalidStatement, match="'a' has neither"):
        ResourceDescriptor(name="a").to_json()
