"""Verifying images in a store: what is collected, within which bounds, and what the answer is about."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from images import AMD64, ARM64, file, image_of, index_of
from prill.api.sign import SignatureLayout, SigningRequest, attest_image, sign_one
from prill.api.verify import verify_image, verify_images
from prill.errors import PrillError
from prill.model import Digest, Platform
from prill.oci.descriptor import EMPTY_JSON, REF_NAME, Descriptor
from prill.oci.image import PlatformMismatch
from prill.oci.index import Index
from prill.oci.layout_writer import write_layout
from prill.oci.manifest import Manifest
from prill.oci.media_types import EMPTY
from prill.oci.memory import MemoryStore
from prill.oci.places import open_place
from prill.oci.referrers import ReferrerLimits, attach, read_referrers
from prill.oci.store import Blob
from prill.oci.tags import cosign_tag
from prill.signing.bundle import BUNDLE_TYPE
from prill.signing.conditions import Conditions, Requirement
from prill.signing.cosign import CollectLimits, collect
from prill.signing.images import ImageVerification, NoSignature, VerifiedSubject, verify_subject
from prill.signing.keys import PublicKey
from prill.signing.private_key import generate_key
from prill.signing.publish import publish_bundle, publish_legacy
from prill.signing.sign import sign_attestation, sign_image, sign_image_legacy, statement_json
from prill.signing.signed import SignedForm
from prill.signing.signers.key_file import KeySigner
from prill.signing.statement import COSIGN_SIGN
from prill.signing.steps import Step, VerificationError
from prill.signing.subject import ClaimKind
from prill.signing.trusted_root import TrustedRoot
from prill.signing.verifier import Verifier

KEY, OTHER = KeySigner(generate_key()), KeySigner(generate_key())
NOW = 1_800_000_000


def stored(content: str = "x") -> tuple[MemoryStore, Descriptor]:
    made = image_of([file("a", content)])
    return made.store, made.manifest.descriptor()


def signed_by(store: MemoryStore, subject: Descriptor, signer: KeySigner = KEY, **values: str) -> Descriptor:
    signed = sign_image(subject.digest, signer, annotations=tuple(values.items()))
    return publish_bundle(store, subject, signed, predicate_type=COSIGN_SIGN, now=NOW)


def asked(signer: KeySigner = KEY, **options: object) -> ImageVerification:
    verifier = Verifier(trust=TrustedRoot(), rule=signer.public_key)
    return ImageVerification(verifier=verifier, now=NOW, **options)  # type: ignore[arg-type]


def verify(store: MemoryStore, subject: Descriptor, request: ImageVerification | None = None) -> VerifiedSubject:
    return verify_subject(store, subject.digest, request or asked())


def legacy(store: MemoryStore, subject: Descriptor, signer: KeySigner = KEY) -> None:
    publish_legacy(store, subject.digest, sign_image_legacy(subject.digest, signer, reference="example.test/app"))


class TestWhatIsFound:
    def test_both_layouts(self):
        store, subject = stored()
        signed_by(store, subject)
        legacy(store, subject)
        found = verify(store, subject)
        assert {one.form for one in found.verified} == {SignedForm.BUNDLE, SignedForm.LEGACY_SIGNATURE}
        assert found.verified[0].steps[:2] == (Step.RESOLVE, Step.COLLECT)

    def test_one_of_two_is_enough_and_the_other_is_told(self):
        store, subject = stored()
        signed_by(store, subject, OTHER)
        signed_by(store, subject)
        found = verify(store, subject)
        assert (len(found.verified), [error.step for error in found.failed]) == (1, [Step.SIGNATURE])

    def test_one_that_is_no_text_hides_no_other(self):
        """Half of a surrogate pair has no bytes, so that nothing can be verified over it."""
        store, subject = stored()
        made = signed_by(store, subject, OTHER)
        layer = Manifest.parse(store.open(made).read()).layers[0]
        document = json.loads(store.open(layer).read())
        document["dsseEnvelope"]["payloadType"] = "\ud800"
        raw = json.dumps(document).encode()
        artifact = Manifest(
            config=Descriptor.of(EMPTY_JSON, EMPTY),
            layers=(Descriptor.of(raw, BUNDLE_TYPE),),
            subject=subject,
            artifact_type=BUNDLE_TYPE,
        )
        attach(store, artifact, [EMPTY_JSON, raw])
        signed_by(store, subject)
        found = verify(store, subject)
        assert len(found.verified) == 1
        assert "surrogates not allowed" in found.gaps[0].reason

    def test_types_that_would_command_a_terminal(self):
        store, subject = stored()
        statement = statement_json(subject.digest, predicate_type="https://p.test/\x1b[2J", predicate=b"{}")
        made = sign_attestation(statement, OTHER)
        publish_bundle(store, subject, made, predicate_type="https://p.test", now=NOW)
        with pytest.raises(NoSignature) as caught:
            verify(store, subject, asked(kind=ClaimKind.ATTESTATION, predicate_type="https://q.test"))
        assert (caught.value.hint or "").startswith("it has: 'https://p.test/\\x1b[2J'")

    def test_none_of_two(self):
        store, subject = stored()
        signed_by(store, subject, OTHER)
        legacy(store, subject, OTHER)
        with pytest.raises(VerificationError, match="none of 2 signatures holds"):
            verify(store, subject)

    def test_nothing(self):
        store, subject = stored()
        with pytest.raises(NoSignature, match="there is no signature of") as caught:
            verify(store, subject)
        assert "copy" in (caught.value.hint or "")

    def test_an_attestation_is_no_signature(self):
        store, subject = stored()
        statement = statement_json(subject.digest, predicate_type="https://p.test", predicate=b"{}")
        for form in (False, True):
            made = sign_attestation(statement, KEY, legacy=form)
            if form:
                publish_legacy(store, subject.digest, made, predicate_type="https://p.test")
            else:
                publish_bundle(store, subject, made, predicate_type="https://p.test", now=NOW)
        with pytest.raises(NoSignature, match="there are attestations"):
            verify(store, subject)
        request = asked(kind=ClaimKind.ATTESTATION, predicate_type="https://p.test")
        assert len(verify(store, subject, request).verified) == 2
        with pytest.raises(NoSignature, match="no attestation of the type") as caught:
            verify(store, subject, asked(kind=ClaimKind.ATTESTATION, predicate_type="https://q.test"))
        assert "https://p.test" in (caught.value.hint or "")

    def test_a_signature_is_no_attestation(self):
        store, subject = stored()
        signed_by(store, subject)
        with pytest.raises(NoSignature):
            verify(store, subject, asked(kind=ClaimKind.ATTESTATION, predicate_type=COSIGN_SIGN))

    def test_another_images_signature(self):
        """A good signature beside an image that it is not about: copied there, or signed under another's name."""
        store, subject = stored()
        other = Descriptor.of(b"another image", subject.media_type)
        publish_bundle(store, subject, sign_image(other.digest, KEY), predicate_type=COSIGN_SIGN, now=NOW)
        publish_legacy(store, subject.digest, sign_image_legacy(other.digest, KEY, reference="a"))
        with pytest.raises(VerificationError, match="is about sha256") as caught:
            verify(store, subject)
        assert caught.value.step is Step.CONTENT

    def test_parts_of_two_signatures(self):
        store, subject = stored()
        one, two = (sign_image_legacy(subject.digest, KEY, reference=name) for name in ("a", "b"))
        publish_legacy(store, subject.digest, replace(one, signature=two.signature))
        with pytest.raises(VerificationError) as caught:
            verify(store, subject)
        assert caught.value.step is Step.SIGNATURE


