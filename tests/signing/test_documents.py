"""What is read strictly: JSON, PEM, DER, checkpoints, envelopes, payloads, trusted roots."""

import hashlib
import json
from importlib.resources import files
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.api.trust import shipped_root
from prill.formats.in_toto import ResourceDescriptor
from prill.model import Digest
from prill.signing import _der
from prill.signing._der import parse_der
from prill.signing._pem import pem_blocks, to_pem
from prill.signing.checkpoint import Checkpoint
from prill.signing.dsse import Envelope, pae
from prill.signing.log_entry import LogEntry
from prill.signing.merkle import NotIncluded, inner_hash, leaf_hash, root_of_inclusion
from prill.signing.predicates import UnknownPredicate, encode_predicate, predicate_type
from prill.signing.signing_config import SigningConfig
from prill.signing.simple_signing import SimpleSigning
from prill.signing.statement import parse_statement
from prill.signing.strict_json import Malformed, encode_json, parse_json
from prill.signing.trusted_root import Period, TrustedRoot

DIGEST = Digest.of(b"x")


class TestJson:
    @pytest.mark.parametrize(
        "text",
        ['{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '{"a":[{"b":1,"b":2}]}', "[]", "1", "", "{", '{"a":NaN}', "\xff"],
    )
    def test_refused(self, text: str):
        with pytest.raises(Malformed):
            parse_json(text.encode("latin-1"), "it")

    def test_too_deep_and_too_large(self):
        with pytest.raises(Malformed):
            parse_json(b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "it")
        with pytest.raises(Malformed, match="more than 10"):
            parse_json(b'{"a":12345678}', "it", most=10)

    def test_fields_say_where_they_are(self):
        fields = parse_json(b'{"a":{"b":[{"c":1}],"d":true,"e":"!","f":"12"}}', "it")
        inner = fields.fields("a")
        with pytest.raises(Malformed, match=r"it\.a\.b\[0\]\.c is 1, not a string"):
            next(inner.items("b")).text("c")
        with pytest.raises(Malformed, match="not a number"):
            inner.number("d")
        with pytest.raises(Malformed, match="no base64"):
            inner.data("e")
        with pytest.raises(Malformed, match="has no 'x'"):
            inner.text("x")
        with pytest.raises(Malformed, match="more than 0"):
            inner.list("b", most=0)
        assert inner.number("f") == 12

    def test_a_key_that_stands_twice_behind_many_others_is_found_at_once(self):
        many = ",".join(f'"{number}":0' for number in range(300_000))  # took the square of their number
        before = process_time()
        with pytest.raises(Malformed, match="'last' stands there twice"):
            parse_json(f'{{{many},"last":1,"last":2}}'.encode(), "a bundle")
        assert process_time() - before < 10


class TestPemAndDer:
    @given(st.binary(min_size=1, max_size=300))
    def test_pem_round_trip(self, data: bytes):
        assert pem_blocks(to_pem("A KEY", data), "it") == (("A KEY", data),)

    @pytest.mark.parametrize(
        "data", [b"", b"-----BEGIN X-----\nAA\n-----END Y-----", b"-----BEGIN X-----\n!\n-----END X-----"]
    )
    def test_no_pem(self, data: bytes):
        with pytest.raises(Malformed):
            pem_blocks(data, "it")

    @given(st.binary(max_size=60))
    def test_der_never_crashes(self, data: bytes):
        try:
            element = parse_der(data, "it")
        except Malformed:
            return
        assert element.raw == data

    @pytest.mark.parametrize(
        "text", ["", "30", "3080", "30810100", "3082000100", "300100", "30020500ff", "1f0100", "3003020100"]
    )
    def test_der(self, text: str):
        data = bytes.fromhex(text)
        if text == "3003020100":
            assert parse_der(data, "it").only("it").integer() == 0
            return
        with pytest.raises(Malformed):
            parse_der(data, "it").children()

    def test_oids(self):
        assert parse_der(bytes.fromhex("06092a864886f70d010702"), "it").oid() == "1.2.840.113549.1.7.2"
        with pytest.raises(Malformed):
            _der.oid(b"\x81")


class TestMerkle:
    """Against a tree that is built whole."""

    @staticmethod
    def tree(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaf_hash(leaves[0])
        split = 1 << (len(leaves) - 1).bit_length() - 1
        return inner_hash(TestMerkle.tree(leaves[:split]), TestMerkle.tree(leaves[split:]))

    @staticmethod
    def proof(leaves: list[bytes], index: int) -> list[bytes]:
        if len(leaves) == 1:
            return []
        split = 1 << (len(leaves) - 1).bit_length() - 1
        if index < split:
            return [*TestMerkle.proof(leaves[:split], index), TestMerkle.tree(leaves[split:])]
        return [*TestMerkle.proof(leaves[split:], index - split), TestMerkle.tree(leaves[:split])]

    @given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
    def test_every_entry_of_every_tree(self, place: tuple[int, int]):
        size, index = place
        leaves = [bytes([number]) for number in range(size)]
        root, proof = self.tree(leaves), self.proof(leaves, index)
        assert root_of_inclusion(leaves[index], index=index, size=size, hashes=proof) == root
        assert root_of_inclusion(b"other", index=index, size=size, hashes=proof) != root
        for wrong in (proof[:-1], [*proof, root]):
            if len(wrong) >= 0 and wrong != proof:
                with pytest.raises(NotIncluded):
                    root_of_inclusion(leaves[index], index=index, size=size, hashes=wrong)

    @pytest.mark.parametrize(("index", "size"), [(1, 1), (-1, 1), (0, 0), (5, 2)])
    def test_outside(self, index: int, size: int):
        with pytest.raises(NotIncluded, match="outside"):
            root_of_inclusion(b"", index=index, size=size, hashes=[])

    def test_endless(self):
        with pytest.raises(NotIncluded):
            root_of_inclusion(b"", index=0, size=1 << 63, hashes=[bytes(32)] * 65)
        with pytest.raises(NotIncluded):
            root_of_inclusion(b"", index=0, size=2, hashes=[bytes(31)])


class TestCheckpoint:
    GOOD = "log.example - 1\n12\n" + "A" * 43 + "=\n\n— log.example AAAAAAEC\n"

    def test_good(self):
        found = Checkpoint.parse(self.GOOD)
        assert (found.origin, found.size, len(found.root)) == ("log.example - 1", 12, 32)
        assert found.signed == self.GOOD.split("\n\n")[0].encode() + b"\n"
        assert found.signatures[0].key_hint == bytes(4)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("\n\n", "\n"),
            ("12", "-1"),
            ("12", "٣"),
            ("12", "9" * 20),
            ("— ", "- "),
            (" AAAAAAEC", ""),
            ("AAAAAAEC", "AAAA"),
            ("EC\n", "EC"),
        ],
    )
    def test_bad(self, old: str, new: str):
        with pytest.raises(Malformed):
            Checkpoint.parse(self.GOOD.replace(old, new))

    def test_long(self):
        with pytest.raises(Malformed):
            Checkpoint.parse(self.GOOD + "x" * 70_000)


