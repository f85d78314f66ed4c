"""Keys of every kind sign and verify; cosign's files open with their password alone."""

import hashlib
import json
import secrets
import stat
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.hashes import SHA384, SHA512
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from prill.api.keys import KeyFileExists, new_key_pair
from prill.errors import PrillError
from prill.signing import _ed25519ph, signers
from prill.signing._pem import pem_blocks, to_pem
from prill.signing.cosign_key import WrongPassword, decrypt_key, encrypt_key
from prill.signing.keys import BadSignature, Message, PublicKey, UnusableKey
from prill.signing.private_key import KeyKind, PrivateKey, generate_key
from prill.signing.signer import KeyContext, UnknownSigner, open_signer
from prill.signing.strict_json import Malformed

RANDOM = bytes(range(56))
KINDS = [kind for kind in KeyKind if kind is not KeyKind.RSA_4096]


def no_password() -> bytes:
    raise AssertionError("nobody should be asked")


@pytest.mark.parametrize("kind", KINDS)
class TestKinds:
    def test_signs_and_verifies(self, kind: KeyKind):
        key = generate_key(kind)
        public = PublicKey.parse_pem(key.public_key.to_pem())
        signature = key.sign(b"message")
        public.verify(signature, Message.of(b"message"))
        assert public == key.public_key == PublicKey.parse_der(public.der)
        for wrong in (b"massage", b""):
            with pytest.raises(BadSignature):
                public.verify(signature, Message.of(wrong))
        with pytest.raises(BadSignature):
            generate_key(kind).public_key.verify(signature, Message.of(b"message"))
        for damaged in (b"", signature[:-1], signature + b"\0", bytes(len(signature))):
            with pytest.raises(BadSignature):
                public.verify(damaged, Message.of(b"message"))

    def test_goes_through_cosigns_file(self, kind: KeyKind):
        key = generate_key(kind)
        sealed = encrypt_key(key.to_pkcs8(), b"secret", RANDOM)
        assert PrivateKey.parse(sealed, lambda: b"secret") == key


def test_larger_curves_take_the_hash_that_fits():
    for curve, algorithm in ((ec.SECP384R1(), SHA384()), (ec.SECP521R1(), SHA512())):
        key = ec.generate_private_key(curve)
        PublicKey.of(key.public_key()).verify(key.sign(b"x", ec.ECDSA(algorithm)), Message.of(b"x"))


def test_a_files_digest_is_enough_but_for_ed25519():
    message = Message(None, hashlib.sha256(b"file").digest())
    for kind in (KeyKind.P256, KeyKind.RSA_3072):
        key = generate_key(kind)
        key.public_key.verify(key.sign(b"file"), message)
    key = generate_key(KeyKind.ED25519)
    with pytest.raises(BadSignature, match="whole files"):
        key.public_key.verify(key.sign(b"file"), message)


class TestEd25519ph:
    """RFC 8032, 7.3: the vector of the specification."""

    KEY = bytes.fromhex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf")
    SIGNATURE = bytes.fromhex(
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
    )

    def test_the_vector(self):
        _ed25519ph.verify(self.KEY, self.SIGNATURE, hashlib.sha512(b"abc").digest())

    def test_anything_else(self):
        digest = hashlib.sha512(b"abc").digest()
        order = 2**252 + 27742317777372353535851937790883648493
        large = int.from_bytes(self.SIGNATURE[32:], "little") + order
        for key, signature, hashed in (
            (self.KEY, self.SIGNATURE, hashlib.sha512(b"abd").digest()),
            (self.KEY, bytes([self.SIGNATURE[0] ^ 1]) + self.SIGNATURE[1:], digest),
            (self.KEY, self.SIGNATURE[:32] + large.to_bytes(32, "little"), digest),
            (self.KEY, self.SIGNATURE[:63], digest),
            (b"\xff" * 32, self.SIGNATURE, digest),
            (self.KEY[:31], self.SIGNATURE, digest),
        ):
            with pytest.raises(InvalidSignature):
                _ed25519ph.verify(key, signature, hashed)