class TestBounds:
    def test_a_bundle_of_100_megabytes_is_not_read(self):
        store, subject = stored()
        huge = Descriptor(media_type=BUNDLE_TYPE, digest=Digest.of(b"huge"), size=100 << 20)
        manifest = Manifest(
            config=Descriptor.of(EMPTY_JSON, EMPTY), layers=(huge,), subject=subject, artifact_type=BUNDLE_TYPE
        )
        store.add(Blob.of(manifest.raw))
        store.put_manifest(manifest.raw, manifest.media_type)
        with pytest.raises(NoSignature, match="a signature of 104857600 bytes, more than 33554432"):
            verify(store, subject)
        signed_by(store, subject)
        assert len(verify(store, subject).gaps) == 1

    def test_more_signatures_than_anybody_makes(self):
        store, subject = stored()
        for number in range(12):
            signed_by(store, subject, number=str(number))
        found = collect(store, subject.digest, attestations=False, limits=CollectLimits(number=5))
        assert len(found.signatures) == 5
        assert "7 signatures were not read" in found.gaps[0].reason
        found = collect(store, subject.digest, attestations=False, limits=CollectLimits(total_size=2000))
        assert 0 < len(found.signatures) < 12

    def test_a_signature_among_many_attestations(self):
        """An image that is scanned each night has hundreds of attestations; its one signature is read all the same."""
        store, subject = stored()
        for kind, count in (("https://p.test", 9), ("https://q.test", 1), (COSIGN_SIGN, 1), ("https://p.test", 9)):
            for _ in range(count):
                if kind == COSIGN_SIGN:
                    signed_by(store, subject)
                else:
                    made = sign_attestation(statement_json(subject.digest, predicate_type=kind, predicate=b"{}"), KEY)
                    publish_bundle(store, subject, made, predicate_type=kind, now=NOW)
        few = CollectLimits(number=5)
        found = verify(store, subject, asked(limits=few))
        assert len(found.verified) == 1
        assert any("signatures were not read" in gap.reason for gap in found.gaps)
        about = asked(kind=ClaimKind.ATTESTATION, predicate_type="https://q.test", limits=few)
        assert len(verify(store, subject, about).verified) == 1
        every = asked(kind=ClaimKind.ATTESTATION, limits=few)
        assert len(verify(store, subject, every).verified) == 5

    def test_the_newest_of_too_many(self):
        store, subject = stored()
        for number in range(9):
            signed = sign_image(subject.digest, KEY, annotations=(("number", str(number)),))
            publish_bundle(store, subject, signed, predicate_type=COSIGN_SIGN, now=NOW + (number * 7) % 9)
        found = collect(store, subject.digest, attestations=False, limits=CollectLimits(number=2))
        subjects = [json.loads(one.payload)["subject"][0] for one in found.signatures]
        assert [one["annotations"]["number"] for one in subjects] == ["5", "1"]

    def test_an_answer_that_is_no_tells_what_was_not_read(self):
        store, subject = stored()
        for number in range(4):
            signed_by(store, subject, OTHER, number=str(number))
        few = CollectLimits(number=3)
        with pytest.raises(VerificationError, match=r"none of 3 signatures holds.*1 signatures were not read"):
            verify(store, subject, asked(limits=few))
        two = Conditions(min_signers=2)
        with pytest.raises(VerificationError, match=r"2 are needed.*1 signatures were not read"):
            verify(store, subject, asked(OTHER, limits=few, conditions=two))

    def test_a_registry_that_takes_its_time(self):
        """Each answer is fast enough by itself; all of them together have ten minutes, and the rest is told."""
        store, subject = stored()
        for number in range(6):
            signed_by(store, subject, number=str(number))
        waits: list[float] = []

        class Slow(MemoryStore):
            def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
                return store.referrers(digest, artifact_type)

            def open(self, descriptor: Descriptor) -> BinaryIO:
                waits.append(119.0)
                return store.open(descriptor)

            def find(self, tag: str) -> Descriptor | None:
                return store.find(tag)

        opened = read_referrers(Slow(), subject.digest, clock=lambda: sum(waits))
        assert (len(opened.found), opened.gaps) == (6, ())
        waits.clear()
        found = collect(Slow(), subject.digest, attestations=False, clock=lambda: sum(waits))
        assert found.signatures == ()
        assert "6 signatures were not read: they are too many, too large or too slow" in found.gaps[0].reason
        waits.clear()
        hurried = ReferrerLimits(seconds=1.0)
        late = read_referrers(Slow(), subject.digest, limits=hurried, clock=lambda: sum(waits))
        assert len(late.found) < 6
        assert "too slowly" in late.gaps[-1].reason
        waits.clear()
        one = CollectLimits(seconds=1000.0)
        some = collect(Slow(), subject.digest, attestations=False, limits=one, clock=lambda: sum(waits))
        assert 0 < len(some.signatures) < 6
        assert any("it comes too slowly" in gap.reason for gap in some.gaps)

    def test_ten_thousand_referrers(self):
        """Nobody's time is taken by a list: so many manifests are opened and no more, those it calls bundles first."""
        store, subject = stored()
        entry = signed_by(store, subject)
        opened = []

        class Crowded(MemoryStore):
            def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
                others = (Descriptor.of(str(number).encode(), entry.media_type) for number in range(10_000))
                return (*others, *store.referrers(digest, artifact_type))

            def open(self, descriptor: Descriptor) -> BinaryIO:
                opened.append(descriptor)
                return store.open(descriptor)

            def find(self, tag: str) -> Descriptor | None:
                return store.find(tag)

        found = verify_subject(Crowded(), subject.digest, asked())
        assert len(found.verified) == 1
        assert len(opened) < 1100
        assert any("too many" in gap.reason for gap in found.gaps)

    def test_referrers_that_go_round(self):
        """A signature of a signature, and a list that names the image itself: nothing is followed."""
        store, subject = stored()
        entry = signed_by(store, subject)
        signed_by(store, entry)

        class Round(MemoryStore):
            def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:
                return (subject, entry, *store.referrers(digest, artifact_type), subject)

            def open(self, descriptor: Descriptor) -> BinaryIO:
                return store.open(descriptor)

        assert len(verify_subject(Round(), subject.digest, asked()).verified) == 1

    @pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"mediaType":"x"}', b'{"a":1,"a":1}', b"\xff" * 100])
    def test_what_is_no_bundle(self, data: bytes):
        store, subject = stored()
        manifest = Manifest(
            config=Descriptor.of(EMPTY_JSON, EMPTY),
            layers=(Descriptor.of(data, BUNDLE_TYPE),),
            subject=subject,
            artifact_type=BUNDLE_TYPE,
        )
        attach(store, manifest, (EMPTY_JSON, data))
        with pytest.raises(NoSignature, match="can be read"):
            verify(store, subject)

    def test_what_is_no_manifest_under_the_tag(self):
        _, subject = stored()

        class Tagged(MemoryStore):
            def referrers(self, *_: object, **__: object) -> tuple[Descriptor, ...]:
                return ()

        for raw, kind in ((b"{", subject.media_type), (Index(manifests=()).raw, Index(manifests=()).media_type)):
            entry = Descriptor.of(raw, kind).with_annotation(REF_NAME, cosign_tag(subject.digest, "sig"))
            with pytest.raises(NoSignature):
                verify_subject(Tagged([Blob.of(raw)], entries=[entry]), subject.digest, asked())


