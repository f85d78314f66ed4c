# ruff: noqa: ANN401 - arguments that are handed on
"""Signatures of a Sigstore instance of our own: what each step refuses, made to order.

Real signatures (`test_real_signatures`) can be damaged, but nobody can get a wrong one signed by a real authority.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from sigstore.errors import Error as OracleError
from sigstore.models import Bundle as OracleBundle
from sigstore.models import TrustedRoot as OracleRoot
from sigstore.verify import Verifier as OracleVerifier
from sigstore.verify.policy import Identity

from der_writer import utf8
from prill.model import Digest
from prill.signing._pem import to_pem
from prill.signing.blob_bundle import read_blob_bundle
from prill.signing.bundle import Bundle
from prill.signing.certificate import SigningCertificate
from prill.signing.keys import Message
from prill.signing.log_entry import LogEntry
from prill.signing.private_key import PrivateKey
from prill.signing.rekor import _entry
from prill.signing.sign import bundle_of, sign_attestation, sign_file, sign_image, sign_image_legacy, statement_json
from prill.signing.signed import Signed
from prill.signing.steps import Step, VerificationError
from prill.signing.strict_json import Fields, Malformed, encode_json
from prill.signing.subject import Claim, ClaimKind
from prill.signing.timestamp import BadTimestamp, UnknownAuthority, verify_timestamp
from prill.signing.trusted_root import TrustedRoot
from prill.signing.verified import Verified
from prill.signing.verifier import Verifier
from sigstore_instance import ISSUER, ME, Instance, InstanceSigner, b64, ca_certificate, key_usage, new_key

DIGEST = Digest.of(b"the image's manifest")
CLAIM = Claim(kind=ClaimKind.SIGNATURE, digest=DIGEST)


def pem_of(signed: Signed) -> str:
    return b64(to_pem("CERTIFICATE", signed.certificate))


def entry_of(answer: dict[str, Any]) -> LogEntry:
    return _entry(Fields(answer, "it"))


def recorded(instance: Instance, signed: Signed, **other: Any) -> Signed:
    """Put a hashedrekord 0.0.1 about ``signed``, or about ``other`` values, on record."""
    spec = {
        "data": {"hash": {"algorithm": "sha256", "value": other.get("sha256", signed.message.sha256).hex()}},
        "signature": {
            "content": b64(other.get("signature", signed.signature)),
            "publicKey": {"content": other.get("key", pem_of(signed))},
        },
    }
    answer = instance.add({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec})
    return replace(signed, entries=(entry_of(answer),))


def stamped(instance: Instance, signed: Signed, **change: Any) -> Signed:
    return replace(signed, timestamps=(instance.stamp(hashlib.sha256(signed.timestamped).digest(), **change),))


def check(signed: Signed, trust: TrustedRoot, *, claim: Claim = CLAIM, **options: Any) -> Verified:
    return Verifier(trust=trust, rule=options.pop("rule", ME), **options).verify(signed, claim)


def refused(step: Step, says: str, work: Callable[[], object]) -> None:
    with pytest.raises(VerificationError, match=says) as caught:
        work()
    assert caught.value.step is step, caught.value


class TestKindsOfEntries:
    """3.8: for each kind, an entry that is about this signature, and ones that are about something else."""

    def test_hashedrekord_1(self, instance: Instance, trust: TrustedRoot):
        signed = sign_image_legacy(DIGEST, InstanceSigner(instance), reference="example.test/app")
        assert check(recorded(instance, signed), trust).logs[0].by == ("promise", "inclusion")
        other = InstanceSigner(instance)
        for change, says in (
            ({"sha256": bytes(32)}, "another signed bytes"),
            ({"signature": other.sign(signed.payload)}, "another signature"),
            ({"key": b64(to_pem("CERTIFICATE", other.certificate))}, "another key"),
            ({"key": b64(to_pem("PUBLIC KEY", other.public_key.der))}, "another key"),
        ):
            wrong = recorded(instance, signed, **change)
            refused(Step.ENTRY, says, lambda wrong=wrong: check(wrong, trust))

    def test_a_bundle_with_a_hashedrekord_1(self, instance: Instance, trust: TrustedRoot):
        signed = recorded(instance, sign_image(DIGEST, InstanceSigner(instance)))
        assert check(Bundle.parse(bundle_of(signed).encode()).signed("it"), trust).time == instance.now

    def test_dsse_1(self, instance: Instance, trust: TrustedRoot):
        signed = sign_image(DIGEST, InstanceSigner(instance))
        one = {"signature": b64(signed.signature), "verifier": pem_of(signed)}
        good = {
            "envelopeHash": instance.hash(b"whatever"),
            "payloadHash": instance.hash(signed.payload),
            "signatures": [one],
        }
        self.walk(instance, trust, signed, ("dsse", "0.0.1"), good, [
            ({"payloadHash": instance.hash(b"x")}, "another payload"),
            ({"signatures": [{**one, "signature": b64(b"x")}]}, "another signature"),
            ({"signatures": [{**one, "verifier": b64(to_pem("PUBLIC KEY", b"x"))}]}, "another key"),
            ({"signatures": [one, one]}, "2 signatures"),
            ({"signatures": []}, "0 signatures"),
            ({"payloadHash": {"algorithm": "sha512", "value": "x"}}, "another payload"),
        ])  # fmt: skip

    def test_intoto_2(self, instance: Instance, trust: TrustedRoot):
        signed = sign_image(DIGEST, InstanceSigner(instance))
        assert signed.envelope is not None
        one = {"sig": b64(b64(signed.signature).encode()), "publicKey": pem_of(signed)}
        envelope = {"payloadType": signed.envelope.payload_type, "signatures": [one]}
        good = {"content": {"envelope": envelope, "payloadHash": instance.hash(signed.payload)}}

        def changed(**content: Any) -> dict[str, Any]:
            return {"content": {**good["content"], **content}}

        self.walk(instance, trust, signed, ("intoto", "0.0.2"), good, [
            (changed(payloadHash=instance.hash(b"x")), "another payload"),
            (changed(envelope={**envelope, "payloadType": "text/plain"}), "another payload type"),
            (changed(envelope={**envelope, "signatures": [{**one, "sig": b64(signed.signature)}]}), "base64"),
            (changed(envelope={**envelope, "signatures": [{**one, "sig": b64(b64(b"x").encode())}]}), "another signature"),
            (changed(envelope={**envelope, "signatures": [{**one, "publicKey": b64(to_pem("CERTIFICATE", b"x"))}]}), "another key"),
        ])  # fmt: skip

    def test_intoto_1_needs_the_envelopes_bytes(self, instance: Instance, trust: TrustedRoot):
        signed = sign_image(DIGEST, InstanceSigner(instance))
        spec = {
            "content": {"hash": instance.hash(b"x"), "payloadHash": instance.hash(signed.payload)},
            "publicKey": pem_of(signed),
        }
        answer = instance.add({"apiVersion": "0.0.1", "kind": "intoto", "spec": spec})
        wrong = replace(signed, entries=(entry_of(answer),))
        refused(Step.ENTRY, "a bundle does not keep them", lambda: check(wrong, trust))

    def test_intoto_1(self, instance: Instance, trust: TrustedRoot):
        claim = Claim(kind=ClaimKind.ATTESTATION, digest=DIGEST, predicate_type="https://p.test")
        statement = statement_json(DIGEST, predicate_type="https://p.test", predicate=b"{}", legacy=True)
        signed = sign_attestation(statement, InstanceSigner(instance), legacy=True)
        good = {
            "content": {"hash": instance.hash(signed.envelope_raw), "payloadHash": instance.hash(signed.payload)},
            "publicKey": pem_of(signed),
        }
        for spec, says in (
            (good, ""),
            ({**good, "publicKey": b64(to_pem("CERTIFICATE", b"x"))}, "another key"),
            ({**good, "content": {**good["content"], "hash": instance.hash(b"x")}}, "another envelope"),
            ({**good, "content": {**good["content"], "payloadHash": instance.hash(b"x")}}, "another payload"),
        ):
            answer = instance.add({"apiVersion": "0.0.1", "kind": "intoto", "spec": spec})
            one = replace(signed, entries=(entry_of(answer),))
            if says:
                refused(Step.ENTRY, says, lambda one=one: check(one, trust, claim=claim))
            else:
                assert check(one, trust, claim=claim).predicate_type == "https://p.test"

    def test_rekor_2(self, instance: Instance, trust: TrustedRoot):
        """Entries of Rekor 2 say no time, which a time stamp does."""
        signed = stamped(instance, sign_image(DIGEST, InstanceSigner(instance)))
        by = {"x509Certificate": {"rawBytes": b64(signed.certificate)}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"}
        data = {"algorithm": "SHA2_256", "digest": b64(signed.message.sha256)}
        signature = {"content": b64(signed.signature), "verifier": by}
        payload = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(signed.payload).digest())}
        for kind, name, good, changes in (
            ("hashedrekord", "hashedRekordV002", {"data": data, "signature": signature}, [
                ({"data": {**data, "digest": b64(bytes(32))}}, "another signed bytes"),
                ({"data": {**data, "algorithm": "SHA2_512"}}, "another signed bytes"),
                ({"data": {**data, "algorithm": "SHA1"}}, "the hash 'SHA1' is not taken"),
                ({"signature": {**signature, "content": b64(b"x")}}, "another signature"),
                ({"signature": {**signature, "verifier": {"publicKey": {"rawBytes": b64(b"x")}}}}, "another key"),
            ]),
            ("dsse", "dsseV002", {"payloadHash": payload, "signatures": [signature]}, [
                ({"payloadHash": {**payload, "digest": b64(bytes(32))}}, "another payload"),
                ({"signatures": [{**signature, "content": b64(b"x")}]}, "another signature"),
                ({"signatures": [signature, signature]}, "2 signatures"),
            ]),
        ):  # fmt: skip
            for change, says in ({}, ""), *changes:
                document = {"apiVersion": "0.0.2", "kind": kind, "spec": {name: {**good, **change}}}
                entry = LogEntry.of_bundle(Fields(instance.add2(document), "it"))
                one = replace(signed, entries=(entry,))
                if says:
                    refused(Step.ENTRY, says, lambda one=one: check(one, trust))
                else:
                    found = check(one, trust)
                    assert (found.logs[0].by, found.time_by) == (("inclusion",), "a timestamp authority")
                    without = replace(one, timestamps=())
                    refused(Step.TIME, "nobody trusted says when", lambda without=without: check(without, trust))

    @pytest.mark.parametrize(("algorithm", "size"), [("sha384", 384), ("sha512", 512)])
    def test_hashes_that_fit_larger_keys(self, instance: Instance, trust: TrustedRoot, algorithm: str, size: int):
        signed = stamped(instance, sign_image(DIGEST, InstanceSigner(instance)))
        assert signed.message.data is not None
        digest = hashlib.new(algorithm, signed.message.data)
        stated = {"hash": {"algorithm": algorithm, "value": digest.hexdigest()}}
        signature = {"content": b64(signed.signature), "publicKey": {"content": pem_of(signed)}}
        spec = {"data": stated, "signature": signature}
        self.walk(instance, trust, signed, ("hashedrekord", "0.0.1"), spec, [
            ({"data": {"hash": {**stated["hash"], "value": digest.hexdigest()[:64]}}}, "another signed bytes"),
        ])  # fmt: skip
        by = {"x509Certificate": {"rawBytes": b64(signed.certificate)}}
        record = {
            "data": {"algorithm": f"SHA2_{size}", "digest": b64(digest.digest())},
            "signature": {"content": b64(signed.signature), "verifier": by},
        }
        document = {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": record}}
        entry = LogEntry.of_bundle(Fields(instance.add2(document), "it"))
        assert Step.ENTRY in check(replace(signed, entries=(entry,)), trust).steps

    def test_rekor_2_out_of_use(self, instance: Instance, trust: TrustedRoot):
        """An entry says no time; the log has to have been in use when the authority dated the signature."""
        signed = stamped(instance, sign_image(DIGEST, InstanceSigner(instance)))
        by = {"x509Certificate": {"rawBytes": b64(signed.certificate)}, "keyDetails": "PKIX_ECDSA_P256_SHA_256"}
        data = {"algorithm": "SHA2_256", "digest": b64(signed.message.sha256)}
        record = {"data": data, "signature": {"content": b64(signed.signature), "verifier": by}}
        document = {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": record}}
        one = replace(signed, entries=(LogEntry.of_bundle(Fields(instance.add2(document), "it")),))
        assert check(one, trust).logs
        gone = tuple(replace(log, period=replace(log.period, end=1_710_000_000)) for log in trust.logs)
        refused(Step.INCLUSION, "was not in use", lambda: check(one, replace(trust, logs=gone)))

    def test_a_log_that_stands_there_for_two_periods(self, instance: Instance, trust: TrustedRoot):
        """A root may list a log again, with the time after its first; whichever fits counts."""
        signed = stamped(instance, recorded(instance, sign_image(DIGEST, InstanceSigner(instance))))
        logs, ct_logs, authorities = (
            (*(replace(one, period=replace(one.period, end=1_710_000_000)) for one in several), *several)
            for several in (trust.logs, trust.ct_logs, trust.timestamp_authorities)
        )
        twice = replace(trust, logs=logs, ct_logs=ct_logs, timestamp_authorities=authorities)
        assert check(signed, twice).logs
        unpromised = replace(signed, entries=(replace(signed.entries[0], promise=b""),))
        assert check(unpromised, twice).time_by == "a timestamp authority"
        gone = replace(twice, logs=logs[: len(trust.logs)])
        refused(Step.TIME, "was not in use", lambda: check(signed, gone))
        refused(Step.INCLUSION, "was not in use", lambda: check(unpromised, gone))
        gone = replace(twice, ct_logs=ct_logs[: len(trust.ct_logs)])
        refused(Step.SCT, "was not in use", lambda: check(signed, gone))

    def test_unknown_kinds(self, instance: Instance, trust: TrustedRoot):
        signed = sign_image(DIGEST, InstanceSigner(instance))
        answer = instance.add({"apiVersion": "9.9.9", "kind": "rfc3161", "spec": {}})
        wrong = replace(signed, entries=(entry_of(answer),))
        refused(Step.ENTRY, "'rfc3161' '9.9.9' are not known", lambda: check(wrong, trust))
        lied = replace(wrong, entries=(replace(wrong.entries[0], kind="dsse", version="0.0.1"),))
        refused(Step.ENTRY, "was announced as a dsse", lambda: check(lied, trust))

    def test_an_entry_with_nothing_to_it(self, instance: Instance, trust: TrustedRoot):
        signed = recorded(instance, sign_image(DIGEST, InstanceSigner(instance)))
        bare = replace(signed, entries=(replace(signed.entries[0], promise=b"", proof=None),))
        refused(Step.INCLUSION, "neither a promise nor a proof", lambda: check(bare, trust))

    @staticmethod
    def walk(
        instance: Instance,
        trust: TrustedRoot,
        signed: Signed,
        kind: tuple[str, str],
        good: dict[str, Any],
        changes: list[tuple[dict[str, Any], str]],
    ) -> None:
        name, version = kind
        for change, says in ({}, ""), *changes:
            answer = instance.add({"apiVersion": version, "kind": name, "spec": {**good, **change}})
            one = replace(signed, entries=(entry_of(answer),))
            if says:
                refused(Step.ENTRY, says, lambda one=one: check(one, trust))
            else:
                assert Step.ENTRY in check(one, trust).steps


class TestCertificates:
    """3.4 to 3.6, and what stands in 3.1 and 4."""

    def signed(self, instance: Instance, **change: Any) -> Signed:
        return recorded(instance, sign_image(DIGEST, InstanceSigner(instance, **change)))

    @pytest.mark.parametrize(
        ("change", "step", "says"),
        [
            ({"begin": -700, "end": -60}, Step.CHAIN, "was valid from"),
            ({"begin": 60, "end": 600}, Step.CHAIN, "was valid from"),
            ({"sct": False}, Step.SCT, "no signed certificate timestamp"),
            ({"extended": [ExtendedKeyUsageOID.CLIENT_AUTH]}, Step.PURPOSE, "no code signing"),
            ({"usage": key_usage(ca=True)}, Step.PURPOSE, "no digital signatures"),
            ({"names": []}, Step.FORM, "0 alternative names"),
            ({"names": [x509.RFC822Name("a@b.test"), x509.RFC822Name("me@example.test")]}, Step.FORM, "2 alternative"),
            ({"names": [x509.DirectoryName(x509.Name([]))]}, Step.FORM, "names no signer"),
            ({"email": "you@example.test"}, Step.IDENTITY, "signed by 'you@example.test'"),
            ({"issuer": "https://evil.test"}, Step.IDENTITY, "vouched for by 'https://evil.test'"),
            (
                {"more": [(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]},
                Step.CHAIN,
                "nobody here understands",
            ),
            (
                {"more": [(x509.BasicConstraints(ca=True, path_length=None), True)]},
                Step.PURPOSE,
                "an authority's, not a signer's",
            ),
        ],
    )
    def test_refused(self, instance: Instance, trust: TrustedRoot, change: dict[str, Any], step: Step, says: str):
        signed = self.signed(instance, **change)
        refused(step, says, lambda: check(signed, trust))

    def test_another_authority_of_the_same_name(self, instance: Instance, trust: TrustedRoot):
        key = new_key()
        forged = ca_certificate("middle", key, (instance.root, instance.root_key), path=0)
        signed = self.signed(instance, signer=(forged, key))
        refused(Step.CHAIN, "no trusted authority", lambda: check(signed, trust))

    def test_an_authority_below_one_that_may_have_none(self, instance: Instance, trust: TrustedRoot):
        """The trusted chain is what it is: a certificate by somebody that it does not name does not belong to it."""
        key = new_key()
        below = ca_certificate("below", key, (instance.middle, instance.middle_key), path=0)
        signed = self.signed(instance, signer=(below, key))
        refused(Step.CHAIN, "no trusted authority", lambda: check(signed, trust))
        chain = (below.public_bytes(Encoding.DER), *trust.authorities[0].chain)
        longer = replace(trust, authorities=(replace(trust.authorities[0], chain=chain),))
        refused(Step.CHAIN, "allows 0 authorities below it", lambda: check(signed, longer))

    def test_a_chain_with_a_hole_in_it(self, instance: Instance, trust: TrustedRoot):
        other = ca_certificate("root", new_key(), None, path=1).public_bytes(Encoding.DER)
        broken = replace(trust.authorities[0], chain=(trust.authorities[0].chain[0], other))
        signed = self.signed(instance)
        refused(Step.CHAIN, "was not issued by", lambda: check(signed, replace(trust, authorities=(broken,))))

    def test_every_time_has_to_be_within_the_certificates(self, instance: Instance, trust: TrustedRoot):
        signed = stamped(instance, self.signed(instance), time=instance.now - 86400)
        refused(Step.CHAIN, "was valid from", lambda: check(signed, trust))

    def test_who_vouched_is_read_from_either_extension(self, instance: Instance):
        certificate = instance.certify(new_key().public_key(), issuer="https://ü.test")
        assert SigningCertificate.parse(certificate.public_bytes(Encoding.DER)).issuer == "https://ü.test"
        builder = x509.CertificateBuilder(
            issuer_name=certificate.issuer,
            subject_name=certificate.subject,
            public_key=certificate.public_key(),
            serial_number=1,
            not_valid_before=datetime(2024, 1, 1, tzinfo=UTC),
            not_valid_after=datetime(2034, 1, 1, tzinfo=UTC),
            extensions=[one for one in certificate.extensions if one.oid != ISSUER],
        )
        older = builder.sign(instance.middle_key, SHA256())
        assert SigningCertificate.parse(older.public_bytes(Encoding.DER)).issuer == "https://ü.test"

    def test_user_names(self, instance: Instance):
        name = x509.OtherName(ObjectIdentifier("1.3.6.1.4.1.57264.1.7"), utf8("somebody!example.test"))
        certificate = instance.certify(new_key().public_key(), names=[name])
        assert SigningCertificate.parse(certificate.public_bytes(Encoding.DER)).identity == "somebody!example.test"
        with pytest.raises(Malformed):
            SigningCertificate.parse(b"no certificate")


class TestTimestamps:
    """RFC 3161, with the steps of `prill.signing.timestamp`."""

    MESSAGE = b"a signature"

    def stamp(self, instance: Instance, **change: Any) -> bytes:
        return instance.stamp(hashlib.sha256(self.MESSAGE).digest(), **change)

    def test_good(self, instance: Instance, trust: TrustedRoot):
        assert verify_timestamp(self.stamp(instance), self.MESSAGE, trust) == instance.now
        assert verify_timestamp(self.stamp(instance, time=1_750_000_000), self.MESSAGE, trust) == 1_750_000_000

    def test_other_bytes(self, instance: Instance, trust: TrustedRoot):
        with pytest.raises(BadTimestamp, match="about other bytes"):
            verify_timestamp(self.stamp(instance), b"another signature", trust)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"status": 2}, "refused"),
            ({"digest": bytes(32)}, "over other content"),
            ({"content_type": "1.2.3"}, "another type of content"),
            ({"key": new_key()}, "not signed by its authority"),
            ({"time": 1_600_000_000}, "was valid from"),
        ],
    )
    def test_bad(self, instance: Instance, trust: TrustedRoot, change: dict[str, Any], says: str):
        with pytest.raises(BadTimestamp, match=says):
            verify_timestamp(self.stamp(instance, **change), self.MESSAGE, trust)

    def test_a_certificate_for_something_else(self, instance: Instance, trust: TrustedRoot):
        for extended in (
            [ExtendedKeyUsageOID.CODE_SIGNING],
            [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING],
        ):
            certificate = instance.tsa_certificate(extended=extended)
            with pytest.raises(BadTimestamp, match="not one for time stamps"):
                verify_timestamp(self.stamp(instance, certificate=certificate), self.MESSAGE, trust)

    def test_nobody_that_is_known(self, instance: Instance):
        with pytest.raises(UnknownAuthority):
            verify_timestamp(self.stamp(instance), self.MESSAGE, TrustedRoot())
        other = TrustedRoot.parse(encode_json(Instance().trusted_root()))
        with pytest.raises(UnknownAuthority):
            verify_timestamp(self.stamp(instance), self.MESSAGE, other)

    @pytest.mark.parametrize("others", [b"\xa2\x02\x05\x00", b"\x30\x02\x05\x00"])
    def test_what_else_a_token_brings_along(self, instance: Instance, trust: TrustedRoot, others: bytes):
        """Such as a certificate of attributes: the one that signed is known without it."""
        assert verify_timestamp(self.stamp(instance, others=others), self.MESSAGE, trust) == instance.now

    def test_two_authorities_of_one_name(self, instance: Instance, trust: TrustedRoot):
        """An authority with a new root keeps its name; the certificate tells whose a time stamp is."""
        other = TrustedRoot.parse(encode_json(Instance().trusted_root()))
        several = (*other.timestamp_authorities, *trust.timestamp_authorities)
        for authorities in (several, several[::-1]):
            both = replace(trust, timestamp_authorities=authorities)
            assert verify_timestamp(self.stamp(instance), self.MESSAGE, both) == instance.now
            with pytest.raises(BadTimestamp, match="not signed by its authority"):
                verify_timestamp(self.stamp(instance, key=new_key()), self.MESSAGE, both)

    def test_an_authority_out_of_use(self, instance: Instance, trust: TrustedRoot):
        (one,) = trust.timestamp_authorities
        gone = replace(trust, timestamp_authorities=(replace(one, period=replace(one.period, end=1_710_000_000)),))
        with pytest.raises(BadTimestamp, match="was not in use"):
            verify_timestamp(self.stamp(instance), self.MESSAGE, gone)

    def test_every_byte_counts(self, instance: Instance, trust: TrustedRoot):
        """Whatever byte is changed, the answer is no other time; most changes are refused outright."""
        good = self.stamp(instance)
        for place in range(0, len(good), 3):
            changed = bytearray(good)
            changed[place] ^= 0x01
            try:
                found = verify_timestamp(bytes(changed), self.MESSAGE, trust)
            except (BadTimestamp, UnknownAuthority):
                continue
            assert found == instance.now, place

    @pytest.mark.parametrize("data", [b"", b"\x30\x00", b"no time stamp", bytes(70_000)])
    def test_no_time_stamp(self, trust: TrustedRoot, data: bytes):
        with pytest.raises(BadTimestamp):
            verify_timestamp(data, b"", trust)


class TestOptions:
    def test_a_time_stamp_is_enough_where_a_log_is_optional(self, instance: Instance, trust: TrustedRoot):
        signed = stamped(instance, sign_image(DIGEST, InstanceSigner(instance)))
        refused(Step.INCLUSION, "no transparency log", lambda: check(signed, trust))
        found = check(signed, trust, log_optional=True)
        assert (found.logs, found.time) == ((), instance.now)
        refused(Step.TIME, "nobody", lambda: check(replace(signed, timestamps=()), trust, log_optional=True))

    def test_a_log_that_nobody_knows_where_a_log_is_optional(self, instance: Instance, trust: TrustedRoot):
        signed = stamped(instance, recorded(instance, sign_image(DIGEST, InstanceSigner(instance))))
        nobody = replace(trust, logs=())
        refused(Step.TIME, "not trusted", lambda: check(signed, nobody))
        assert check(signed, nobody, log_optional=True).logs == ()

    def test_an_entry_of_a_key_is_verified_as_well(self, instance: Instance, trust: TrustedRoot):
        key = PrivateKey.of(new_key())

        class Plain:
            public_key = key.public_key
            certificate = b""
            sign = staticmethod(key.sign)

        signed = sign_image(DIGEST, Plain())
        pem = b64(key.public_key.to_pem())
        good = recorded(instance, signed, key=pem)
        assert check(good, trust, rule=key.public_key).time == instance.now
        damaged = replace(good, entries=(replace(good.entries[0], promise=b"x"),))
        refused(Step.TIME, "not by", lambda: check(damaged, trust, rule=key.public_key))
        about = recorded(instance, signed, key=pem, signature=b"x")
        refused(Step.ENTRY, "another signature", lambda: check(about, trust, rule=key.public_key))
        refused(Step.FORM, "made with a key", lambda: check(good, trust))
        keyless = recorded(instance, sign_image(DIGEST, InstanceSigner(instance)))
        refused(Step.IDENTITY, "made with a certificate", lambda: check(keyless, trust, rule=key.public_key))

    def test_files(self, instance: Instance, trust: TrustedRoot):
        signed = recorded(instance, sign_file(b"a file", InstanceSigner(instance)))
        claim = Claim(kind=ClaimKind.FILE, digest=Digest.of(b"a file"))
        bundle = Bundle.parse(bundle_of(signed).encode())
        assert check(bundle.signed("it", signed.message), trust, claim=claim).subject == claim.digest
        with pytest.raises(Malformed, match="another file"):
            bundle.signed("it", replace(signed.message, sha256=bytes(32)))
        with pytest.raises(Malformed, match="is over a file"):
            bundle.signed("it")
        attestation = replace(claim, kind=ClaimKind.ATTESTATION)
        refused(Step.CONTENT, "not the attestation", lambda: check(signed, trust, claim=attestation))

    def test_a_witness_that_comes_twice(self, instance: Instance):
        """Some count witnesses, and the specification's other readers refuse them twice."""
        signed = stamped(instance, recorded(instance, sign_file(b"a file", InstanceSigner(instance))))
        for twice in (
            replace(signed, entries=signed.entries * 2),
            replace(signed, timestamps=signed.timestamps * 2),
        ):
            with pytest.raises(Malformed, match=r"(log entry|time stamp) twice"):
                Bundle.parse(bundle_of(twice).encode())
        later = instance.stamp(hashlib.sha256(signed.signature).digest(), time=instance.now + 1)
        Bundle.parse(bundle_of(replace(signed, timestamps=(*signed.timestamps, later))).encode())

    def test_cosign_2s_bundle_of_an_identity(self, instance: Instance, trust: TrustedRoot):
        """A certificate and a log's entry, promised alone, as that form has them."""
        signed = recorded(instance, sign_file(b"a file", InstanceSigner(instance)))
        claim = Claim(kind=ClaimKind.FILE, digest=Digest.of(b"a file"))
        document = {
            "base64Signature": b64(signed.signature),
            "cert": pem_of(signed),
            "rekorBundle": signed.entries[0].to_annotation(),
        }
        read = read_blob_bundle(Fields(document, "it"), signed.message)
        assert check(read, trust, claim=claim).logs[0].by == ("promise",)
        other = replace(claim, digest=Digest.of(b"b"))
        refused(
            Step.SIGNATURE, "not signed", lambda: check(replace(read, message=Message.of(b"b")), trust, claim=other)
        )
        unlisted = read_blob_bundle(Fields({**document, "rekorBundle": None}, "it"), signed.message)
        refused(Step.INCLUSION, "no transparency log", lambda: check(unlisted, trust, claim=claim))
        another = recorded(instance, sign_file(b"a file", InstanceSigner(instance)))
        swapped = {**document, "rekorBundle": another.entries[0].to_annotation()}
        wrong = read_blob_bundle(Fields(swapped, "it"), signed.message)
        refused(Step.ENTRY, "another signature", lambda: check(wrong, trust, claim=claim))


