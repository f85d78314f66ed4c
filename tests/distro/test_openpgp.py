import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysequoia import Cert, SignatureMode, Tsk, sign

from debian_archive import NOW, clearsign, fingerprint, public_key, secret_key
from prill.distro.deb.openpgp import BadSignature, Keyring, NotSigned, SignerExpired, UnknownSigner, verify_cleartext
from prill.errors import PrillError

TEXT = "Origin: Debian\n-Dash: begins this line\nSHA256:\n"
KEYRING = Keyring([public_key("automatic"), public_key("stable")])
SIGNED = clearsign(TEXT, "automatic")


def verify(data: bytes, keyring: Keyring = KEYRING, now: int = NOW):
    return verify_cleartext(data, keyring, now=now, what="InRelease")


def test_signed_text_comes_back_with_its_signer():
    signed = verify(SIGNED)
    assert signed.text.rstrip(b"\n") == TEXT.encode().rstrip(b"\n")
    assert (signed.signers, signed.unknown) == ((fingerprint("automatic"),), ())


def test_all_good_signers_are_named_and_sorted():
    signed = verify(clearsign(TEXT, "automatic", "stable"))
    assert signed.signers == tuple(sorted((fingerprint("automatic"), fingerprint("stable"))))


def test_one_trusted_signer_suffices_and_the_other_is_noted():
    signed = verify(clearsign(TEXT, "automatic", "rotated"))
    assert signed.signers == (fingerprint("automatic"),)
    assert len(signed.unknown) == 1


def test_only_unknown_signers():
    with pytest.raises(UnknownSigner, match="none of which is trusted") as caught:
        verify(clearsign(TEXT, "stranger"))
    assert fingerprint("automatic") in str(caught.value.hint)


def test_a_signature_that_claims_to_be_a_trusted_ones_but_is_over_other_text():
    other = clearsign("Origin: Debian\nSHA256:\n", "automatic")
    signature = SIGNED[SIGNED.index(b"\n-----BEGIN PGP SIGNATURE") :]
    text = other[: other.index(b"\n-----BEGIN PGP SIGNATURE")]
    with pytest.raises(BadSignature, match="no good signature"):
        verify(text + signature)


def test_each_changed_byte_of_the_text_is_noticed():
    begin = SIGNED.index(b"Origin")
    end = SIGNED.index(b"\n-----BEGIN PGP SIGNATURE")
    for at in range(begin, end):
        changed = SIGNED[:at] + bytes([SIGNED[at] ^ 1]) + SIGNED[at + 1 :]
        with pytest.raises(BadSignature):
            verify(changed)


def test_each_cut_is_noticed():
    for end in itertools.chain(range(0, len(SIGNED) - 2, 7), [len(SIGNED) - 2]):
        with pytest.raises(BadSignature):
            verify(SIGNED[:end])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.encode(),
        b"Origin: Evil\n\n" + SIGNED,
        b"\n" + SIGNED,
        SIGNED + b"\nOrigin: Evil\n",
        SIGNED + SIGNED,
        SIGNED.replace(b"\n", b"\r\n"),
        SIGNED.replace(b"Origin", b"-----BEGIN PGP SIGNED MESSAGE-----\n\nOrigin", 1),
        SIGNED.replace(
            b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"-----BEGIN PGP SIGNED MESSAGE-----\nComment: hello\n", 1
        ),
        SIGNED.replace(b"-----END PGP SIGNATURE-----", b"-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----"),
        sign(secret_key("automatic").signer(), TEXT.encode(), mode=SignatureMode.INLINE),
        sign(secret_key("automatic").signer(), TEXT.encode(), mode=SignatureMode.INLINE, armor=False),
    ],
    ids=[
        "empty",
        "unsigned",
        "before",
        "line before",
        "behind",
        "twice",
        "crlf",
        "nested",
        "header",
        "signature twice",
        "inline",
        "binary",
    ],
)
def test_what_is_not_one_whole_message_is_refused(data: bytes):
    with pytest.raises(NotSigned):
        verify(data)


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_refused_with_an_error_of_ours(data: bytes):
    begin = SIGNED.index(b"PGP SIGNATURE-----\n\n") + 20
    for attempt in (data, SIGNED[:40] + data + SIGNED[40:60], SIGNED[:begin] + data + SIGNED[begin + len(data) :]):
        try:
            verify(attempt)
        except PrillError:
            continue
        assert attempt == SIGNED


def test_a_key_that_has_expired_at_the_time_of_judgement_no_longer_counts():
    key = Tsk.generate(user_id="short <short@archive.invalid>", validity_seconds=1000)
    keyring = Keyring([key.extract_certificate()])
    signed = sign(key.signer(), TEXT.encode(), mode=SignatureMode.CLEAR)
    born = int(time.time())
    assert verify(signed, keyring, now=born + 900).signers
    with pytest.raises(SignerExpired, match="have expired"):
        verify(signed, keyring, now=born + 1100)


def test_a_subkey_that_has_expired_no_longer_counts(tmp_path: Path):
    (path := tmp_path / "key.asc").write_text(Path(__file__).with_name("subkey_expires.asc").read_text())
    keyring = Keyring.read([path])
    (cert,) = keyring.certs
    (subkey,) = set(keyring._expires) - {cert.fingerprint}
    expires = keyring._expires[subkey]
    assert cert.expiration is None
    assert expires
    assert not keyring.expired(cert.fingerprint, subkey, expires - 1)
    assert keyring.expired(cert.fingerprint, subkey, expires)
    assert not keyring.expired(cert.fingerprint, cert.fingerprint, expires)


def test_a_key_that_is_made_later_than_now_is_read_and_others_count():
    keyring = Keyring([*Keyring.read([Path(__file__).with_name("key_of_2099.asc")]).certs, *KEYRING.certs])
    assert len(keyring.fingerprints) == 3
    assert verify(SIGNED, keyring).signers == (fingerprint("automatic"),)


def test_a_revoked_key_does_not_count():
    key = Tsk.generate(user_id="revoked <revoked@archive.invalid>")
    signed = sign(key.signer(), TEXT.encode(), mode=SignatureMode.CLEAR)
    cert = key.extract_certificate()
    revoked = Cert.from_bytes(bytes(cert) + bytes(cert.revoke(key.certifier())))
    assert revoked.is_revoked
    with pytest.raises(BadSignature):
        verify(signed, Keyring([revoked]))
