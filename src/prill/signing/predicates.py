"""Predicate types by the short names that cosign has for them, and predicates made of files (cosign, ``--type``)."""

import json
from datetime import UTC, datetime

import msgspec

from prill.errors import PrillError
from prill.signing.strict_json import Malformed, parse_json

__all__ = ["PREDICATE_TYPES", "PredicateTooLarge", "UnknownPredicate", "encode_predicate", "predicate_type"]

PREDICATE_TYPES = {
    "custom": "https://cosign.sigstore.dev/attestation/v1",
    "cyclonedx": "https://cyclonedx.org/bom",
    "link": "https://in-toto.io/Link/v1",
    "openvex": "https://openvex.dev/ns",
    "slsaprovenance": "https://slsa.dev/provenance/v0.2",
    "slsaprovenance02": "https://slsa.dev/provenance/v0.2",
    "slsaprovenance1": "https://slsa.dev/provenance/v1",
    "spdx": "https://spdx.dev/Document",
    "spdxjson": "https://spdx.dev/Document",
    "vuln": "https://cosign.sigstore.dev/attestation/vuln/v1",
}
"""What each name stands for."""


class PredicateTooLarge(PrillError):
    """A predicate is larger than registries and readers take."""


class UnknownPredicate(PrillError):
    """A text is neither a predicate type's short name nor its address."""


def predicate_type(text: str) -> str:
    """Return the type that a name stands for; an address stands for itself. Raise `UnknownPredicate`."""
    if text in PREDICATE_TYPES:
        return PREDICATE_TYPES[text]
    if "://" in text:
        return text
    raise UnknownPredicate(
        f"there is no predicate type {text[:80]!r}", hint=f"an address, or one of {', '.join(PREDICATE_TYPES)}"
    )


def encode_predicate(kind: str, data: bytes, *, now: int) -> bytes:
    """Return the predicate that a file makes: its JSON as it is, or wrapped as cosign wraps it.

    ``spdx`` is SPDX's tag-value text, which becomes a JSON string; ``custom`` is any text, dated. Raise `Malformed` for
    what is no JSON object where one is needed.
    """
    if kind == "spdx" and not data.lstrip().startswith(b"{"):
        return json.dumps(_text(data)).encode()
    if kind == "custom":
        made = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return json.dumps({"Data": _text(data), "Timestamp": made}).encode()
    parse_json(data, "the predicate")
    return bytes(msgspec.json.format(data, indent=-1))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("the predicate is no UTF-8 text") from error
