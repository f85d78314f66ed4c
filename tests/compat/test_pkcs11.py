"""Keys in a token: SoftHSM, through PKCS #11."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from prill.signing.keys import Message
from prill.signing.signer import KeyContext, UnknownSigner, open_signer
from prill.signing.signers.pkcs11 import TokenFailure
from run_prill import Prill

pytestmark = pytest.mark.compat

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
PIN = "1234"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A token with an ECDSA and an RSA key, made by python-pkcs11 itself."""
    found = next((path for path in MODULES if Path(path).is_file()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        pytest.skip("softhsm2 is not installed")
    pkcs11 = pytest.importorskip("pkcs11")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    init = ["softhsm2-util", "--init-token", "--free", "--label", "release", "--pin", PIN, "--so-pin", "4321"]
    subprocess.run(init, check=True, capture_output=True)
    library = pkcs11.lib(found)
    library.reinitialize()
    token = library.get_token(token_label="release")  # noqa: S106 - a name
    with token.open(user_pin=PIN, rw=True) as session:
        curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        parameters.generate_keypair(store=True, label="signing", id=b"\x01")
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="older", id=b"\x02")
    yield found
    library.reinitialize()


@pytest.mark.parametrize(("name", "kind"), [("object=signing", "ECDSA P-256"), ("id=%02", "RSA 2048")])
def test_signs(module: str, name: str, kind: str):
    uri = f"pkcs11:token=release;{name}?module-path={module}"
    signer = open_signer(uri, KeyContext(environment={"COSIGN_PKCS11_PIN": PIN}))
    assert signer.public_key.kind == kind
    signer.public_key.verify(signer.sign(b"message"), Message.of(b"message"))


def test_a_file_is_signed_with_it(module: str, tmp_path: Path, run: Prill, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PRILL_PKCS11_PIN", PIN)
    monkeypatch.setenv("PRILL_PKCS11_MODULE", module)
    (tmp_path / "file").write_text("content")
    (tmp_path / "key.pub").write_text(run("keys", "show", "pkcs11:object=signing").out)
    assert run("sign-blob", tmp_path / "file", "--key", "pkcs11:object=signing").code == 0
    assert run("verify-blob", tmp_path / "file", "--key", tmp_path / "key.pub").code == 0


@pytest.mark.parametrize(
    ("uri", "pin", "error"),
    [
        ("pkcs11:token=release;object=signing", "9999", TokenFailure),
        ("pkcs11:token=release;object=nothing", PIN, TokenFailure),
        ("pkcs11:token=other;object=signing", PIN, UnknownSigner),
        ("pkcs11:slot-id=77;object=signing", PIN, UnknownSigner),
    ],
)
def test_what_does_not_open(module: str, uri: str, pin: str, error: type[Exception]):
    with pytest.raises(error):
        open_signer(uri, KeyContext(environment={"PRILL_PKCS11_PIN": pin, "PRILL_PKCS11_MODULE": module}))


def test_no_module():
    with pytest.raises((TokenFailure, UnknownSigner)):
        open_signer("pkcs11:object=a?module-path=/nowhere.so", KeyContext())
    with pytest.raises(UnknownSigner, match="no PKCS #11 module"):
        open_signer("pkcs11:object=a", KeyContext())