def test_the_sigstore_package_agrees(instance: Instance, trust: TrustedRoot, tmp_path: Path):
    """The oracle: sigstore-python verifies our bundle, and refuses it where we do."""
    path = tmp_path / "root.json"
    path.write_bytes(encode_json(instance.trusted_root()))
    theirs = OracleVerifier(trusted_root=OracleRoot.from_file(str(path)))
    policy = Identity(identity="me@example.test", issuer="https://issuer.example.test")
    signed = stamped(instance, sign_file(b"a file", InstanceSigner(instance)))
    signed = recorded(instance, signed)
    ours = bundle_of(signed).encode()
    theirs.verify_artifact(b"a file", OracleBundle.from_json(ours.decode()), policy)
    check(signed, trust, claim=Claim(kind=ClaimKind.FILE, digest=Digest.of(b"a file")))
    for wrong in (replace(signed, signature=signed.signature[:-1] + b"\0"), replace(signed, timestamps=(b"x",))):
        with pytest.raises(OracleError):
            theirs.verify_artifact(b"a file", OracleBundle.from_json(bundle_of(wrong).encode().decode()), policy)
        with pytest.raises(VerificationError):
            check(wrong, trust, claim=Claim(kind=ClaimKind.FILE, digest=Digest.of(b"a file")))
