# ruff: noqa: ANN401 - JSON
"""Bundles as other clients have written them, and such as they refuse: of an instance of our own, by its file's digest."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from sigstore.errors import Error as OracleError
from sigstore.models import Bundle as OracleBundle

from prill.api.blobs import verify_blob
from prill.model import Digest
from prill.signing.conditions import Conditions
from prill.signing.keys import Message
from prill.signing.log_entry import LogEntry
from prill.signing.private_key import PrivateKey
from prill.signing.rekor import _entry
from prill.signing.sign import bundle_of, sign_attestation, sign_file
from prill.signing.signed import Signed
from prill.signing.steps import Step, VerificationError
from prill.signing.strict_json import Fields, encode_json
from prill.signing.trusted_root import TrustedRoot
from prill.signing.verified import Verified
from prill.signing.verifier import Verifier
from sigstore_instance import ME, Instance, InstanceSigner, b64, new_key

FILE = b"a file\n"
OLD = "application/vnd.dev.sigstore.bundle+json;version="


def document(signed: Signed) -> Any:
    return json.loads(bundle_of(signed).encode())


def entry(signed: Signed) -> dict[str, Any]:
    pem = f"-----BEGIN CERTIFICATE-----\n{b64(signed.certificate)}\n-----END CERTIFICATE-----\n"
    spec = {
        "data": {"hash": {"algorithm": "sha256", "value": signed.message.sha256.hex()}},
        "signature": {"content": b64(signed.signature), "publicKey": {"content": b64(pem.encode())}},
    }
    return {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec}


def on_record(instance: Instance, signed: Signed) -> Signed:
    return replace(signed, entries=(_entry(Fields(instance.add(entry(signed)), "it")),))


def on_record_2(instance: Instance, signed: Signed) -> Signed:
    by = {"x509Certificate": {"rawBytes": b64(signed.certificate)}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"}
    data = {"algorithm": "SHA2_256", "digest": b64(signed.message.sha256)}
    spec = {"hashedRekordV002": {"data": data, "signature": {"content": b64(signed.signature), "verifier": by}}}
    made = instance.add2({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": spec})
    return dated(instance, replace(signed, entries=(LogEntry.of_bundle(Fields(made, "it")),)))


def dated(instance: Instance, signed: Signed) -> Signed:
    return replace(signed, timestamps=(instance.stamp(hashlib.sha256(signed.timestamped).digest()),))


def check(bundle: object, trust: TrustedRoot, file: bytes = FILE, **options: bool) -> Verified:
    verifier = Verifier(trust=trust, rule=ME, **options)
    return verify_blob(Message.of(file), json.dumps(bundle).encode(), verifier, now=0)


def refused(step: Step, says: str, work: Callable[[], object]) -> None:
    with pytest.raises(VerificationError, match=says) as caught:
        work()
    assert caught.value.step is step, caught.value


def first_entry(bundle: Any) -> Any:
    return bundle["verificationMaterial"]["tlogEntries"][0]


def of_version(bundle: Any, version: str) -> Any:
    """Write a bundle as versions before 0.3 have it."""
    material = dict(bundle["verificationMaterial"])
    material["x509CertificateChain"] = {"certificates": [material.pop("certificate")]}
    return {**bundle, "mediaType": f"{OLD}{version}", "verificationMaterial": material}


@pytest.mark.parametrize("checkpoint", [None, {}, {"envelope": ""}])
def test_a_proof_that_no_checkpoint_signs(instance: Instance, trust: TrustedRoot, checkpoint: object):
    """The first bundles have such proofs: there the log's promise counts. Later versions demand a checkpoint."""
    bundle = document(on_record(instance, sign_file(FILE, InstanceSigner(instance))))
    first_entry(bundle)["inclusionProof"]["checkpoint"] = checkpoint
    assert check(of_version(bundle, "0.1"), trust).logs[0].by == ("promise",)
    refused(Step.FORM, "its checkpoint", lambda: check(of_version(bundle, "0.2"), trust))
    del first_entry(bundle)["inclusionPromise"]
    refused(Step.FORM, "without a promise", lambda: check(of_version(bundle, "0.1"), trust))


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("verificationMaterial",),
        ("verificationMaterial", "certificate"),
        ("verificationMaterial", "tlogEntries", 0),
        ("verificationMaterial", "tlogEntries", 0, "inclusionProof", "checkpoint"),
        ("verificationMaterial", "timestampVerificationData", "rfc3161Timestamps", 0),
        ("messageSignature", "messageDigest"),
    ],
)
def test_a_field_that_no_bundle_has(instance: Instance, trust: TrustedRoot, path: tuple[Any, ...]):
    """sigstore-python and cosign 3 refuse it, too: nobody knows what it would say about the rest."""
    bundle = document(dated(instance, on_record(instance, sign_file(FILE, InstanceSigner(instance)))))
    assert check(bundle, trust).logs
    place = bundle
    for part in path:
        place = place[part]
    place["somethingNew"] = {"a": 1}
    refused(Step.FORM, "'somethingNew', which no bundle has", lambda: check(bundle, trust))
    with pytest.raises(OracleError):
        OracleBundle.from_json(json.dumps(bundle))


