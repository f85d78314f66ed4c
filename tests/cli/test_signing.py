"""Signing and verifying as a person does it: arguments, answers, exit codes, files."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from images import file, image_of
from prill.model import ImageReference
from prill.oci.archive_writer import write_oci_archive
from prill.oci.index import Index
from prill.oci.layout_writer import write_layout
from prill.oci.push import push
from prill.oci.registry import connect
from prill.oci.serving.server import RegistryServer
from prill.signing._pem import to_pem
from prill.signing.private_key import generate_key
from registry_server import RegistryServer as ScriptedRegistry
from run_prill import Prill, runner
from sigstore_instance import InstanceServer, b64

ISSUER = "https://issuer.example.test"
KEY = generate_key()
KEYS = {"prill.key": to_pem("PRIVATE KEY", KEY.to_pkcs8()), "prill.pub": KEY.public_key.to_pem()}
"""A pair without a password: opening cosign's files takes half a second each time, by design."""


@pytest.fixture
def prill(capfdbinary: pytest.CaptureFixture[bytes]) -> Prill:
    return runner(capfdbinary)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prill: Prill) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PRILL_KEY_PASSWORD", "secret")
    for name in ("SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "COSIGN_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, content in KEYS.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path / "registry") as running:
        yield running


def pushed(host: str, content: str, tag: str = "1.0") -> str:
    made = image_of([file("a", content)])
    with closing(connect(ImageReference.parse(f"{host}/app:{tag}"), plain_http=True, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    return f"{host}/app:{tag}"


class TestImages:
    def test_json_holds_the_answer_alone(self, prill: Prill, server: RegistryServer):
        image, bare = pushed(server.host, "x"), pushed(server.host, "y", "2.0")
        assert prill("sign", image, "--key", "prill.key", "--plain-http").code == 0
        ran = prill("verify", image, bare, "--key", "prill.pub", "--plain-http", "--format", "json")
        one, two = json.loads(ran.out)
        assert (one["verified"], two["verified"], ran.code) == (True, False, 10)
        assert one["subjects"][0]["signatures"][0]["steps"] == ["1", "2", "3.1", "3.7", "3.9", "4"]
        assert two["error"]["step"] == "2"
        assert f"{bare}: step 2" in ran.err

    def test_what_is_signed_cannot_command_the_terminal(self, prill: Prill, server: RegistryServer):
        image = pushed(server.host, "x")
        made = prill("sign", image, "--key", "prill.key", "--plain-http", "-a", "note=\x1b[2Ja\nlie: true")
        assert made.code == 0, made.err
        ran = prill("verify", image, "--key", "prill.pub", "--plain-http")
        assert (ran.code, "note=\\x1b[2Ja\\nlie: true\n" in ran.out) == (0, True), ran.out

    def test_several_keys(self, prill: Prill, server: RegistryServer, here: Path):
        (here / "other.pub").write_bytes(generate_key().public_key.to_pem())
        image = pushed(server.host, "x")
        assert prill("sign", image, "--key", "prill.key", "--plain-http").code == 0
        both = ("verify", image, "--plain-http", "--key", "prill.pub", "--key", "other.pub")
        assert prill(*both).code == 0
        ran = prill(*both, "--min-signers", "2")
        assert (ran.code, "1 distinct signers, and 2 are needed" in ran.err) == (10, True)

    def test_forty_at_once(self, prill: Prill, server: RegistryServer):
        images = [pushed(server.host, str(number), str(number)) for number in range(40)]
        assert prill("sign", *images, "--key", "prill.key", "--plain-http").code == 0
        ran = prill("verify", *images, "--key", "prill.pub", "--plain-http")
        assert (ran.code, ran.out.count("the image is signed")) == (0, 40)

    def test_quiet(self, prill: Prill, server: RegistryServer):
        image = pushed(server.host, "x")
        for words in (("sign", image, "--key", "prill.key"), ("verify", image, "--key", "prill.pub")):
            ran = prill(*words, "--plain-http", "--quiet")
            assert (ran.code, ran.out, ran.err) == (0, "", "")

    def test_the_tag_is_asked_once_and_may_move_then(self, prill: Prill):
        """What is verified is what the tag named when it was resolved; nobody looks at the tag again."""
        with ScriptedRegistry() as server:
            image = pushed(server.host, "good")
            assert prill("sign", image, "--key", "prill.key", "--plain-http").code == 0
            good = server.manifests["1.0"]
            pushed(server.host, "evil")
            evil = server.manifests["1.0"]
            server.manifests["1.0"] = good
            server.seen.clear()

            def move(handler) -> None:  # noqa: ANN001 - the server's own handler
                handler.answer(200, good[1], {"Content-Type": good[0]})
                server.manifests["1.0"] = evil

            server.script.append((r"GET .*/manifests/1\.0$", move))
            assert prill("verify", image, "--key", "prill.pub", "--plain-http").code == 0
            assert len(server.methods(r"/manifests/1\.0$")) == 1
            assert prill("verify", image, "--key", "prill.pub", "--plain-http").code == 10

    def test_other_bytes_than_the_digest(self, prill: Prill):
        with ScriptedRegistry() as server:
            image = pushed(server.host, "good")
            prill("sign", image, "--key", "prill.key", "--plain-http")
            for name, (kind, body) in list(server.manifests.items()):
                server.manifests[name] = (
                    (kind, body.replace(b"{", b"{ ", 1)) if name.startswith("sha256:") else (kind, body)
                )
            ran = prill("verify", image, "--key", "prill.pub", "--plain-http")
            assert ran.code in (1, 10)
            assert "is signed" not in ran.out

    def test_attestations_are_printed(self, prill: Prill, server: RegistryServer, here: Path):
        image = pushed(server.host, "x")
        (here / "vuln.json").write_text('{"scanner": {"uri": "prill"}}')
        words = ("--predicate", "vuln.json", "--type", "vuln", "--key", "prill.key", "--plain-http")
        assert prill("attest", image, *words).code == 0
        ran = prill("verify-attestation", image, "--type", "vuln", "--key", "prill.pub", "--plain-http", "--print")
        assert json.loads(ran.out)["predicate"] == {"scanner": {"uri": "prill"}}
        need = ("--require", "scanner.uri=trivy")
        ran = prill("verify-attestation", image, "--type", "vuln", "--key", "prill.pub", "--plain-http", *need)
        assert (ran.code, "step 5: the predicate's scanner.uri is 'prill'" in ran.err) == (10, True)


class TestMisuse:
    @pytest.mark.parametrize(
        ("words", "says"),
        [
            ((), "nobody is named"),
            (("--identity", "me@example.test"), "an identity alone says nothing"),
            (("--issuer", ISSUER), "an issuer alone says nothing"),
            (("--key", "prill.pub", "--identity", "a", "--issuer", "b"), "both a key and an identity"),
            (("--identity", "a", "--identity-regexp", "^a", "--issuer", "b"), "exactly and as a pattern"),
            (("--certificate-identity-regexp", ".*", "--certificate-oidc-issuer", ISSUER), "everybody matches"),
            (("--certificate-identity", "a", "--certificate-oidc-issuer-regexp", ".*"), "everybody matches"),
            (("--identity", "", "--issuer", ISSUER), "is empty"),
            (("--identity-regexp", "^https://(a|b)", "--issuer", ISSUER), "the host open"),
            (("--identity-regexp", "^https://(", "--issuer", ISSUER), "expression"),
            (("--identity-regexp", "^https://github.com/a/(", "--issuer", ISSUER), "expression"),
            (("--trust", "nobody"), "no publisher is known"),
            (("--trust", "redhat"), "signed with a key"),
            (("--trust", "distroless", "--key", "prill.pub"), "not with a key"),
            (("--trust", "distroless", "--identity", "a"), "both --trust and"),
            (("--key", "nothing.pub"), "cannot be read"),
            (("--key", "prill.key"), "no public key"),
            (("--key", "prill.pub", "--trusted-root", "nothing.json"), "trusted root 'nothing.json' cannot be read"),
            (("--key", "prill.pub", "--max-age", "soon"), "such as 30d"),
            (("--key", "prill.pub", "--min-signers", "0"), "from 1 to 100"),
            (("--key", "prill.pub", "-a", "x"), "KEY=VALUE"),
        ],
    )
    def test_verify(self, prill: Prill, words: tuple[str, ...], says: str):
        ran = prill("verify", "example.test/app:1", *words)
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            ((), "nobody said what to sign with"),
            (("--key", "prill.key", "--keyless"), "both a key and an identity"),
            (("--key", "nothing.key"), "there is no key file"),
            (("--keyless",), "no identity token"),
            (("--identity-token", "a.b.c"), "no identity token"),
        ],
    )
    def test_sign(self, prill: Prill, server: RegistryServer, words: tuple[str, ...], says: str):
        ran = prill("sign", pushed(server.host, "x"), "--plain-http", *words)
        assert (ran.code, says in ran.err) == (2, True), ran.err

    def test_the_wrong_password(self, prill: Prill, server: RegistryServer, monkeypatch: pytest.MonkeyPatch):
        assert prill("keys", "new", "-o", "sealed").code == 0
        monkeypatch.setenv("PRILL_KEY_PASSWORD", "wrong")
        ran = prill("sign", pushed(server.host, "x"), "--plain-http", "--key", "sealed.key")
        assert (ran.code, "does not open the key file" in ran.err) == (2, True)
        monkeypatch.delenv("PRILL_KEY_PASSWORD")
        assert "nobody to ask" in prill("sign-blob", "prill.pub", "--key", "sealed.key").err

    def test_a_name_that_is_no_utf8_is_escaped_in_a_document(self, prill: Prill, here: Path):
        name = os.fsdecode(b"f\xff")
        (here / name).write_text("content")
        assert prill("sign-blob", name, "--key", "prill.key").code == 0
        ran = prill("verify-blob", name, "--key", "prill.pub", "--format", "json")
        assert (ran.code, json.loads(ran.out)["name"]) == (0, name)

    def test_what_is_trusted_is_a_document_too(self, prill: Prill):
        document = json.loads(prill("trust", "show", "--format", "json").out)
        assert document["trustedRoot"] is None, "it is the one that ships"
        log = document["logs"][0]
        assert log["url"] == "https://rekor.sigstore.dev"
        assert log["logId"] == "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d"
        assert (log["start"], log["end"]) == (1610452407, None)

    def test_a_public_key_is_shown_as_it_is(self, prill: Prill, here: Path):
        shown, private = prill("keys", "show", "prill.pub"), prill("keys", "show", "prill.key")
        assert (shown.code, shown.out, shown.err) == (0, (here / "prill.pub").read_text(), private.err)
        (here / "other").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        ran = prill("keys", "show", "other")
        assert (ran.code, "'CERTIFICATE' that cannot be read" in ran.err) == (2, True), ran.err

    def test_keys_are_not_overwritten(self, prill: Prill):
        assert prill("keys", "new").code == 2
        assert prill("keys").code == 2

    def test_no_image(self, prill: Prill, here: Path, server: RegistryServer):
        assert prill("verify", f"{server.host}/none:1", "--key", "prill.pub", "--plain-http").code == 3
        assert prill("verify", here / "nothing", "--key", "prill.pub").code == 3

    def test_a_layout_without_tags_stays_usable(self, prill: Prill, here: Path):
        made = image_of([file("a")])
        write_layout(here / "plain", blobs=made.store, entries=made.entries, tag="1.0")
        (here / "plain/index.json").write_bytes(Index(manifests=made.entries).raw)
        for _ in range(2):
            signed = prill("sign", "plain", "--key", "prill.key", "--layout", "legacy")
            assert (signed.code, signed.err) == (0, "")
        for words in (("verify", "plain", "--key", "prill.pub"), ("tree", "plain"), ("copy", "plain", "copied")):
            answer = prill(*words)
            assert (answer.code, answer.err) == (0, "")

    def test_an_archive_takes_no_signature(self, prill: Prill, here: Path):
        made = image_of([file("a")])
        write_oci_archive(here / "app.tar", blobs=made.store, entries=made.entries, tag="1.0")
        ran = prill("sign", "oci-archive:app.tar", "--key", "prill.key")
        assert (ran.code, "nothing can be added" in ran.err) == (2, True)


