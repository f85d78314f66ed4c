"""Answers in cosign's own form: signatures as a list of what was signed, attestations as envelopes, one a line."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prill.signing.dsse import IN_TOTO_PAYLOAD
from prill.signing.signed import SignedForm
from prill.signing.strict_json import parse_json, to_base64
from prill.signing.subject import ClaimKind

if TYPE_CHECKING:
    from prill.api.verify import ImageAnswer
    from prill.signing.verified import Verified

__all__ = ["cosign_lines"]


def cosign_lines(answer: "ImageAnswer") -> Iterator[str]:
    """Yield what ``cosign verify --output json`` prints of an image, or ``cosign verify-attestation``."""
    signatures = []
    for subject in answer.subjects:
        for one in subject.result.verified:
            if subject.result.kind is ClaimKind.SIGNATURE:
                signatures.append(_signature(one, answer.name))
            else:
                yield _written(_envelope(one))
    if signatures:
        yield _written(signatures)


def _signature(one: "Verified", name: str) -> dict[str, Any]:
    """Describe a signature: the older layout's payload says it all, of a bundle's statement the same is made."""
    if one.form is SignedForm.LEGACY_SIGNATURE:
        critical = parse_json(one.payload, "the payload").values["critical"]
    else:
        critical = {
            "identity": {"docker-reference": name},
            "image": {"docker-manifest-digest": str(one.subject)},
            "type": one.predicate_type,
        }
    said: dict[str, Any] = dict(one.annotations)
    if one.signer.identity:
        said |= {"Issuer": one.signer.issuer, "Subject": one.signer.identity}
    return {"critical": critical, "optional": said or None}


def _envelope(one: "Verified") -> dict[str, Any]:
    signature = {"sig": to_base64(one.signature)}
    return {"payloadType": IN_TOTO_PAYLOAD, "payload": to_base64(one.payload), "signatures": [signature]}


def _written(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