@pytest.mark.parametrize(
    ("path", "name", "says"),
    [
        (("messageSignature", "messageDigest"), "digest", "has a SHA2_256, and has none"),
        (("verificationMaterial", "tlogEntries", 0, "inclusionPromise"), "signedEntryTimestamp", "promises nothing"),
    ],
)
def test_what_is_there_and_empty(instance: Instance, trust: TrustedRoot, path: tuple[Any, ...], name: str, says: str):
    """An empty value is no missing one: sigstore-python and cosign 3 refuse it."""
    bundle = document(dated(instance, on_record(instance, sign_file(FILE, InstanceSigner(instance)))))
    assert check(bundle, trust).logs
    place = bundle
    for part in path:
        place = place[part]
    place[name] = ""
    refused(Step.FORM, says, lambda: check(bundle, trust))


@pytest.mark.parametrize(
    ("path", "name", "own"),
    [
        ((), "messageSignature", "message_signature"),
        ((), "verificationMaterial", "verification_material"),
        (("verificationMaterial", "tlogEntries", 0), "integratedTime", "integrated_time"),
        (("messageSignature", "messageDigest"), "digest", "digest_"),
    ],
)
def test_names_as_protobuf_has_them(instance: Instance, trust: TrustedRoot, path: tuple[Any, ...], name: str, own: str):
    """A bundle has the names of JSON alone, and clients take no other form (sigstore's client-spec, section 5)."""
    bundle = document(dated(instance, on_record(instance, sign_file(FILE, InstanceSigner(instance)))))
    place = bundle
    for part in path:
        place = place[part]
    place[own] = place.pop(name)
    refused(Step.FORM, f"'{own}', which no bundle has", lambda: check(bundle, trust))
    bundle["media_type"] = bundle.pop("mediaType")
    refused(Step.FORM, "the bundle has no 'mediaType'", lambda: check(bundle, trust))


def test_an_entry_of_rekor_2_has_one_number(instance: Instance, trust: TrustedRoot):
    """The number in front of the proof's is what the answer tells; nothing else vouches for it."""
    bundle = document(on_record_2(instance, sign_file(FILE, InstanceSigner(instance))))
    number = int(first_entry(bundle)["logIndex"])
    assert check(bundle, trust).logs[0].index == number
    first_entry(bundle)["logIndex"] = str(number + 70)
    refused(
        Step.INCLUSION, f"number {number + 70}, and the proof is about number {number}", lambda: check(bundle, trust)
    )


def test_an_envelopes_entry_of_rekor_2_has_one_number(instance: Instance, trust: TrustedRoot):
    subjects = [{"name": "f", "digest": {"sha256": hashlib.sha256(FILE).hexdigest()}}]
    said = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://p.test", "predicate": {}}
    signed = sign_attestation(encode_json({**said, "subject": subjects}), InstanceSigner(instance))
    by = {"x509Certificate": {"rawBytes": b64(signed.certificate)}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"}
    payload = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(signed.payload).digest())}
    spec = {"payloadHash": payload, "signatures": [{"content": b64(signed.signature), "verifier": by}]}
    made = instance.add2({"apiVersion": "0.0.2", "kind": "dsse", "spec": {"dsseV002": spec}})
    bundle = document(dated(instance, replace(signed, entries=(LogEntry.of_bundle(Fields(made, "it")),))))
    number = int(first_entry(bundle)["logIndex"])
    assert check(bundle, trust).logs[0].index == number
    first_entry(bundle)["logIndex"] = str(number + 1)
    refused(Step.INCLUSION, f"number {number + 1}, and the proof", lambda: check(bundle, trust))