class TestConditions:
    def test_annotations(self):
        store, subject = stored()
        signed_by(store, subject, team="red")
        assert verify(store, subject, asked(conditions=Conditions(annotations=(("team", "red"),)))).verified
        for wrong in (("team", "blue"), ("x", "y")):
            with pytest.raises(VerificationError) as caught:
                verify(store, subject, asked(conditions=Conditions(annotations=(wrong,))))
            assert caught.value.step is Step.CONDITIONS

    def test_distinct_signers(self):
        store, subject = stored()
        for number in range(3):
            signed_by(store, subject, number=str(number))
        with pytest.raises(VerificationError, match="1 distinct signers, and 2 are needed"):
            verify(store, subject, asked(conditions=Conditions(min_signers=2)))

    def test_one_of_several_keys_and_how_many_of_them(self):
        store, subject = stored()
        signed_by(store, subject, OTHER)
        third = KeySigner(generate_key())
        keys = (KEY.public_key, OTHER.public_key, third.public_key)

        def check(*some: PublicKey, count: int) -> set[str]:
            request = asked(conditions=Conditions(min_signers=count))
            verifier = replace(request.verifier, rule=some)
            found = verify(store, subject, replace(request, verifier=verifier))
            return {one.signer.key for one in found.verified}

        assert check(*keys, count=1) == {OTHER.public_key.fingerprint}
        with pytest.raises(VerificationError, match="1 distinct signers, and 2 are needed"):
            check(*keys, count=2)
        signed_by(store, subject)
        assert check(*keys, count=2) == {KEY.public_key.fingerprint, OTHER.public_key.fingerprint}
        with pytest.raises(VerificationError, match="1 distinct signers, and 2 are needed"):
            check(KEY.public_key, KEY.public_key, third.public_key, count=2)
        with pytest.raises(VerificationError, match=r"none of 2 signatures holds: .*not signed by any of 2 keys"):
            check(third.public_key, KeySigner(generate_key()).public_key, count=1)

    def test_age_needs_a_time(self):
        store, subject = stored()
        signed_by(store, subject)
        with pytest.raises(VerificationError, match="age is not known"):
            verify(store, subject, asked(conditions=Conditions(max_age=10)))

    @pytest.mark.parametrize(
        ("kind", "predicate", "path", "value", "holds"),
        [
            ("https://slsa.dev/provenance/v0.2", {"builder": {"id": "b"}}, "builder.id", "b", True),
            ("https://slsa.dev/provenance/v1", {"runDetails": {"builder": {"id": "b"}}}, "builder.id", "b", True),
            ("https://slsa.dev/provenance/v1", {"builder": {"id": "b"}}, "builder.id", "b", False),
            ("https://p.test", {"a": [{"b": 1}]}, "a.0.b", "1", True),
            ("https://p.test", {"a": [{"b": 1}]}, "a.1.b", "1", False),
            ("https://p.test", {"a": True}, "a", "true", True),
            ("https://p.test", {"a": None}, "a", "null", False),
            ("https://p.test", {"a": "x"}, "a.b", "x", False),
        ],
    )
    def test_predicates(self, kind: str, predicate: dict[str, object], path: str, value: str, *, holds: bool):
        store, subject = stored()
        statement = statement_json(subject.digest, predicate_type=kind, predicate=json.dumps(predicate).encode())
        publish_bundle(store, subject, sign_attestation(statement, KEY), predicate_type=kind, now=NOW)
        conditions = Conditions(required=(Requirement(path, value),))
        request = asked(kind=ClaimKind.ATTESTATION, predicate_type=kind, conditions=conditions)
        if holds:
            assert verify(store, subject, request).verified
        else:
            with pytest.raises(VerificationError) as caught:
                verify(store, subject, request)
            assert caught.value.step is Step.CONDITIONS