class TestEnvelope:
    def test_pae_is_the_specifications(self):
        assert pae("http://example.com/HelloWorld", b"hello world") == (
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        )
        assert pae("ü", b"") == b"DSSEv1 2 \xc3\xbc 0 "

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"payload": "AA==", "payloadType": "x", "signatures": []},
            {"payload": "!", "payloadType": "x", "signatures": [{"sig": "AA=="}]},
            {"payload": "AA==", "signatures": [{"sig": "AA=="}]},
            {"payload": "AA==", "payloadType": "x", "signatures": [{"sig": "AA=="}] * 33},
        ],
    )
    def test_bad(self, document: dict[str, object]):
        with pytest.raises(Malformed):
            Envelope.parse(json.dumps(document).encode())


class TestPayloads:
    def test_simple_signing_is_written_as_cosign_writes_it(self):
        written = SimpleSigning(digest=DIGEST, reference="example.test/app").encode()
        assert written == (
            b'{"critical":{"identity":{"docker-reference":"example.test/app"},"image":{"docker-manifest-digest":"'
            + str(DIGEST).encode()
            + b'"},"type":"cosign container image signature"},"optional":null}'
        )
        assert SimpleSigning.parse(written) == SimpleSigning(digest=DIGEST, reference="example.test/app")

    def test_another_type(self):
        written = SimpleSigning(digest=DIGEST, reference="a").encode().replace(b"cosign container", b"cosign contained")
        with pytest.raises(Malformed, match="not an image's signature"):
            SimpleSigning.parse(written)

    def test_statements(self):
        for kind in ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"):
            document = {
                "_type": kind,
                "subject": [{"digest": {"sha256": DIGEST.hex, "gitCommit": "ab"}}],
                "predicateType": "p",
                "predicate": {"b": 1, "a": 2},
            }
            statement = parse_statement(json.dumps(document).encode())
            assert statement.subjects == (ResourceDescriptor(digests=(DIGEST,)),)
            assert statement.predicate == b'{"b": 1, "a": 2}'

    @pytest.mark.parametrize(
        "change",
        [{"_type": "https://in-toto.io/Statement/v2"}, {"subject": []}, {"predicateType": None}, {"subject": [1]}],
    )
    def test_no_statements(self, change: dict[str, object]):
        document = {"_type": "https://in-toto.io/Statement/v1", "subject": [{}], "predicateType": "p", **change}
        with pytest.raises(Malformed):
            parse_statement(json.dumps(document).encode())

    def test_predicates(self):
        assert predicate_type("vuln") == "https://cosign.sigstore.dev/attestation/vuln/v1"
        assert predicate_type("https://example.test/x") == "https://example.test/x"
        with pytest.raises(UnknownPredicate):
            predicate_type("spdx3")
        assert encode_predicate("custom", b"hi", now=0) == b'{"Data": "hi", "Timestamp": "1970-01-01T00:00:00Z"}'
        assert encode_predicate("spdxjson", b'{ "a": 1 }', now=0) == b'{"a":1}'
        with pytest.raises(Malformed):
            encode_predicate("vuln", b"[]", now=0)