class TestWithAnIdentity:
    @pytest.fixture
    def services(self, here: Path) -> Iterator[InstanceServer]:
        with InstanceServer() as running:
            (here / "root.json").write_text(json.dumps(running.instance.trusted_root()))
            (here / "services.json").write_text(json.dumps(running.instance.signing_config()))
            yield running

    WORDS = ("--signing-config", "services.json", "--trusted-root", "root.json", "--plain-http")
    ME = ("--identity", "me@example.test", "--issuer", ISSUER, "--trusted-root", "root.json")

    def test_the_token_comes_from_the_environment(
        self, prill: Prill, services: InstanceServer, monkeypatch: pytest.MonkeyPatch, here: Path
    ):
        (here / "f").write_text("x")
        monkeypatch.setenv("SIGSTORE_ID_TOKEN", services.instance.token())
        ran = prill("sign-blob", "f", "--keyless", *self.WORDS)
        assert ran.code == 0, ran.err
        assert prill("verify-blob", "f", *self.ME).code == 0
        monkeypatch.delenv("SIGSTORE_ID_TOKEN")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{services.instance.url}/token?x=1")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret")
        assert prill("sign-blob", "f", "--keyless", *self.WORDS).code == 0
        assert "/token?x=1&audience=sigstore" in services.instance.seen
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "wrong")
        assert prill("sign-blob", "f", "--keyless", *self.WORDS).code == 1

    @pytest.mark.parametrize(
        ("change", "says"), [({"audience": "other"}, "is for other, not for 'sigstore'"), ({"expires": -5}, "expired")]
    )
    def test_tokens_that_nobody_takes(
        self, prill: Prill, services: InstanceServer, here: Path, change: dict[str, object], says: str
    ):
        (here / "t").write_text(services.instance.token(**change))  # type: ignore[arg-type]
        ran = prill("sign-blob", "t", "--identity-token", "t", *self.WORDS)
        assert (ran.code, says in ran.err) == (2, True), ran.err
        assert (here / "t").read_text() not in ran.err
        assert services.instance.seen == []

    def test_tokens_go_over_tls_alone(self, prill: Prill, services: InstanceServer, here: Path):
        (here / "t").write_text(services.instance.token())
        ran = prill("sign-blob", "t", "--identity-token", "t", *self.WORDS[:-1])
        assert (ran.code, "is not reached over TLS" in ran.err) == (2, True)
        assert services.instance.seen == []

    @pytest.mark.parametrize("host", ["fulcio.example.test", "192.0.2.1:80", "127.0.0.1@192.0.2.1", "localhost.test"])
    def test_plain_http_is_for_no_token_that_leaves_the_machine(
        self, prill: Prill, services: InstanceServer, here: Path, host: str
    ):
        (here / "t").write_text(services.instance.token())
        ran = prill("sign-blob", "t", "--identity-token", "t", *self.WORDS, "--fulcio-url", f"http://{host}")
        assert (ran.code, "a token in clear" in ran.err) == (2, True), ran.err
        assert services.instance.seen == []

    def test_no_proxy_gets_to_see_what_stays_on_the_machine(
        self, prill: Prill, services: InstanceServer, here: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (here / "t").write_text(services.instance.token())
        with ScriptedRegistry() as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            ran = prill("sign-blob", "t", "--identity-token", "t", *self.WORDS)
            assert (ran.code, proxy.seen) == (0, []), ran.err

    @pytest.mark.parametrize("given", ["notatoken.SECRET", "a/b.SECRET.c", "SECRET" * 1000, "."])
    def test_what_is_no_token_is_not_shown(self, prill: Prill, here: Path, given: str):
        (here / "t").write_text("x")
        ran = prill("sign-blob", "t", "--identity-token", given)
        assert (ran.code, "neither a token" in ran.err, "SECRET" in ran.err) == (2, True, False), ran.err

    @pytest.mark.parametrize("path", ["/api/v2/signingCert", "/api/v1/log/entries", "/api/v1/timestamp"])
    @pytest.mark.parametrize("answer", [(500, b"down"), (200, b"{}"), (200, b"\xff"), (302, b"")])
    def test_services_that_fail(
        self, prill: Prill, services: InstanceServer, here: Path, path: str, answer: tuple[int, bytes]
    ):
        (here / "t").write_text(services.instance.token())
        services.failures[path] = answer
        ran = prill("sign-blob", "t", "--identity-token", "t", *self.WORDS)
        assert ran.code in (1, 10), ran.err
        assert not (here / "t.sigstore.json").exists()
        assert "Traceback" not in ran.err

    def test_a_root_that_does_not_know_the_services(self, prill: Prill, services: InstanceServer, here: Path):
        """The signature is checked before anybody sees it: one that nobody could verify is not published."""
        (here / "t").write_text(services.instance.token())
        ran = prill("sign-blob", "t", "--identity-token", "t", "--signing-config", "services.json", "--plain-http")
        assert (ran.code, "not trusted" in ran.err) == (10, True)
        assert not (here / "t.sigstore.json").exists()

    def test_conformance(self, prill: Prill, services: InstanceServer, here: Path):
        (here / "f").write_text("content")
        (here / "g").write_text("other")
        token = ("--identity-token", services.instance.token())
        words = ("--bundle", "b.json", "--trusted-root", "root.json")
        made = prill(
            "conformance", "sign-bundle", *token, *words, "--signing-config", "services.json", "--plain-http", "f"
        )
        assert made.code == 0, made.err
        me = ("--certificate-identity", "me@example.test", "--certificate-oidc-issuer", ISSUER)
        digest = "sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
        for name, code in (("f", 0), (digest, 0), ("g", 10)):
            assert prill("conformance", "verify-bundle", *words, *me, name).code == code
        (here / "-f").write_text("content")
        assert prill("conformance", "verify-bundle", *words, *me, "--", "-f").code == 0
        assert prill("conformance", "verify-bundle", *words, *me[:1], "you", *me[2:], "f").code == 10
        statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://p.test", "predicate": {}}
        subjects = [{"name": "f", "digest": {"sha256": digest.removeprefix("sha256:")}}]
        (here / "s.json").write_text(json.dumps({**statement, "subject": subjects}))
        services_at = ("--signing-config", "services.json", "--plain-http")
        made = prill("conformance", "sign-bundle", *token, *words, *services_at, "--in-toto", "s.json")
        assert made.code == 0, made.err
        for name, code in (("f", 0), (digest, 0), ("g", 10), ("s.json", 10)):
            assert prill("conformance", "verify-bundle", *words, *me, name).code == code
        ran = prill("conformance", "verify-bundle", "--staging", "--bundle", "b.json", *me, "f")
        assert (ran.code, "log that is not trusted" in ran.err) == (10, True), ran.err
        assert prill("conformance", "verify-bundle", "--staging", *words, *me, "f").code == 0

    def test_conformance_with_an_instance_that_keeps_no_logs(self, prill: Prill, services: InstanceServer, here: Path):
        """The protocol has no options for that: the root says which logs there are.

        What comes of a log is refused where the root has none: nothing says that it is right.
        """
        (here / "f").write_text("content")
        root = services.instance.trusted_root()
        words = ("--bundle", "b.json", "--trusted-root", "root.json")
        me = ("--certificate-identity", "me@example.test", "--certificate-oidc-issuer", ISSUER)
        none, no_ct = {"tlogs": [], "ctlogs": []}, {"ctlogs": []}

        def made(*, sct: bool) -> dict[str, Any]:
            key = generate_key()
            leaf = services.instance.certify(key._key.public_key(), sct=sct).public_bytes(Encoding.DER)
            signature = key.sign(b"content")
            stamp = services.instance.stamp(hashlib.sha256(signature).digest())
            material = {
                "certificate": {"rawBytes": b64(leaf)},
                "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": b64(stamp)}]},
            }
            digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(b"content").digest())}
            return {
                "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "verificationMaterial": material,
                "messageSignature": {"messageDigest": digest, "signature": b64(signature)},
            }

        for sct, change, code in (
            (True, {}, 10),
            (True, {"tlogs": []}, 0),
            (True, none, 10),
            (True, no_ct, 10),
            (False, none, 0),
            (False, {"tlogs": []}, 10),
        ):
            (here / "root.json").write_text(json.dumps({**root, **change}))
            (here / "b.json").write_text(json.dumps(made(sct=sct)))
            assert prill("conformance", "verify-bundle", *words, *me, "f").code == code, (sct, change)
        (here / "root.json").write_text(json.dumps(root))
        token = ("--identity-token", services.instance.token(), "--signing-config", "services.json", "--plain-http")
        assert prill("conformance", "sign-bundle", *token, *words, "f").code == 0
        (here / "root.json").write_text(json.dumps({**root, "tlogs": []}))
        assert prill("conformance", "verify-bundle", *words, *me, "f").code == 10

    def test_conformance_demands_a_log_entry_of_keys_too(self, prill: Prill, services: InstanceServer, here: Path):
        """cosign and the other clients of the suite demand it; `verify-blob` is told who is believed, and does not."""
        (here / "f").write_text("content")
        root = services.instance.trusted_root()
        bundle = ("--key", "prill.pub", "--bundle", "b.json")
        words = (*bundle, "--trusted-root", "root.json", "f")
        signing = ("sign-blob", "f", "--key", "prill.key", "--bundle", "b.json")
        assert prill(*signing).code == 0
        assert prill("verify-blob", *words).code == 0
        for root_words in (words, (*bundle, "f"), (*bundle, "--staging", "f")):
            ran = prill("conformance", "verify-bundle", *root_words)
            assert (ran.code, "no transparency log has it on record" in ran.err) == (10, True), ran.err
        made = prill(*signing, "--tlog-upload", *self.WORDS)
        assert made.code == 0, made.err
        assert prill("conformance", "verify-bundle", *words).code == 0
        (here / "b.json").write_text("{}")
        assert prill("conformance", "verify-bundle", *words).code == 10
        assert prill(*signing).code == 0
        (here / "root.json").write_text(json.dumps({**root, "tlogs": [], "ctlogs": []}))
        assert prill("conformance", "verify-bundle", *words).code == 0

    @pytest.mark.usefixtures("services")
    def test_conformance_with_a_file_that_is_called_like_a_digest(self, prill: Prill, here: Path):
        """What is on disk is a file (sigstore-conformance, cli_protocol.md); to `verify-blob` it is a digest."""
        name = f"sha256:{hashlib.sha256(b'content').hexdigest()}"
        (here / "f").write_text("content")
        words = ("--key", "prill.pub", "--bundle", "b.json", "--trusted-root", "root.json", name)
        assert (
            prill("sign-blob", "f", "--key", "prill.key", "--bundle", "b.json", "--tlog-upload", *self.WORDS).code == 0
        )
        assert prill("conformance", "verify-bundle", *words).code == 0
        (here / name).write_text("other")
        assert prill("conformance", "verify-bundle", *words).code == 10
        assert prill("verify-blob", *words).code == 0


