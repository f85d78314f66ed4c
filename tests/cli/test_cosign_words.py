"""cosign's command line: what of it is understood as it is, what has another name here, and what has none."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from images import file, image_of
from prill.cli.cosign_words import COSIGN_COMMANDS, NotHere, translated
from prill.cli.main import COMMANDS
from prill.model import ImageReference
from prill.oci.push import push
from prill.oci.registry import connect
from prill.oci.serving.server import RegistryServer
from prill.signing._pem import to_pem
from prill.signing.private_key import generate_key
from run_prill import Prill

KEY = generate_key()


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "cosign.key").write_bytes(to_pem("PRIVATE KEY", KEY.to_pkcs8()))
    (tmp_path / "cosign.pub").write_bytes(KEY.public_key.to_pem())
    made = image_of([file("a", "x")])
    with RegistryServer(tmp_path / "registry") as running:
        name = f"{running.host}/app:1.0"
        with closing(connect(ImageReference.parse(name), plain_http=True, writing=True)) as target:
            push(target, blobs=made.store, entries=made.entries)
        yield f"{running.host}/app@{made.manifest.digest}"


@pytest.mark.parametrize(
    ("command", "words", "expected"),
    [
        ("verify", "--offline IMAGE", "IMAGE"),
        ("verify", "--offline=false --max-workers 4 --timeout=3m -t 1m --rekor-url https://r IMAGE", "IMAGE"),
        ("verify", "--insecure-ignore-tlog IMAGE", "--insecure-ignore-tlog=true IMAGE"),
        ("verify", "--insecure-ignore-tlog false IMAGE", "--insecure-ignore-tlog=false IMAGE"),
        ("verify-blob", "--insecure-ignore-tlog f", "--insecure-ignore-tlog=true f"),
        ("verify", "--offline 1", "1"),
        ("verify", "--insecure-ignore-sct IMAGE -- --offline", "--insecure-ignore-sct=true IMAGE -- --offline"),
        ("verify", "--private-infrastructure IMAGE", "--insecure-ignore-tlog=true IMAGE"),
        ("verify", "--allow-http-registry IMAGE", "--plain-http IMAGE"),
        ("verify", "--allow-http-registry=false --allow-insecure-registry=false IMAGE", "IMAGE"),
        ("verify", "--new-bundle-format=true --experimental-oci11 --check-claims IMAGE", "IMAGE"),
        ("verify", "--local-image FOLDER", "FOLDER"),
        ("verify", "-o json IMAGE", "--format=cosign IMAGE"),
        ("verify-attestation", "--output=text IMAGE", "--format=text IMAGE"),
        ("verify-blob", "--offline -o json FILE", "-o json FILE"),
        ("sign", "--new-bundle-format=false --tlog-upload IMAGE", "--layout legacy --tlog-upload=true IMAGE"),
        ("attest", "--new-bundle-format IMAGE --use-signing-config=false", "--layout bundle IMAGE"),
        ("sign", "--upload=true --key k IMAGE", "--key k IMAGE"),
        ("tree", "--offline IMAGE", "--offline IMAGE"),
        ("verify", "--timeout", ""),
        ("verify", "--certificate-github-workflow-ref=a IMAGE", "--claim workflow|ref=a IMAGE"),
        ("verify-blob", "--certificate-github-workflow-name a,b FILE", "--claim workflow|name=a,b FILE"),
    ],
)
def test_what_is_understood(command: str, words: str, expected: str):
    assert translated(command, words.split()) == [word.replace("|", " ") for word in expected.split()]


@pytest.mark.parametrize(
    ("command", "words", "says"),
    [
        ("verify", "--policy p.rego IMAGE", "--require"),
        ("verify-blob", "--policy p.rego FILE", "prill verify-attestation --print"),
        ("verify", "--check-claims=false IMAGE", "a signature counts"),
        ("verify", "--allow-insecure-registry IMAGE", "--plain-http"),
        ("verify", "--allow-http-registry=maybe IMAGE", ""),
        ("verify-blob", "--certificate c.pem FILE", "in a bundle"),
        ("verify-blob", "--certificate-chain=c.pem FILE", "--trusted-root"),
        ("sign", "--slot 1 IMAGE", "pkcs11:"),
        ("sign", "--upload=false IMAGE", "sign-blob"),
        ("attest", "--replace IMAGE", "newer"),
        ("copy", "--registry-password=x A B", "docker login"),
        ("download", "attestation IMAGE", "--print"),
        ("download", "signature IMAGE", "prill verify"),
    ],
)
def test_what_has_no_counterpart(command: str, words: str, says: str):
    with pytest.raises(NotHere) as caught:
        translated(command, words.split())
    assert says in (caught.value.hint or "")
    assert "x A" not in str(caught.value)


def test_commands_of_another_name(prill: Prill):
    assert not set(COSIGN_COMMANDS) & {name for name, _ in COMMANDS}
    ran = prill("generate-key-pair")
    assert (ran.code, "prill keys new" in ran.err) == (2, True)
    ran = prill("verify", "a", "--policy", "p")
    assert (ran.code, "prill verify has no such option" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("command", "told"), [("verify", True), ("tree", True), ("sign", True), ("verify-blob", False), ("scan", False)]
)
def test_a_repository_for_signatures_is_not_heeded_in_silence(
    prill: Prill, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, *, told: bool
):
    monkeypatch.setenv("COSIGN_REPOSITORY", "registry.example.test/signatures")
    assert ("COSIGN_REPOSITORY has no effect" in prill(command, tmp_path / "none").err) is told
    monkeypatch.setenv("COSIGN_REPOSITORY", "")
    assert "COSIGN_REPOSITORY" not in prill(command, tmp_path / "none").err


@pytest.mark.parametrize("layout", ["true", "false"])
def test_answers_in_cosigns_form(prill: Prill, image: str, layout: str):
    sign = ("--tlog-upload=false", "--allow-http-registry", f"--new-bundle-format={layout}", "--yes")
    made = prill("sign", "--key", "cosign.key", *sign, "-a", "k=v", image)
    assert made.code == 0, made.err
    check = ("--key", "cosign.pub", "--allow-http-registry", "--insecure-ignore-tlog")
    ran = prill("verify", *check, "-o", "json", image)
    assert ran.code == 0, ran.err
    (one,) = json.loads(ran.out)
    name, _, digest = image.partition("@")
    assert one == {
        "critical": {
            "identity": {"docker-reference": image if layout == "true" else name},
            "image": {"docker-manifest-digest": digest},
            "type": "https://sigstore.dev/cosign/sign/v1" if layout == "true" else "cosign container image signature",
        },
        "optional": {"k": "v"},
    }
    Path("p.json").write_text('{"a": 1}')
    made = prill("attest", "--key", "cosign.key", *sign, "--predicate", "p.json", "--type", "https://p.test/x", image)
    assert made.code == 0, made.err
    ran = prill("verify-attestation", *check, "--type", "https://p.test/x", "--output", "json", image)
    envelope = json.loads(ran.out)
    assert json.loads(base64.b64decode(envelope["payload"]))["predicate"] == {"a": 1}
    assert (envelope["payloadType"], len(envelope["signatures"])) == ("application/vnd.in-toto+json", 1)
    ran = prill("verify", "--key", "cosign.pub", "--allow-http-registry", "-o", "json", "-a", "k=w", image)
    assert (ran.code, ran.out) == (10, "")
