"""Real signatures of others, and what is left of them after something in them was changed: nothing.

Two images signed by the SLSA generator (cosign's older layout: an intoto entry 0.0.1, a dsse entry 0.0.1) and a bundle of
kubewarden's (a dsse entry, a promise, an inclusion proof, a time stamp). Each numbered step has its negatives.
"""

import base64
import copy
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prill.api.trust import shipped_root
from prill.api.verify import verify_image
from prill.errors import PrillError
from prill.model import Digest
from prill.oci.layout import open_layout
from prill.oci.store import DigestMismatch
from prill.signing.bundle import Bundle
from prill.signing.certificate import SigningCertificate
from prill.signing.conditions import Conditions, Requirement
from prill.signing.cosign import collect
from prill.signing.identity import Expected, IdentityRule
from prill.signing.images import ImageVerification
from prill.signing.signed import Signed
from prill.signing.steps import Step, VerificationError
from prill.signing.strict_json import Malformed
from prill.signing.subject import Claim, ClaimKind
from prill.signing.trusted_root import TrustedRoot
from prill.signing.verified import Verified
from prill.signing.verifier import Verifier

GITHUB = "https://token.actions.githubusercontent.com"
GENERATOR = (
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@refs/tags/"
)
SLSA = "https://slsa.dev/provenance/v0.2"
VERSIONS = ("v1.5.0", "v1.10.0")
ATTESTATIONS = "dev.cosignproject.cosign/atts"
ROOT = TrustedRoot.parse(shipped_root())


def exactly(identity: str, issuer: str = GITHUB) -> IdentityRule:
    return IdentityRule(Expected.exactly(identity, "identity"), Expected.exactly(issuer, "issuer"))


KUBEWARDEN = IdentityRule(
    Expected.identity_matching(r"^https://github\.com/kubewarden/kubewarden-controller/"),
    Expected.exactly(GITHUB, "issuer"),
)


@pytest.fixture(scope="module")
def bundle(shared_data: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (shared_data / "signatures" / "bundles" / "kubewarden-v1.34.0.sigstore.json").read_bytes()
    )
    return document


def subject_of(document: dict[str, Any]) -> Digest:
    statement = json.loads(base64.b64decode(document["dsseEnvelope"]["payload"]))
    return Digest("sha256", statement["subject"][0]["digest"]["sha256"])


def check(
    document: dict[str, Any],
    *,
    digest: Digest | None = None,
    rule: IdentityRule = KUBEWARDEN,
    trust: TrustedRoot = ROOT,
    kind: ClaimKind = ClaimKind.SIGNATURE,
) -> Verified:
    claim = Claim(kind=kind, digest=digest or subject_of(document), predicate_type="")
    signed = Bundle.parse(json.dumps(document).encode()).signed("the bundle")
    return Verifier(trust=trust, rule=rule).verify(signed, claim)


def refused(step: Step, says: str, work: Callable[[], object]) -> None:
    with pytest.raises(VerificationError, match=says) as caught:
        work()
    assert caught.value.step is step, caught.value