class TestFiles:
    def test_public_keys_and_where_they_are_not(self, prill: Prill, here: Path, monkeypatch: pytest.MonkeyPatch):
        (here / "f").write_text("content")
        assert prill("sign-blob", "f", "--key", "prill.key").code == 0
        monkeypatch.setenv("KEY", KEYS["prill.pub"].decode())
        monkeypatch.setenv("OTHER", generate_key().public_key.to_pem().decode())
        assert prill("verify-blob", "f", "--key", "env://KEY").code == 0
        assert prill("verify-blob", "f", "--key", "env://OTHER").code == 10
        for key, says in (
            ("env://NONE", "holds no key"),
            ("none.pub", "prill keys new"),
            ("awskms:///alias/x", "to a file"),
            ("pkcs11:object=x", "to a file"),
        ):
            ran = prill("verify-blob", "f", "--key", key)
            assert (ran.code, says in ran.err) == (2, True), ran.err
        monkeypatch.setenv("KEY", "hunter2")
        for key in ("env://KEY", "pkcs11:object=x;pin-value=hunter2", "pkcs11:object=x?pin-value=hunter2&y=1"):
            ran = prill("verify-blob", "f", "--key", key)
            assert (ran.code, "hunter2" in ran.err) == (2, False), ran.err

    def test_a_file_without_a_signature(self, prill: Prill, here: Path):
        (here / "f").write_text("content")
        ran = prill("verify-blob", "f", "--key", "prill.pub")
        assert (ran.code, "step 2: there is no bundle beside it: 'f.sigstore.json'" in ran.err) == (10, True)
        assert "--bundle" in ran.err
        assert prill("verify-blob", "f", "--key", "prill.pub", "--bundle", "none").code == 2
        ran = prill("sign-blob", "f", "--key", "prill.pub")
        assert (ran.code, "holds a public key" in ran.err) == (2, True)

    def test_a_statement_that_is_made_of_a_predicate(self, prill: Prill, here: Path):
        (here / "f").write_text("content")
        (here / "p.json").write_text('{"runDetails": {"builder": {"id": "https://ci.test"}}}')
        words = ("--key", "prill.key", "--predicate", "p.json")
        made = prill("sign-blob", "f", *words, "--type", "slsaprovenance1")
        assert made.code == 0, made.err
        for more, code in (
            ((), 0),
            (("--type", "slsaprovenance1"), 0),
            (("--type", "https://slsa.dev/provenance/v1", "--require", "builder.id=https://ci.test"), 0),
            (("--require", "builder.id=https://ci.test"), 0),
            (("--require", "builder.id=https://other.test"), 10),
            (("--type", "vuln"), 10),
            (("--type", "vulnerable"), 2),
            (("--type", ""), 2),  # an empty variable of a script demands nothing less
        ):
            assert prill("verify-blob", "f", "--key", "prill.pub", *more).code == code, more
        assert prill("sign-blob", "f", "--key", "prill.key").code == 0
        for more in (("--type", "slsaprovenance1"), ("--require", "a=b")):
            ran = prill("verify-blob", "f", "--key", "prill.pub", *more)
            assert (ran.code, "step 3.9: it is a signature, not the attestation" in ran.err) == (10, True), ran.err
        assert prill("sign-blob", "f", *words, "--in-toto").code == 2
        ran = prill("sign-blob", "f", *words[:2], "--type", "slsaprovenance1", "--bundle", "none.json")
        assert (ran.code, "--predicate FILE" in ran.err, (here / "none.json").exists()) == (2, True, False)
        (here / "p.json").write_text("no JSON")
        assert prill("sign-blob", "f", *words, "--type", "slsaprovenance1", "--bundle", "none.json").code != 0
        assert not (here / "none.json").exists()

    def test_a_statement_about_files(self, prill: Prill, here: Path):
        (here / "f").write_text("content")
        (here / "g").write_text("other")
        digests = [hashlib.sha256(text).hexdigest() for text in (b"content", b"more")]
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": str(number), "digest": {"sha256": one}} for number, one in enumerate(digests)],
            "predicateType": "https://p.test",
            "predicate": {"a": 1},
        }
        (here / "s.json").write_text(json.dumps(statement))
        made = prill("sign-blob", "s.json", "--key", "prill.key", "--in-toto", "--bundle", "b.json")
        assert made.code == 0, made.err
        for name, code in (("f", 0), (f"sha256:{digests[1]}", 0), ("g", 10), ("s.json", 10)):
            ran = prill("verify-blob", name, "--bundle", "b.json", "--key", "prill.pub")
            assert ran.code == code, ran.err
        for change in ({"_type": "x"}, {"subject": []}, {"subject": [{"name": "x"}]}, {"subject": 1}):
            (here / "s.json").write_text(json.dumps({**statement, **change}))
            ran = prill("sign-blob", "s.json", "--key", "prill.key", "--in-toto", "--bundle", "none.json")
            assert ran.code != 0
            assert ran.err.startswith("prill: ")
            assert not (here / "none.json").exists()

    def test_by_its_digest(self, prill: Prill, here: Path):
        (here / "f").write_text("content")
        assert prill("sign-blob", "f", "--key", "prill.key", "--output-signature", "f.sig").code == 0
        digest = "sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
        assert prill("verify-blob", digest, "--bundle", "f.sigstore.json", "--key", "prill.pub").code == 0
        ran = prill("verify-blob", "f", "--key", "prill.pub", "--signature", "f.sig", "--format", "json")
        assert json.loads(ran.out)["form"] == "bare"
        (here / "f.sig").write_text("!")
        assert prill("verify-blob", "f", "--key", "prill.pub", "--signature", "f.sig").code == 10

    @pytest.mark.parametrize(
        ("algorithm", "named"), [("sha384", "SHA2_384"), ("sha512", "SHA2_512"), ("sha384", ""), ("sha256", "SHA2_256")]
    )
    def test_a_bundle_names_the_hash_that_fits_the_key(self, prill: Prill, here: Path, algorithm: str, named: str):
        """As cosign 3 writes them; for Ed25519 it names none."""
        key = ec.generate_private_key(ec.SECP384R1() if algorithm == "sha384" else ec.SECP521R1())
        kind = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[algorithm]
        (here / "k.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        for name, content in (("f", b"content"), ("g", b"other")):
            (here / name).write_bytes(content)
        stated = {"algorithm": named, "digest": b64(hashlib.new(algorithm, b"content").digest())} if named else {}
        bundle = {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"publicKey": {"hint": ""}},
            "messageSignature": {"messageDigest": stated, "signature": b64(key.sign(b"content", ec.ECDSA(kind)))},
        }
        (here / "b.json").write_text(json.dumps(bundle))
        words = ("--bundle", "b.json", "--key", "k.pub")
        ran = prill("verify-blob", "f", *words)
        assert ran.code == 0, ran.err
        ran = prill("verify-blob", "g", *words)
        assert (ran.code, ("step 3.1: the bundle is about another file" if named else "step 3.7") in ran.err) == (
            10,
            True,
        )
        digest = f"sha256:{hashlib.sha256(b'content').hexdigest()}"
        ran = prill("verify-blob", digest, *words)
        assert (ran.code, "only" in ran.err) == ((0, False) if algorithm == "sha256" else (10, True))

    def test_a_large_file_signed_whole(self, prill: Prill, here: Path):
        """Ed25519 is over all of a file; a large one is not kept in memory."""
        with (here / "f").open("wb") as stream:
            stream.truncate((64 << 20) + 1)
        key = ed25519.Ed25519PrivateKey.generate()
        (here / "k.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (here / "k.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        assert prill("sign-blob", "f", "--key", "k.key").code == 0
        ran = prill("verify-blob", "f", "--key", "k.pub")
        assert ran.code == 0, ran.err
        with (here / "f").open("ab") as stream:
            stream.write(b"x")
        assert prill("verify-blob", "f", "--key", "k.pub").code == 10

    def test_a_bundle_of_cosign_2(self, prill: Prill, here: Path):
        """What its sign-blob --bundle writes; the key in it is believed no more than any other."""
        (here / "f").write_text("content")
        prill("sign-blob", "f", "--key", "prill.key", "--output-signature", "f.sig")
        signature = (here / "f.sig").read_text().strip()
        key = b64((here / "prill.pub").read_bytes())
        (here / "f.bundle").write_text(json.dumps({"base64Signature": signature, "cert": key}))
        verify = ("verify-blob", "f", "--bundle", "f.bundle")
        ran = prill(*verify, "--key", "prill.pub")
        assert ran.code == 0, ran.err
        assert "cosign 2's bundle" in ran.out
        assert prill("keys", "new", "-o", "other").code == 0
        ran = prill(*verify, "--key", "other.pub")
        assert (ran.code, "step 3.7" in ran.err) == (10, True)
        ran = prill(*verify, "--identity", "me@example.test", "--issuer", "https://issuer.example.test")
        assert (ran.code, "made with a key" in ran.err) == (10, True)
        (here / "f").write_text("other content")
        assert prill(*verify, "--key", "prill.pub").code == 10

    @pytest.mark.parametrize(
        "change",
        [
            {"base64Signature": "%"},
            {"base64Signature": 3},
            {"base64Signature": ""},
            {"cert": "AAAA"},
            {"cert": "%"},
            {"rekorBundle": {}},
            {"rekorBundle": {"SignedEntryTimestamp": "AAAA", "Payload": 1}},
            {"base64Signature": b64(b'{"payload"')},
        ],
    )
    def test_a_broken_bundle_of_cosign_2(self, prill: Prill, here: Path, change: dict[str, object]):
        (here / "f").write_text("content")
        document = {"base64Signature": "AAAA", "cert": "", "rekorBundle": None}
        (here / "f.sigstore.json").write_text(json.dumps({**document, **change}))
        ran = prill("verify-blob", "f", "--key", "prill.pub")
        assert (ran.code, "Traceback" in ran.err) == (10, False), ran.err

    def test_a_bundle_that_is_too_large(self, prill: Prill, here: Path):
        (here / "f").write_text("content")
        with (here / "f.sigstore.json").open("wb") as stream:
            stream.truncate(100 << 20)
        ran = prill("verify-blob", "f", "--key", "prill.pub")
        assert (ran.code, "more than 33554432" in ran.err) == (10, True)


class TestTrust:
    def test_show(self, prill: Prill):
        ran = prill("trust", "show")
        assert ran.code == 0
        assert "https://rekor.sigstore.dev" in ran.out
        assert "the one that ships with Prill" in ran.out


class TestSignaturesOfOthers:
    """Real images, offline, with the trusted root that ships."""

    @pytest.mark.parametrize("version", ["v1.5.0", "v1.10.0"])
    def test_the_slsa_generators(self, prill: Prill, shared_data: Path, version: str):
        layout = f"oci-dir:{shared_data}/signatures/slsa-generator-{version}"
        workflow = (
            "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml"
        )
        words = ("--type", "slsaprovenance", "--issuer", "https://token.actions.githubusercontent.com")
        exact = ("--identity", f"{workflow}@refs/tags/{version}")
        need = ("--require", f"builder.id={workflow}@refs/tags/{version}")
        ran = prill("verify-attestation", layout, *words, *exact, *need)
        assert ran.code == 0, ran.err
        assert "the index is attested" in ran.out
        pattern = ("--identity-regexp", r"^https://github\.com/slsa-framework/")
        assert prill("verify-attestation", layout, *words, *pattern).code == 0
        other = ("--identity", f"{workflow}@refs/tags/v0.0.1")
        assert "step 4" in prill("verify-attestation", layout, *words, *other).err
        assert "step 5" in prill("verify-attestation", layout, *words, *exact, "--max-age", "1d").err
        assert "there are attestations" in prill("verify", layout, *words[2:], *exact).err

    def test_kubewardens(self, prill: Prill, shared_data: Path):
        bundle = shared_data / "signatures" / "bundles" / "kubewarden-v1.34.0.sigstore.json"
        digest = "sha256:c811d58de79c92f03214e63aa339484e488d694ae8a6283b5f3f17a9faf50172"
        words = ("--bundle", bundle, "--issuer", "https://token.actions.githubusercontent.com")
        pattern = ("--identity-regexp", r"^https://github\.com/kubewarden/kubewarden-controller/")
        ran = prill("verify-blob", digest, *words, *pattern)
        assert (ran.code, "steps 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 3.9 4" in ran.out) == (0, True), ran.err
        assert prill("verify-blob", digest.replace("c811", "c812"), *words, *pattern).code == 10
