"""In-toto statements: something said about things named by digest (in-toto/attestation, spec/v1).

A statement is not signed here. What is signed later are these bytes, so they are canonical: compact, keys sorted.
"""

from typing import Any

from prill.errors import PrillError
from prill.model import Digest
from prill.model.value import dataclass

__all__ = ["MEDIA_TYPE", "STATEMENT_TYPE", "InvalidStatement", "ResourceDescriptor", "Statement", "encode_statement"]

MEDIA_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


class InvalidStatement(PrillError):
    """A statement that the specification does not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDescriptor:
    """A thing, by at least one of URI and digest (spec/v1/resource_descriptor.md).

    ``annotations`` are pairs of a name and a text, or texts.
    """

    name: str = ""
    uri: str = ""
    digests: tuple[Digest, ...] = ()
    media_type: str = ""
    annotations: tuple[tuple[str, str | tuple[str, ...]], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the descriptor as the specification spells it; raise `InvalidStatement` where it names nothing."""
        if not self.uri and not self.digests:
            raise InvalidStatement(f"the resource {self.name!r} has neither a URI nor a digest")
        fields: dict[str, Any] = {
            "name": self.name,
            "uri": self.uri,
            "digest": {digest.algorithm: digest.hex for digest in self.digests},
            "mediaType": self.media_type,
            "annotations": dict(self.annotations),
        }
        return {key: value for key, value in fields.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """``predicate``, a JSON object of the type ``predicate_type``, is said about each of ``subjects``."""

    subjects: tuple[ResourceDescriptor, ...]
    predicate_type: str
    predicate: bytes


def encode_statement(statement: Statement) -> bytes:
    """Write a statement, the predicate's own bytes within it.

    Raise `InvalidStatement` without a subject, for a subject without a digest, and for a predicate that is no JSON
    object.
    """
    import msgspec  # noqa: PLC0415 - who only reads statements needs none

    from prill.model.typed_json import decode_json  # noqa: PLC0415

    if not statement.subjects:
        raise InvalidStatement("a statement needs a subject")
    for subject in statement.subjects:
        if not subject.digests:
            raise InvalidStatement(f"the subject {subject.name!r} has no digest")
    decode_json(statement.predicate, dict[str, msgspec.Raw], InvalidStatement, "the predicate is no JSON object")
    document = {
        "_type": STATEMENT_TYPE,
        "subject": [subject.to_json() for subject in statement.subjects],
        "predicateType": statement.predicate_type,
        "predicate": msgspec.Raw(statement.predicate),
    }
    return msgspec.json.encode(document, order="sorted")