class TestCosignFiles:
    def test_the_wrong_password(self):
        sealed = encrypt_key(b"key", b"secret", RANDOM)
        assert decrypt_key(sealed, b"secret") == b"key"
        with pytest.raises(WrongPassword):
            decrypt_key(sealed, b"Secret")

    def test_a_changed_file(self):
        label, body = pem_blocks(encrypt_key(b"key", b"secret", RANDOM), "x")[0]
        document = json.loads(body)
        data = bytearray(b64decode(document["ciphertext"]))
        data[-1] ^= 1
        document["ciphertext"] = b64encode(data).decode()
        with pytest.raises(WrongPassword):
            decrypt_key(to_pem(label, json.dumps(document).encode()), b"secret")

    @pytest.mark.parametrize(
        "change",
        [
            {"kdf": {"name": "scrypt", "params": {"N": 1 << 30, "r": 8, "p": 1}, "salt": "AAAA"}},
            {"kdf": {"name": "scrypt", "params": {"N": 65537, "r": 8, "p": 1}, "salt": "AAAA"}},
            {"kdf": {"name": "pbkdf2", "params": {"N": 65536, "r": 8, "p": 1}, "salt": "AAAA"}},
            {"cipher": {"name": "rot13", "nonce": "AAAA"}},
            {"cipher": {}},
        ],
    )
    def test_what_asks_for_too_much_or_something_else(self, change: dict[str, object]):
        label, body = pem_blocks(encrypt_key(b"key", b"secret", RANDOM), "x")[0]
        with pytest.raises(Malformed):
            decrypt_key(to_pem(label, json.dumps({**json.loads(body), **change}).encode()), b"secret")

    def test_a_pair_is_written_for_its_owner_alone_and_never_over_another(self, tmp_path: Path):
        pair = new_key_pair(tmp_path / "a", kind=KeyKind.P256, password=b"x", random=secrets.token_bytes(56))
        assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
        assert PublicKey.parse_pem(pair.public.read_bytes()) == pair.key
        before = pair.private.read_bytes()
        with pytest.raises(KeyFileExists):
            new_key_pair(tmp_path / "a", kind=KeyKind.P256, password=b"x", random=secrets.token_bytes(56))
        pair.private.unlink()
        with pytest.raises(KeyFileExists):
            new_key_pair(tmp_path / "a", kind=KeyKind.P256, password=b"x", random=secrets.token_bytes(56))
        assert not pair.private.exists()
        assert b"SIGSTORE" in before


class TestPlaces:
    """Where keys are kept (`prill.signing.signers`)."""

    def test_every_module_is_listed_once_the_one_that_takes_anything_last(self):
        modules = {path.stem for path in Path(signers.__file__).parent.glob("[a-z]*.py")}
        assert sorted(kind.id.replace("-", "_") for kind in signers.BUILTIN) == sorted(modules)
        assert [kind.prefix for kind in signers.BUILTIN if not kind.prefix] == [signers.BUILTIN[-1].prefix]
        page = (Path(__file__).resolve().parents[2] / "docs" / "keys.md").read_text()
        assert all(kind.prefix in page and kind.summary for kind in signers.BUILTIN)

    def test_plain_and_encrypted_pem(self, tmp_path: Path):
        key = ec.generate_private_key(ec.SECP256R1())
        for form, password in (
            (NoEncryption(), None),
            (BestAvailableEncryption(b"secret"), b"secret"),
        ):
            path = tmp_path / "key.pem"
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, form))
            ask = (lambda: b"secret") if password else no_password
            signer = open_signer(str(path), KeyContext(password=ask))
            signer.public_key.verify(signer.sign(b"x"), Message.of(b"x"))
            assert signer.certificate == b""

    def test_the_environment(self):
        key = rsa.generate_private_key(65537, 2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
        signer = open_signer("env://KEY", KeyContext(environment={"KEY": pem}))
        signer.public_key.verify(signer.sign(b"x"), Message.of(b"x"))
        with pytest.raises(UnknownSigner, match="'OTHER' holds no key"):
            open_signer("env://OTHER", KeyContext(environment={"KEY": pem}))

    @pytest.mark.parametrize(
        "text", ["/nowhere/cosign.key", "awskms:///alias/x", "pkcs11:token=x", "pkcs11:object=a;x=1"]
    )
    def test_what_is_no_key(self, text: str):
        with pytest.raises(UnknownSigner):
            open_signer(text, KeyContext())

    def test_a_public_key_signs_nothing(self, tmp_path: Path):
        path = tmp_path / "cosign.pub"
        path.write_bytes(generate_key().public_key.to_pem())
        with pytest.raises(UnusableKey, match="a public key"):
            open_signer(str(path), KeyContext(password=no_password))


def test_keys_that_nothing_is_signed_with():
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - refused
    old = dsa.generate_private_key(1024)  # noqa: S505 - refused
    for key in (short, old, ec.generate_private_key(ec.SECP256K1())):
        with pytest.raises(UnusableKey):
            PublicKey.of(key.public_key())
    with pytest.raises(UnusableKey, match="begins with"):
        PublicKey.parse_pem(b"no key")


def test_a_key_that_is_no_pem_is_not_shown():
    secret = b"\x30\x2e\x02\x01\x00 the private half"
    for read in (PublicKey.parse_pem, lambda data: pem_blocks(data, "the key file")):
        with pytest.raises(PrillError, match="begins with no line such as") as refused:
            read(secret)
        assert "private half" not in str(refused.value)
    with pytest.raises(UnusableKey, match="begins with '-----BEGIN PRIVATE KEY-----'"):
        PublicKey.parse_pem(b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    with pytest.raises(Malformed, match=r"^the key file has a PEM block that is no base64$"):
        pem_blocks(b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0c\n-----END PRIVATE KEY-----\n", "the key file")