class TestBundle:
    def test_holds(self, bundle: dict[str, Any]):
        found = check(bundle)
        assert found.signer.identity.endswith("/release.yml@refs/tags/v1.34.0")
        assert found.signer.issuer == GITHUB
        assert dict(found.signer.claims)["source repository"] == "https://github.com/kubewarden/kubewarden-controller"
        assert found.time == 1775719409
        assert [(one.log, one.index, one.by) for one in found.logs] == [
            ("https://rekor.sigstore.dev", 1261105807, ("promise", "inclusion"))
        ]
        assert [step.value for step in found.steps] == [
            "3.1",
            "3.2",
            "3.3",
            "3.4",
            "3.5",
            "3.6",
            "3.7",
            "3.8",
            "3.9",
            "4",
        ]

    def test_holds_by_the_time_stamp_alone(self, bundle: dict[str, Any]):
        changed = copy.deepcopy(bundle)
        del changed["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
        assert check(changed).time_by == "a timestamp authority"

    def test_holds_by_the_promise_alone(self, bundle: dict[str, Any]):
        changed = copy.deepcopy(bundle)
        del changed["verificationMaterial"]["timestampVerificationData"]
        assert check(changed).time_by == "https://rekor.sigstore.dev"

    @pytest.mark.parametrize("rule", [exactly("https://github.com/kubewarden/x"), exactly("a", GITHUB)])
    def test_4_another_identity(self, bundle: dict[str, Any], rule: IdentityRule):
        refused(Step.IDENTITY, "signed by 'https://github.com/kubewarden", lambda: check(bundle, rule=rule))

    def test_4_another_issuer(self, bundle: dict[str, Any]):
        identity = check(bundle).signer.identity
        rule = exactly(identity, "https://accounts.google.com")
        refused(Step.IDENTITY, "vouched for by 'https://token", lambda: check(bundle, rule=rule))

    def test_3_9_another_image(self, bundle: dict[str, Any]):
        refused(Step.CONTENT, "the statement is about sha256:c811", lambda: check(bundle, digest=Digest.of(b"x")))

    def test_3_9_no_attestation_of_another_type(self, bundle: dict[str, Any]):
        signed = Bundle.parse(json.dumps(bundle).encode()).signed("x")
        claim = Claim(kind=ClaimKind.ATTESTATION, digest=subject_of(bundle), predicate_type=SLSA)
        refused(Step.CONTENT, "predicate is a", lambda: Verifier(trust=ROOT, rule=KUBEWARDEN).verify(signed, claim))

    @pytest.mark.parametrize(
        ("path", "step", "says"),
        [
            (("dsseEnvelope", "payload"), Step.SIGNATURE, "not signed by"),
            (("dsseEnvelope", "signatures", 0, "sig"), Step.TIME, "about other bytes"),
            (("verificationMaterial", "certificate", "rawBytes"), Step.CHAIN, "no trusted authority issued"),
            (
                ("verificationMaterial", "tlogEntries", 0, "canonicalizedBody"),
                Step.TIME,
                "signed entry timestamp is not by",
            ),
            (
                ("verificationMaterial", "tlogEntries", 0, "inclusionPromise", "signedEntryTimestamp"),
                Step.TIME,
                "signed entry timestamp is not by",
            ),
            (
                ("verificationMaterial", "tlogEntries", 0, "inclusionProof", "rootHash"),
                Step.INCLUSION,
                "leads to another root",
            ),
            (
                ("verificationMaterial", "tlogEntries", 0, "inclusionProof", "hashes", 7),
                Step.INCLUSION,
                "leads to another root",
            ),
            (
                ("verificationMaterial", "timestampVerificationData", "rfc3161Timestamps", 0, "signedTimestamp"),
                Step.TIME,
                "not signed by its authority",
            ),
        ],
    )
    def test_a_changed_bit(self, bundle: dict[str, Any], path: tuple[str | int, ...], step: Step, says: str):
        changed = copy.deepcopy(bundle)
        flip(changed, path)
        refused(step, says, lambda: check(changed, digest=subject_of(bundle)))

    @pytest.mark.parametrize(("name", "by"), [("integratedTime", 1), ("integratedTime", -86400 * 365), ("logIndex", 1)])
    def test_3_2_what_the_promise_is_over(self, bundle: dict[str, Any], name: str, by: int):
        changed = copy.deepcopy(bundle)
        entry = changed["verificationMaterial"]["tlogEntries"][0]
        entry[name] = str(int(entry[name]) + by)
        refused(Step.TIME, "signed entry timestamp is not by", lambda: check(changed))

    def test_3_2_a_promise_of_another_log(self, bundle: dict[str, Any]):
        changed = copy.deepcopy(bundle)
        other = base64.b64encode(ROOT.logs[1].log_id).decode()
        changed["verificationMaterial"]["tlogEntries"][0]["logId"]["keyId"] = other
        refused(Step.TIME, "signed entry timestamp is not by https://log2025", lambda: check(changed))

    def test_3_2_a_log_that_nobody_knows(self, bundle: dict[str, Any]):
        trust = replace(ROOT, logs=ROOT.logs[1:])
        refused(Step.TIME, "a log that is not trusted", lambda: check(bundle, trust=trust))

    def test_3_2_nobody_says_when(self, bundle: dict[str, Any]):
        changed = copy.deepcopy(bundle)
        del changed["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
        del changed["verificationMaterial"]["timestampVerificationData"]
        refused(Step.TIME, "nobody trusted says when", lambda: check(changed))

    def test_3_2_a_time_stamp_of_an_authority_that_nobody_knows_counts_for_nothing(self, bundle: dict[str, Any]):
        trust = replace(ROOT, timestamp_authorities=())
        assert check(bundle, trust=trust).time_by == "https://rekor.sigstore.dev"
        changed = copy.deepcopy(bundle)
        del changed["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
        refused(Step.TIME, "nobody trusted says when", lambda: check(changed, trust=trust))

    @pytest.mark.parametrize("cut", [0, 1, 17])
    def test_3_3_a_proof_cut_short(self, bundle: dict[str, Any], cut: int):
        changed = copy.deepcopy(bundle)
        proof = changed["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
        proof["hashes"] = proof["hashes"][:cut]
        refused(Step.INCLUSION, "below the root", lambda: check(changed))

    def test_3_3_a_proof_too_long(self, bundle: dict[str, Any]):
        changed = copy.deepcopy(bundle)
        proof = changed["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
        proof["hashes"].append(proof["hashes"][0])
        refused(Step.INCLUSION, "more hashes than", lambda: check(changed))

    @pytest.mark.parametrize(("name", "value"), [("logIndex", "1139201546"), ("treeSize", "1139201558")])
    def test_3_3_another_place(self, bundle: dict[str, Any], name: str, value: str):
        changed = copy.deepcopy(bundle)
        changed["verificationMaterial"]["tlogEntries"][0]["inclusionProof"][name] = value
        refused(Step.INCLUSION, "another root|checkpoint", lambda: check(changed))

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("1139201557\n", "1139201558\n"),
            ("rekor.sigstore.dev - 1193050959916656506\n", "rekor.sigstore.dev - 1\n"),
            ("wNI9ajBF", "wNI9ajBG"),
        ],
    )
    def test_3_3_a_changed_checkpoint(self, bundle: dict[str, Any], old: str, new: str):
        changed = copy.deepcopy(bundle)
        checkpoint = changed["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]["checkpoint"]
        assert old in checkpoint["envelope"]
        checkpoint["envelope"] = checkpoint["envelope"].replace(old, new)
        refused(Step.INCLUSION, "checkpoint", lambda: check(changed))

    def test_3_3_a_checkpoint_by_another_key(self, bundle: dict[str, Any]):
        changed = copy.deepcopy(bundle)
        checkpoint = changed["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]["checkpoint"]
        checkpoint["envelope"] = checkpoint["envelope"].replace("wNI9aj", "AAAAaj")
        refused(Step.INCLUSION, "is not signed by https://rekor", lambda: check(changed))

    def test_3_4_no_authority(self, bundle: dict[str, Any]):
        trust = replace(ROOT, authorities=())
        refused(Step.CHAIN, "no trusted authority issued", lambda: check(bundle, trust=trust))

    def test_3_4_an_authority_out_of_use(self, bundle: dict[str, Any]):
        gone = tuple(replace(one, period=replace(one.period, end=1_700_000_000)) for one in ROOT.authorities)
        refused(Step.CHAIN, "was not in use", lambda: check(bundle, trust=replace(ROOT, authorities=gone)))

    def test_3_5_no_certificate_log(self, bundle: dict[str, Any]):
        refused(Step.SCT, "logs that are not trusted", lambda: check(bundle, trust=replace(ROOT, ct_logs=())))

    def test_3_5_another_certificate_log(self, bundle: dict[str, Any]):
        test, real = ROOT.ct_logs
        swapped = replace(real, key_der=test.key_der)
        refused(Step.SCT, "not by https://ctfe", lambda: check(bundle, trust=replace(ROOT, ct_logs=(swapped,))))

    @pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "UTC"])
    def test_3_5_in_every_time_zone(self, bundle: dict[str, Any], monkeypatch: pytest.MonkeyPatch, zone: str):
        try:
            with monkeypatch.context() as patched:
                patched.setenv("TZ", zone)
                time.tzset()
                assert Step.SCT in check(bundle).steps
        finally:
            time.tzset()

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("06072a8648ce3d0201", "06072a8648ce3d0205"),
            ("06082a8648ce3d030107", "06082a8648ce3d030177"),
            ("866368747470", "a36368747470"),
            ("a003020102", "a003020122"),
            ("130c73696773746f7265", "050c73696773746f7265"),
            ("0342000415", "0342000416"),
        ],
        ids=["kind of key", "curve", "kind of name", "version", "issuer's name", "point beside the curve"],
    )
    def test_3_1_a_certificate_that_nobody_can_read(self, bundle: dict[str, Any], old: str, new: str):
        """Whoever may attach something to an image could otherwise end the verification of what others signed."""
        changed = copy.deepcopy(bundle)
        material = changed["verificationMaterial"]["certificate"]
        certificate = base64.b64decode(material["rawBytes"]).hex()
        assert certificate.count(old) == 1
        material["rawBytes"] = base64.b64encode(bytes.fromhex(certificate.replace(old, new))).decode()
        refused(Step.FORM, "certificate", lambda: check(changed))

    def test_3_6_a_certificate_for_servers(self, bundle: dict[str, Any]):
        """Changed, it has no chain any more, so that 3.4 refuses it before: the step by itself."""
        certificate = base64.b64decode(bundle["verificationMaterial"]["certificate"]["rawBytes"])
        code_signing, server = bytes.fromhex("2b06010505070303"), bytes.fromhex("2b06010505070301")
        assert certificate.count(code_signing) == 1
        SigningCertificate.parse(certificate).check_purpose()
        with pytest.raises(PrillError, match="code signing"):
            SigningCertificate.parse(certificate.replace(code_signing, server)).check_purpose()

    @pytest.mark.parametrize(
        ("conditions", "says"),
        [
            (Conditions(max_age=86_400), "seconds ago, more than 86400"),
            (Conditions(annotations=(("git", "1f2e"),)), "the annotation 'git' is missing, not '1f2e'"),
        ],
        ids=["age", "annotation"],
    )
    def test_5_what_else_was_asked_for(self, bundle: dict[str, Any], conditions: Conditions, says: str):
        found = check(bundle)
        refused(Step.CONDITIONS, says, lambda: conditions.check_one(found, 1775719409 + 86_401))

    def test_5_the_same_signer_twice_is_one(self, bundle: dict[str, Any]):
        found = check(bundle)
        refused(
            Step.CONDITIONS,
            "1 distinct signers, and 2 are needed",
            lambda: Conditions(min_signers=2).check_all([found] * 2),
        )

    def test_3_8_an_entry_about_something_else(self, bundle: dict[str, Any], shared_data: Path):
        other = legacy(shared_data, "v1.10.0")
        signed = replace(Bundle.parse(json.dumps(bundle).encode()).signed("x"), entries=other.entries, timestamps=())
        claim = Claim(kind=ClaimKind.SIGNATURE, digest=subject_of(bundle))
        # The other entry is older than the certificate; with another clock it would be about something else.
        refused(Step.CHAIN, "was valid from", lambda: Verifier(trust=ROOT, rule=KUBEWARDEN).verify(signed, claim))

    @pytest.mark.parametrize(
        "change",
        [
            {"mediaType": "application/vnd.dev.sigstore.bundle.v9.9+json"},
            {"verificationMaterial": {}},
            {"dsseEnvelope": {}},
            {"messageSignature": {"signature": "AAAA"}},
        ],
    )
    def test_3_1_what_is_no_bundle(self, bundle: dict[str, Any], change: dict[str, Any]):
        with pytest.raises(Malformed):
            Bundle.parse(json.dumps({**bundle, **change}).encode())

    def test_3_1_a_second_signature(self, bundle: dict[str, Any]):
        changed = copy.deepcopy(bundle)
        changed["dsseEnvelope"]["signatures"] *= 2
        with pytest.raises(Malformed, match="2 signatures"):
            Bundle.parse(json.dumps(changed).encode()).signed("x")

    def test_3_1_no_proof_in_a_bundle(self, bundle: dict[str, Any]):
        changed = copy.deepcopy(bundle)
        del changed["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
        with pytest.raises(Malformed, match="without an inclusion proof"):
            Bundle.parse(json.dumps(changed).encode())

    def test_it_is_read_as_it_is_written(self, bundle: dict[str, Any]):
        parsed = Bundle.parse(json.dumps(bundle).encode())
        assert Bundle.parse(parsed.encode()) == parsed
        assert json.loads(parsed.encode())["verificationMaterial"] == bundle["verificationMaterial"]


def flip(document: Any, path: tuple[str | int, ...]) -> None:  # noqa: ANN401 - JSON
    """Change one bit in the middle of the base64 that stands at ``path``; in a certificate or body, near the end."""
    *way, last = path
    for key in way:
        document = document[key]
    data = bytearray(base64.b64decode(document[last]))
    data[-5 if last in ("rawBytes", "signedTimestamp", "sig") else len(data) // 2] ^= 1
    document[last] = base64.b64encode(data).decode()


def legacy(shared_data: Path, version: str) -> Signed:
    """Return the one attestation of an image that the SLSA generator signed."""
    place = open_layout(shared_data / "signatures" / f"slsa-generator-{version}")
    (signed,) = collect(place, place.resolve().digest, attestations=True).signatures
    return signed


def digest_of(shared_data: Path, version: str) -> Digest:
    folder = shared_data / "signatures" / f"slsa-generator-{version}"
    return Digest.parse((folder / "DIGEST").read_text().strip())


def copied(shared_data: Path, version: str, folder: Path) -> str:
    """Copy a signed layout, to be changed; return how it is named."""
    shutil.copytree(shared_data / "signatures" / f"slsa-generator-{version}", folder / "layout")
    return f"oci-dir:{folder}/layout"


def asked(version: str, conditions: Conditions | None = None) -> ImageVerification:
    return ImageVerification(
        verifier=Verifier(trust=ROOT, rule=exactly(GENERATOR + version)),
        kind=ClaimKind.ATTESTATION,
        predicate_type=SLSA,
        conditions=conditions or Conditions(),
        now=1775719409,
    )


def walk(signed: Signed, digest: Digest, version: str, trust: TrustedRoot = ROOT) -> Verified:
    claim = Claim(kind=ClaimKind.ATTESTATION, digest=digest, predicate_type=SLSA)
    return Verifier(trust=trust, rule=exactly(GENERATOR + version)).verify(signed, claim)


class TestOlderLayout:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_holds(self, shared_data: Path, version: str):
        digest = digest_of(shared_data, version)
        found = walk(legacy(shared_data, version), digest, version)
        assert (found.subject, found.predicate_type) == (digest, SLSA)
        assert [one.by for one in found.logs] == [("promise",)]
        assert [step.value for step in found.steps] == ["3.1", "3.2", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4"]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_1_other_bytes_than_the_digest(self, shared_data: Path, version: str, tmp_path: Path):
        place = copied(shared_data, version, tmp_path)
        digest = digest_of(shared_data, version)
        manifest = tmp_path / "layout" / "blobs" / "sha256" / digest.hex
        manifest.write_bytes(manifest.read_bytes().replace(b"amd64", b"amd65", 1))
        with pytest.raises(DigestMismatch, match=digest.hex):
            verify_image(place, asked(version))

    @pytest.mark.parametrize("version", VERSIONS)
    def test_2_nothing_under_the_tag(self, shared_data: Path, version: str, tmp_path: Path):
        place = copied(shared_data, version, tmp_path)
        assert verify_image(place, asked(version)).subjects[0].result.subject == digest_of(shared_data, version)
        index = tmp_path / "layout" / "index.json"
        document = json.loads(index.read_bytes())
        document["manifests"] = [
            one for one in document["manifests"] if one.get("annotations", {}).get("kind") != ATTESTATIONS
        ]
        index.write_text(json.dumps(document))
        refused(Step.COLLECT, "there is no attestation", lambda: verify_image(place, asked(version)))

    @pytest.mark.parametrize("version", VERSIONS)
    def test_5_another_builder(self, shared_data: Path, version: str, tmp_path: Path):
        place = copied(shared_data, version, tmp_path)
        conditions = Conditions(required=(Requirement("builder.id", GENERATOR + "v0.0.1"),))
        refused(Step.CONDITIONS, "builder.id is", lambda: verify_image(place, asked(version, conditions)))

    @pytest.mark.parametrize("version", VERSIONS)
    def test_4_another_version_of_the_generator(self, shared_data: Path, version: str):
        signed, digest = legacy(shared_data, version), digest_of(shared_data, version)
        refused(Step.IDENTITY, "signed by", lambda: walk(signed, digest, "v9.9.9"))

    def test_parts_of_two_good_signatures(self, shared_data: Path):
        """Payload, signature, certificate or log entry of the other one: each is a signature of its own, and neither."""
        one, two = (legacy(shared_data, version) for version in VERSIONS)
        digest = digest_of(shared_data, "v1.5.0")
        swaps = {
            "entries": (Step.CHAIN, "was valid from"),
            "certificate": (Step.CHAIN, "was valid from"),
            "signature": (Step.SIGNATURE, "not signed by"),
            "message": (Step.SIGNATURE, "not signed by"),
        }
        for name, (step, says) in swaps.items():
            changed = replace(one, **{name: getattr(two, name)})
            refused(step, says, lambda changed=changed: walk(changed, digest, "v1.5.0"))
        both = replace(one, envelope=two.envelope, payload=two.payload)
        refused(Step.ENTRY, "about another envelope", lambda: walk(both, digest, "v1.5.0"))

    @pytest.mark.parametrize("version", VERSIONS)
    def test_3_8_an_envelope_written_anew(self, shared_data: Path, version: str):
        """The log knows the envelope by its bytes: the same JSON with a space in it is another one."""
        signed, digest = legacy(shared_data, version), digest_of(shared_data, version)
        assert signed.envelope is not None
        spaced = replace(signed.envelope, raw=signed.envelope.raw.replace(b'":"', b'": "', 1))
        refused(
            Step.ENTRY,
            "about another envelope",
            lambda: walk(replace(signed, envelope=spaced), digest, version),
        )

    @pytest.mark.parametrize("version", VERSIONS)
    def test_3_9_another_image(self, shared_data: Path, version: str):
        signed = legacy(shared_data, version)
        refused(Step.CONTENT, "the statement is about", lambda: walk(signed, Digest.of(b"x"), version))

    @pytest.mark.parametrize("version", VERSIONS)
    def test_3_2_another_time(self, shared_data: Path, version: str):
        signed, digest = legacy(shared_data, version), digest_of(shared_data, version)
        (entry,) = signed.entries
        for changed in (
            replace(entry, integrated_time=entry.integrated_time + 1),
            replace(entry, index=entry.index + 1),
            replace(entry, promise=entry.promise[:-1]),
            replace(entry, body=entry.body + b" "),
        ):
            refused(
                Step.TIME,
                "signed entry timestamp",
                lambda changed=changed: walk(replace(signed, entries=(changed,)), digest, version),
            )

    def test_3_3_no_entry(self, shared_data: Path):
        signed, digest = legacy(shared_data, "v1.10.0"), digest_of(shared_data, "v1.10.0")
        refused(Step.INCLUSION, "no transparency log", lambda: walk(replace(signed, entries=()), digest, "v1.10.0"))

    def test_3_5_no_certificate_log(self, shared_data: Path):
        signed, digest = legacy(shared_data, "v1.10.0"), digest_of(shared_data, "v1.10.0")
        trust = replace(ROOT, ct_logs=())
        refused(Step.SCT, "not trusted", lambda: walk(signed, digest, "v1.10.0", trust))