class TestLogEntry:
    def test_the_promise_is_over_sorted_compact_json(self):
        entry = LogEntry(log_id=b"\x01", index=2, integrated_time=3, body=b"{}", promise=b"p")
        assert entry.promised == b'{"body":"e30=","integratedTime":3,"logID":"01","logIndex":2}'
        fields = parse_json(encode_json(entry.to_annotation()), "it")
        assert LogEntry.of_annotation(fields) == entry

    def test_a_bundle_names_the_kind(self):
        entry = LogEntry(log_id=b"\x01", index=2, integrated_time=3, body=b"{}", kind="dsse", version="0.0.1")
        assert LogEntry.of_bundle(parse_json(encode_json(entry.to_json()), "it")) == entry

    @pytest.mark.parametrize("kind", [{"kind": "", "version": "0.0.1"}, {"kind": "dsse", "version": ""}, {}, None])
    def test_a_bundle_that_names_no_kind(self, kind: dict[str, str] | None):
        entry = LogEntry(log_id=b"\x01", index=2, integrated_time=3, body=b"{}", kind="dsse", version="0.0.1")
        document = {**entry.to_json(), "kindVersion": kind}
        with pytest.raises(Malformed, match="kindVersion"):
            LogEntry.of_bundle(parse_json(encode_json(document), "it"))


class TestTrustedRoot:
    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"mediaType": "x"},
            {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [{}]},
        ],
    )
    def test_bad(self, document: dict[str, object]):
        with pytest.raises(Malformed):
            TrustedRoot.parse(json.dumps(document).encode())

    def test_periods(self):
        assert 5 in Period(5, 6)
        assert 7 not in Period(5, 6)
        assert 4 not in Period(5)
        assert 1 << 40 in Period(5)


def test_the_root_that_ships_is_that_of_the_sigstore_package():
    store = files("sigstore") / "_store" / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
    assert shipped_root() == (store / "trusted_root.json").read_bytes()
    staging, ours = (
        files("sigstore") / "_store" / "https%3A%2F%2Ftuf-repo-cdn.sigstage.dev",
        files("prill.signing") / "roots",
    )
    assert (ours / "sigstore-staging.json").read_bytes() == (staging / "trusted_root.json").read_bytes()
    config = (ours / "sigstore-staging-signing-config.json").read_bytes()
    assert config == (staging / "signing_config.v0.2.json").read_bytes()
    assert TrustedRoot.parse((ours / "sigstore-staging.json").read_bytes()).ct_logs
    assert SigningConfig.parse(config, now=1_795_000_000)
    tuf = files("prill.signing") / "roots" / "sigstore-tuf-root.json"
    assert hashlib.sha256(tuf.read_bytes()).digest() == hashlib.sha256((store / "root.json").read_bytes()).digest()
