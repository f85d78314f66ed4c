"""In-toto statements as they come in: version 1 and 0.1, subjects with and without names (in-toto/attestation)."""

from prill.formats.in_toto import STATEMENT_TYPE, ResourceDescriptor, Statement
from prill.model import Digest, InvalidDigest
from prill.signing.strict_json import Fields, Malformed, parse_json

__all__ = ["COSIGN_SIGN", "STATEMENT_TYPES", "parse_statement", "subject_of"]

COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1"
"""The predicate type of cosign 3's signatures, which say nothing but that the image is signed."""

STATEMENT_TYPES = (STATEMENT_TYPE, "https://in-toto.io/Statement/v0.1")

_MAX_SUBJECTS = 10_000


def parse_statement(payload: bytes) -> Statement:
    """Read a statement, the predicate's bytes as they stand; raise `Malformed`.

    Of a subject's digests, those of algorithms that no image is named by are left out.
    """
    fields = parse_json(payload, "the statement")
    kind = fields.text("_type")
    if kind not in STATEMENT_TYPES:
        raise Malformed(f"the payload is a {kind[:80]!r}, not an in-toto statement")
    subjects = tuple(_subject(one) for one in fields.items("subject", most=_MAX_SUBJECTS))
    if not subjects:
        raise Malformed("the statement has no subject")
    predicate = _predicate(payload) if fields.values.get("predicate", {}) != {} else b"{}"
    return Statement(subjects=subjects, predicate_type=fields.text("predicateType"), predicate=predicate)


def _predicate(payload: bytes) -> bytes:
    """Return the predicate's own bytes."""
    import msgspec  # noqa: PLC0415 - a signature's predicate is empty

    try:
        return bytes(msgspec.json.decode(payload, type=dict[str, msgspec.Raw])["predicate"])
    except msgspec.DecodeError as error:
        raise Malformed(f"the statement is no JSON: {error}") from error


def subject_of(statement: Statement, digest: Digest) -> ResourceDescriptor | None:
    """Return the subject with ``digest``, or None."""
    return next((one for one in statement.subjects if digest in one.digests), None)


def _subject(fields: Fields) -> ResourceDescriptor:
    annotations = fields.fields("annotations").values if fields.has("annotations") else {}
    return ResourceDescriptor(
        name=fields.text("name", ""),
        uri=fields.text("uri", ""),
        digests=tuple(_digests(fields.fields("digest"))) if fields.has("digest") else (),
        annotations=tuple(sorted((key, value) for key, value in annotations.items() if isinstance(value, str))),
    )


def _digests(fields: Fields) -> list[Digest]:
    found = []
    for algorithm in fields.values:
        try:
            found.append(Digest(algorithm, fields.text(algorithm)))
        except InvalidDigest:
            continue
    return found
