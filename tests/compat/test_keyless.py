"""Signing with an identity, against a Sigstore instance of our own: cosign accepts what Prill makes, and the other way round."""

import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cosign_shell import NEW, OLD, Shell, predicate_file
from sigstore_instance import Instance, InstanceServer

pytestmark = pytest.mark.compat

EMAIL, ISSUER = "me@example.test", "https://issuer.example.test"


@pytest.fixture
def services(shell: Shell) -> Iterator[Instance]:
    with InstanceServer() as server:
        instance = server.instance
        (shell.home / "root.json").write_text(json.dumps(instance.trusted_root()))
        (shell.home / "token.jwt").write_text(instance.token())
        for version in (1, 2):
            config = json.dumps(instance.signing_config(rekor=version))
            (shell.home / f"services{version}.json").write_text(config)
        yield instance


def made(version: int) -> tuple[str, ...]:
    return (
        "--identity-token",
        "token.jwt",
        "--signing-config",
        f"services{version}.json",
        "--trusted-root",
        "root.json",
    )


ME = ("--identity", EMAIL, "--issuer", ISSUER, "--trusted-root", "root.json")
COSIGNS = (
    "--trusted-root",
    "root.json",
    "--certificate-identity",
    EMAIL,
    "--certificate-oidc-issuer",
    ISSUER,
    "--allow-insecure-registry",
)


@pytest.mark.parametrize(("version", "layout"), [(1, "bundle"), (1, "legacy"), (2, "bundle")])
def test_prill_signs_and_cosign_verifies(shell: Shell, services: Instance, version: int, layout: str):
    image = shell.image("x")
    shell.prill("sign", image, *made(version), "--layout", layout)
    predicate = ("--type", "cyclonedx", "--predicate", predicate_file("cyclonedx"))
    shell.prill("attest", image, *made(version), "--layout", layout, *predicate)
    said = shell.prill("verify", image, *ME)
    assert "by    me@example.test" in said
    assert ("(inclusion)" if version == 2 else "promise") in said
    shell.prill("verify-attestation", image, *ME, "--type", "cyclonedx")
    shell.cosign(NEW, "verify", *COSIGNS, image)
    shell.cosign(NEW, "verify-attestation", *COSIGNS, "--type", "cyclonedx", image)
    wrong = [f"x{one}" if one == EMAIL else one for one in COSIGNS]
    shell.cosign(NEW, "verify", *wrong, image, good=False)
    assert "step 4" in shell.prill("verify", image, "--identity", f"x{EMAIL}", *ME[2:], code=10)
    services.seen.clear()
    shell.prill("verify", image, *ME)
    assert services.seen == [], "verifying asked somebody"


@pytest.mark.parametrize("version", [1, 2])
def test_cosign_3_signs_and_prill_verifies(shell: Shell, services: Instance, version: int):
    image = shell.image("x")
    words = (*made(version), "--yes", "--allow-insecure-registry")
    shell.cosign(NEW, "sign", *words, image)
    kind = ("--type", "openvex", "--predicate", predicate_file("openvex"))
    shell.cosign(NEW, "attest", *words, *kind, image)
    shell.prill("verify", image, *ME, "--max-age", "1h")
    shell.prill("verify-attestation", image, *ME, "--type", "openvex")


def roots_in_files(shell: Shell, services: Instance) -> dict[str, str]:
    keys = {"SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": services.ct_key, "SIGSTORE_REKOR_PUBLIC_KEY": services.rekor_key}
    environment = {"SIGSTORE_ROOT_FILE": "root.pem"}
    (shell.home / "root.pem").write_bytes(services.root.public_bytes(Encoding.PEM))
    for name, key in keys.items():
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (shell.home / f"{name}.pem").write_bytes(public)
        environment[name] = f"{name}.pem"
    return environment


def test_cosign_2_signs_files_and_prill_verifies(shell: Shell, services: Instance):
    """The form of bundle that cosign 2 writes where nobody asks for Sigstore's, of an identity."""
    (shell.home / "file").write_text("content")
    (shell.home / "other").write_text("other content")
    environment = roots_in_files(shell, services)
    words = ("--fulcio-url", services.url, "--rekor-url", services.url, "--identity-token", "token.jwt", "--yes")
    shell.cosign(OLD, "sign-blob", *words, "--bundle", "b.json", "file", environment=environment)
    predicate = ("--type", "openvex", "--predicate", predicate_file("openvex"))
    shell.cosign(OLD, "attest-blob", *words, *predicate, "--bundle", "a.json", "file", environment=environment)
    for bundle in ("b.json", "a.json"):
        assert "base64Signature" in (shell.home / bundle).read_text()
        ran = shell.run("verify-blob", "file", "--bundle", bundle, *ME)
        assert ran.code == 0, ran.err
        assert "(promise)" in ran.out
        assert shell.run("verify-blob", "other", "--bundle", bundle, *ME).code == 10
        wrong = ("--identity", f"x{EMAIL}", *ME[2:])
        assert "step 4" in shell.run("verify-blob", "file", "--bundle", bundle, *wrong).err


def test_cosign_2_signs_and_prill_verifies(shell: Shell, services: Instance, monkeypatch: pytest.MonkeyPatch):
    """cosign 2 takes its roots from files, and knows three ways to record an attestation."""
    image = shell.image("x")
    environment = roots_in_files(shell, services)
    at = ("--fulcio-url", services.url, "--rekor-url", services.url, "--identity-token", "token.jwt")
    words = (*at, "--yes", "--allow-insecure-registry")
    shell.cosign(OLD, "sign", *words, image, environment=environment)
    shell.prill("verify", image, *ME)
    for kind, entry in (("openvex", "dsse"), ("cyclonedx", "intoto")):
        predicate = ("--type", kind, "--predicate", predicate_file(kind), "--rekor-entry-type", entry)
        shell.cosign(OLD, "attest", *words, *predicate, image, environment=environment)
        shell.prill("verify-attestation", image, *ME, "--type", kind)


def test_a_key_on_record(shell: Shell, services: Instance):
    """A signature by a key can be on a log's record, too, and Rekor's entry is held against it."""
    image = shell.image("x")
    shell.prill("sign", image, "--key", "cosign.key", "--rekor-url", services.url, "--trusted-root", "root.json")
    said = shell.prill("verify", image, "--key", "cosign.pub", "--trusted-root", "root.json", "--max-age", "1h")
    assert f"log   {services.url}, entry 0 (promise, inclusion)" in said
    shell.cosign(
        NEW, "verify", "--key", "cosign.pub", "--trusted-root", "root.json", "--allow-insecure-registry", image
    )
    assert "step 3.2" in shell.prill("verify", image, "--key", "cosign.pub", code=10), "an unknown log"
    shell.prill("verify", image, "--key", "cosign.pub", "--insecure-ignore-tlog")