def test_a_checkpoint_signed_under_another_name(instance: Instance, trust: TrustedRoot):
    """A key of Rekor 2 is known by its name and its bytes together (C2SP, signed-note)."""
    bundle = document(on_record_2(instance, sign_file(FILE, InstanceSigner(instance))))
    checkpoint = first_entry(bundle)["inclusionProof"]["checkpoint"]
    named = checkpoint["envelope"]
    checkpoint["envelope"] = named.replace("\u2014 rekor2.test", "\u2014 witness.test aaaaaaaaaaaa\n\u2014 rekor2.test")
    assert check(bundle, trust).logs[0].by == ("inclusion",)
    checkpoint["envelope"] = named.replace("\u2014 rekor2.test", "\u2014 other.test")
    refused(Step.INCLUSION, "is not signed by https://rekor2.test", lambda: check(bundle, trust))


def test_an_instance_without_logs(instance: Instance, trust: TrustedRoot):
    """A private instance may date signatures and keep no logs; who says so accepts that, and nothing else."""
    bundle = document(dated(instance, sign_file(FILE, InstanceSigner(instance, sct=False))))
    private = replace(trust, logs=(), ct_logs=())
    verified = check(bundle, private, log_optional=True, sct_optional=True)
    assert (verified.time, Step.SCT in verified.steps, Step.CHAIN in verified.steps) == (instance.now, False, True)
    refused(Step.SCT, "no signed certificate timestamp", lambda: check(bundle, private, log_optional=True))
    refused(Step.INCLUSION, "no transparency log", lambda: check(bundle, private, sct_optional=True))
    undated = document(sign_file(FILE, InstanceSigner(instance, sct=False)))
    refused(Step.TIME, "nobody trusted says", lambda: check(undated, private, log_optional=True, sct_optional=True))


def test_a_timestamp_that_is_there_is_looked_at_although_none_need_be(instance: Instance, trust: TrustedRoot):
    signed = on_record(instance, sign_file(FILE, InstanceSigner(instance)))
    assert Step.SCT in check(document(signed), trust, sct_optional=True).steps
    other = tuple(replace(log, key_der=PrivateKey.of(new_key()).public_key.der) for log in trust.ct_logs)
    wrong = replace(trust, ct_logs=other)
    refused(Step.SCT, "timestamp is not by", lambda: check(document(signed), wrong, sct_optional=True))


@pytest.mark.parametrize("algorithms", [("sha512",), ("sha256",), ("sha256", "sha512"), ("sha1", "sha512")])
def test_a_file_that_a_statement_knows_by_another_digest(
    instance: Instance, trust: TrustedRoot, algorithms: tuple[str, ...]
):
    """npm's provenance names a package by its SHA-512 alone."""

    def stated(file: bytes) -> object:
        digests = {name: hashlib.new(name, file).hexdigest() for name in algorithms}
        kind = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1"}
        statement = json.dumps({**kind, "subject": [{"name": "f", "digest": digests}]}).encode()
        return document(on_record(instance, sign_attestation(statement, InstanceSigner(instance))))

    verified = check(stated(FILE), trust)
    assert verified.subject == Digest.of(FILE, "sha256" if "sha256" in algorithms else "sha512")
    refused(Step.CONTENT, "the statement is about", lambda: check(stated(b"another"), trust))


def test_what_github_says_about_a_run(instance: Instance, trust: TrustedRoot):
    """The extensions 2 to 6 are bare texts; what is demanded of them has to be there, exactly."""
    more = [
        (x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}"), text.encode()), False)
        for number, text in ((2, "push"), (5, "org/app"), (6, "refs/heads/main"))
    ]
    bundle = document(on_record(instance, sign_file(FILE, InstanceSigner(instance, more=more))))
    claims = dict(check(bundle, trust).signer.claims)
    assert (claims["workflow trigger"], claims["workflow repository"]) == ("push", "org/app")

    def demand(*claims: tuple[str, str]) -> Verified:
        verifier, conditions = Verifier(trust=trust, rule=ME), Conditions(claims=claims)
        return verify_blob(Message.of(FILE), json.dumps(bundle).encode(), verifier, conditions=conditions, now=0)

    assert Step.CONDITIONS in demand(("workflow repository", "org/app"), ("workflow ref", "refs/heads/main")).steps
    wrong = ("workflow repository", "org/ap")
    refused(
        Step.CONDITIONS, "repository is 'org/app', not 'org/ap'", lambda: demand(("workflow trigger", "push"), wrong)
    )
    refused(Step.CONDITIONS, "workflow sha is missing", lambda: demand(("workflow sha", "0")))
