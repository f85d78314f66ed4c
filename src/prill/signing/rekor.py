"""Rekor: putting a signature on a transparency log's record (rekor's openapi.yaml; rekor-tiles, v2)."""

from urllib.parse import urljoin

from prill._io.exchange import Exchange, Question, Reply
from prill.model.value import dataclass
from prill.signing._pem import to_pem
from prill.signing.keys import PublicKey
from prill.signing.log_entry import InclusionProof, LogEntry
from prill.signing.sign import Testimony
from prill.signing.signed import Signed
from prill.signing.strict_json import Fields, Malformed, encode_json, parse_json, to_base64

__all__ = ["RekorV1", "RekorV2"]

_JSON = (("Content-Type", "application/json"), ("Accept", "application/json"))
_CONFLICT = 409
_DETAILS = {
    "ECDSA P-256": "PKIX_ECDSA_P256_SHA_256",
    "ECDSA P-384": "PKIX_ECDSA_P384_SHA_384",
    "ECDSA P-521": "PKIX_ECDSA_P521_SHA_512",
    "Ed25519": "PKIX_ED25519",
    "RSA 2048": "PKIX_RSA_PKCS1V15_2048_SHA256",
    "RSA 3072": "PKIX_RSA_PKCS1V15_3072_SHA256",
    "RSA 4096": "PKIX_RSA_PKCS1V15_4096_SHA256",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RekorV1:
    """A `Witness`: a log whose entries come with a promise and a proof."""

    url: str
    exchange: Exchange

    def witness(self, signed: Signed, verifier: bytes) -> Testimony:
        """Add an entry, or find the one that is there; raise `Malformed` or a `FetchFailed`."""
        question = Question(
            method="POST",
            url=f"{self.url.rstrip('/')}/api/v1/log/entries",
            headers=_JSON,
            body=encode_json(_proposed(signed, _pem(signed, verifier))),
            expected=frozenset({200, 201, _CONFLICT}),
        )
        reply = self.exchange.ask(question)
        if reply.status == _CONFLICT:  # the same entry is there already; its address says where
            reply = self._existing(reply)
        entries = parse_json(reply.body, "the log's answer")
        if len(entries.values) != 1:
            raise Malformed(f"the log answers with {len(entries.values)} entries, not one")
        return Testimony(entries=(_entry(entries.fields(next(iter(entries.values)))),))

    def _existing(self, reply: Reply) -> Reply:
        place = reply.headers.get("location", "")
        return self.exchange.ask(Question(method="GET", url=urljoin(f"{self.url.rstrip('/')}/", place), headers=_JSON))


@dataclass(frozen=True, slots=True, kw_only=True)
class RekorV2:
    """A `Witness`: a log of tiles, whose entries come with a proof and say no time."""

    url: str
    exchange: Exchange

    def witness(self, signed: Signed, verifier: bytes) -> Testimony:
        """Add an entry, a hashedrekord over what was signed; raise `Malformed` or a `FetchFailed`."""
        kind = "x509Certificate" if signed.certificate else "publicKey"
        by = {kind: {"rawBytes": to_base64(verifier)}, "keyDetails": _details(signed, verifier)}
        request = {
            "digest": to_base64(signed.message.sha256),
            "signature": {"content": to_base64(signed.signature), "verifier": by},
        }
        question = Question(
            method="POST",
            url=f"{self.url.rstrip('/')}/api/v2/log/entries",
            headers=_JSON,
            body=encode_json({"hashedRekordRequestV002": request}),
        )
        reply = self.exchange.ask(question)
        return Testimony(entries=(LogEntry.of_bundle(parse_json(reply.body, "the log's answer")),))


def _proposed(signed: Signed, pem: bytes) -> dict[str, object]:
    """Return the entry to be added: of an envelope a dsse entry, of anything else a hashedrekord."""
    if signed.envelope is not None:
        envelope = signed.envelope.encode().decode("utf-8")
        content = {"envelope": envelope, "verifiers": [to_base64(pem)]}
        return {"apiVersion": "0.0.1", "kind": "dsse", "spec": {"proposedContent": content}}
    signature = {"content": to_base64(signed.signature), "publicKey": {"content": to_base64(pem)}}
    data = {"hash": {"algorithm": "sha256", "value": signed.message.sha256.hex()}}
    return {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {"signature": signature, "data": data}}


def _pem(signed: Signed, verifier: bytes) -> bytes:
    return to_pem("CERTIFICATE" if signed.certificate else "PUBLIC KEY", verifier)


def _details(signed: Signed, verifier: bytes) -> str:
    """Return what Rekor 2 calls the kind of key; raise `Malformed` for one it has no name for."""
    if signed.certificate:
        from prill.signing.certificate import SigningCertificate  # noqa: PLC0415 - keys need no certificates

        kind = SigningCertificate.parse(verifier).key.kind
    else:
        kind = PublicKey.parse_der(verifier).kind
    if kind not in _DETAILS:
        raise Malformed(f"the log takes no signatures by {kind} keys")
    return _DETAILS[kind]


def _entry(fields: Fields) -> LogEntry:
    """Read an entry as Rekor 1 answers it: its hashes are hexadecimal, where bundles have base64."""
    body = fields.data("body")
    document = parse_json(body, "the log entry")
    verification = fields.fields("verification")
    proof = verification.fields("inclusionProof") if verification.has("inclusionProof") else None
    return LogEntry(
        log_id=_hex(fields.text("logID"), "logID"),
        index=fields.number("logIndex"),
        integrated_time=fields.number("integratedTime"),
        body=body,
        kind=document.text("kind"),
        version=document.text("apiVersion"),
        promise=verification.data("signedEntryTimestamp", b""),
        proof=_proof(proof) if proof else None,
    )


def _proof(fields: Fields) -> InclusionProof:
    return InclusionProof(
        index=fields.number("logIndex"),
        size=fields.number("treeSize"),
        root=_hex(fields.text("rootHash"), "rootHash"),
        hashes=tuple(_hex(str(one), "hash") for one in fields.list("hashes", most=64)),
        checkpoint=fields.text("checkpoint"),
    )


def _hex(text: str, what: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Malformed(f"the log's {what} is not hexadecimal: {text[:40]!r}") from error