class TestIndex:
    """An index of two platforms in a layout on disk; who signed what of it decides what is said."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> str:
        index, store = index_of(image_of([file("a")]), image_of([file("b")], platform=ARM64))
        write_layout(tmp_path / "app", blobs=store, entries=[index.descriptor()], tag="1.0")
        return f"oci-dir:{tmp_path}/app"

    @staticmethod
    def request(layout: SignatureLayout = SignatureLayout.BUNDLE) -> SigningRequest:
        verifier = Verifier(trust=TrustedRoot(), rule=KEY.public_key)
        return SigningRequest(signer=KEY, verifier=verifier, layout=layout, now=NOW)

    @pytest.mark.parametrize("layout", list(SignatureLayout))
    def test_the_index_is_signed(self, place: str, layout: SignatureLayout):
        sign_one(place, self.request(layout))
        assert [one.what for one in verify_image(place, asked()).subjects] == ["the index"]
        (one,) = verify_image(place, asked(), platform=ARM64).subjects
        assert one.what.startswith("the index, which has linux/arm64 as sha256:")
        with pytest.raises(NoSignature):
            verify_image(place, asked(), recursive=True)

    def test_all_of_it_is_signed(self, place: str):
        assert len(sign_one(place, self.request(), recursive=True)) == 3
        whats = [one.what for one in verify_image(place, asked(), recursive=True).subjects]
        assert whats == ["the index", "the index's image for linux/amd64", "the index's image for linux/arm64"]
        (one,) = verify_image(place, asked(), platform=AMD64).subjects
        assert one.what == "the index's image for linux/amd64"

    def test_images_without_a_platform_and_in_indexes_are_images(self, tmp_path: Path):
        made = [image_of([file("a", content)]) for content in "abcd"]
        first, second, odd, note = (one.manifest.descriptor() for one in made)
        unknown = Platform("unknown", "unknown")
        inner = Index(manifests=(second, first))
        about = replace(note, platform=unknown).with_annotation("vnd.docker.reference.digest", str(first.digest))
        outer = Index(manifests=(first, inner.descriptor(), replace(odd, platform=unknown), about))
        store = MemoryStore([Blob.of(inner.raw), Blob.of(outer.raw)])
        for data in (data for one in made for data in (*one.blobs, one.manifest.raw, one.config.raw)):
            store.add(Blob.of(data))
        write_layout(tmp_path / "app", blobs=store, entries=[outer.descriptor()], tag="1.0")
        place = f"oci-dir:{tmp_path}/app"
        expected = [outer.digest, first.digest, inner.digest, second.digest, odd.digest]
        assert [one.subject for one in sign_one(place, self.request(), recursive=True)] == expected
        subjects = verify_image(place, asked(), recursive=True).subjects
        assert [one.result.subject for one in subjects] == expected
        assert [one.what for one in subjects][1:4] == [
            f"the index's image {first.digest}",
            f"the index's index {inner.digest}",
            f"the index's image {second.digest}",
        ]
        for missing in expected:
            write_layout(tmp_path / "less", blobs=store, entries=[outer.descriptor()], tag="1.0")
            with open_place(f"oci-dir:{tmp_path}/less", writing=True) as opened:
                for subject in (outer.descriptor(), first, inner.descriptor(), second, odd):
                    if subject.digest != missing:
                        signed = sign_image(subject.digest, KEY)
                        publish_bundle(opened.writable(), subject, signed, predicate_type=COSIGN_SIGN, now=NOW)
            with pytest.raises(NoSignature, match=str(missing)):
                verify_image(f"oci-dir:{tmp_path}/less", asked(), recursive=True)
            shutil.rmtree(tmp_path / "less")

    @pytest.mark.parametrize("recursive", [False, True])
    def test_an_image_for_another_platform(self, tmp_path: Path, *, recursive: bool):
        """Whatever an index calls it: its config says what it is for."""
        made = image_of([file("a")])
        lying = Index(manifests=(replace(made.manifest.descriptor(), platform=ARM64),))
        store = made.store
        store.add(Blob.of(lying.raw))
        for name, entry in (("image", made.manifest.descriptor()), ("index", lying.descriptor())):
            write_layout(tmp_path / name, blobs=store, entries=[entry], tag="1.0")
            place = f"oci-dir:{tmp_path}/{name}"
            sign_one(place, self.request(), recursive=True)
            with pytest.raises(PlatformMismatch, match="is for linux/amd64, not for linux/arm64"):
                verify_image(place, asked(), platform=ARM64, recursive=recursive)
        assert verify_image(f"oci-dir:{tmp_path}/image", asked(), platform=AMD64).subjects[0].what == "the image"

    def test_one_image_is_signed(self, place: str):
        with open_place(place, writing=True) as opened:
            with opened.store.open(opened.target) as stream:
                child = Index.parse(stream.read()).manifests[1]
            signed = sign_image(child.digest, KEY)
            publish_bundle(opened.writable(), child, signed, predicate_type=COSIGN_SIGN, now=NOW)
        assert verify_image(place, asked(), platform=ARM64).subjects[0].what == "the index's image for linux/arm64"
        with pytest.raises(NoSignature, match="of its images, linux/arm64 are") as caught:
            verify_image(place, asked())
        assert caught.value.hint == "verify one of them: --platform linux/arm64"
        with pytest.raises(NoSignature):
            verify_image(place, asked(), platform=AMD64)

    def test_attested(self, place: str):
        attest_image(place, self.request(), predicate_type="https://p.test", predicate=b"{}", recursive=True)
        request = asked(kind=ClaimKind.ATTESTATION, predicate_type="https://p.test")
        assert len(verify_image(place, request, recursive=True).subjects) == 3

    def test_several_names_each_get_an_answer(self, place: str, tmp_path: Path):
        (unsigned,) = verify_images([place], asked())
        assert isinstance(unsigned.error, NoSignature)
        sign_one(place, self.request())
        answers = verify_images([place, str(tmp_path / "nothing"), place], asked())
        assert [answer.error is None for answer in answers] == [True, False, True]
        assert isinstance(answers[1].error, PrillError)
        digest = answers[0].digest
        assert digest is not None
        assert (unsigned.digest, answers[1].digest) == (digest, None), "what a name leads to is known, signed or not"
