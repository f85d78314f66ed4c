"""cosign 2 and 3 sign and Prill verifies; Prill signs and both verify: signatures, attestations, keys, each layout.

Our own registry has the referrers API; Debian's has none, so that bundles lie under the referrers tag there.
"""

from pathlib import Path

import pytest

from cosign_shell import NEW, OLD, PREDICATES, Shell, predicate_file
from run_prill import Prill

pytestmark = pytest.mark.compat

UNREAD = {(NEW, "spdx")}
"""cosign 3.1 refuses spdx's text, its own attestations of it included; spdxjson is what it takes."""


@pytest.fixture
def debians(home: Path, test_cache: Path, registry: str, run: Prill) -> Shell:
    """A shell with Debian's docker-registry, which has no referrers API."""
    return Shell(home, test_cache, registry, run)


@pytest.fixture(params=["shell", "debians"])
def any_shell(request: pytest.FixtureRequest) -> Shell:
    found: Shell = request.getfixturevalue(request.param)
    return found


class TestSignatures:
    @pytest.mark.parametrize(("suite", "legacy"), [(OLD, True), (NEW, False), (NEW, True)])
    def test_cosign_signs(self, any_shell: Shell, suite: str, *, legacy: bool):
        image = any_shell.image("x")
        any_shell.make(suite, "sign", image, "-a", "k=v", legacy=legacy)
        said = any_shell.prill("verify", image, "--key", "cosign.pub", "-a", "k=v")
        assert ("simple-signing" if legacy else "(bundle)") in said
        assert "log   none" in said
        any_shell.prill("verify", image, "--key", "cosign.pub", "-a", "k=w", code=10)
        any_shell.run("keys", "new", "-o", "other")
        assert "step 3.7" in any_shell.prill("verify", image, "--key", "other.pub", code=10)
        assert "step 2" in any_shell.prill("verify", any_shell.image("y"), "--key", "cosign.pub", code=10)

    @pytest.mark.parametrize("layout", ["bundle", "legacy"])
    def test_prill_signs(self, any_shell: Shell, layout: str):
        image = any_shell.image("x")
        any_shell.prill("sign", image, "--key", "cosign.key", "--layout", layout, "-a", "k=v")
        any_shell.prill("verify", image, "--key", "cosign.pub", "-a", "k=v")
        for suite in (NEW, OLD):
            good = suite == NEW or layout == "legacy"  # cosign 2.5 knows no bundles beside an image
            any_shell.check(suite, "verify", image, "-a", "k=v", good=good)
            any_shell.check(suite, "verify", image, "-a", "k=w", good=False)

    def test_several_signers_share_the_older_tag(self, shell: Shell):
        image = shell.image("x")
        shell.make(OLD, "sign", image)
        for name in ("two", "three"):
            shell.run("keys", "new", "-o", name)
            shell.prill("sign", image, "--key", f"{name}.key", "--layout", "legacy")
        for name in ("cosign", "two", "three"):
            shell.check(OLD, "verify", image, key=f"{name}.pub")
            shell.prill("verify", image, "--key", f"{name}.pub")


class TestKeys:
    @pytest.mark.parametrize("kind", ["ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-3072"])
    def test_every_kind_both_ways(self, shell: Shell, kind: str):
        shell.run("keys", "new", "-o", "k", "--kind", kind)
        for layout in ("bundle", "legacy"):
            image = shell.image(f"prill {layout}")
            shell.prill("sign", image, "--key", "k.key", "--layout", layout)
            shell.check(NEW, "verify", image, key="k.pub")
            if layout == "legacy":
                shell.check(OLD, "verify", image, key="k.pub")
            image = shell.image(f"cosign {layout}")
            shell.make(NEW, "sign", image, key="k.key", legacy=layout == "legacy")
            shell.prill("verify", image, "--key", "k.pub")

    @pytest.mark.parametrize("kind", ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-3072"])
    def test_files_by_every_kind_both_ways(self, shell: Shell, kind: str):
        shell.run("keys", "new", "-o", "k", "--kind", kind)
        (shell.home / "f").write_text("content")
        shell.run("sign-blob", "f", "--key", "k.key", "--bundle", "ours.json")
        shell.cosign(NEW, "verify-blob", "--key", "k.pub", "--bundle", "ours.json", "--insecure-ignore-tlog", "f")
        words = ("--key", "k.key", "--use-signing-config=false", "--tlog-upload=false", "--yes")
        shell.cosign(NEW, "sign-blob", *words, "--bundle", "theirs.json", "f")
        assert shell.run("verify-blob", "f", "--key", "k.pub", "--bundle", "theirs.json").code == 0

    def test_statements_about_files_both_ways(self, shell: Shell):
        (shell.home / "f").write_text("content")
        (shell.home / "p.json").write_text('{"builder":{"id":"https://ci.test"},"buildType":"x"}')
        words = ("--key", "cosign.key", "--predicate", "p.json", "--type", "slsaprovenance")
        assert shell.run("sign-blob", "f", *words, "--bundle", "ours.json").code == 0
        kind = ("--key", "cosign.pub", "--type", "slsaprovenance")
        shell.cosign(NEW, "verify-blob-attestation", *kind, "--bundle", "ours.json", "--insecure-ignore-tlog", "f")
        quiet = ("--tlog-upload=false", "--yes", "--bundle")
        shell.cosign(NEW, "attest-blob", *words, "--use-signing-config=false", *quiet, "new.json", "f")
        shell.cosign(OLD, "attest-blob", *words, *quiet, "old.json", "f")
        for bundle in ("new.json", "old.json"):
            ran = shell.run("verify-blob", "f", *kind, "--bundle", bundle, "--require", "builder.id=https://ci.test")
            assert ran.code == 0, ran.err
            assert shell.run("verify-blob", "f", *kind[:2], "--type", "vuln", "--bundle", bundle).code == 10

    def test_cosigns_own_pair(self, shell: Shell):
        for suite in (OLD, NEW):
            shell.cosign(suite, "generate-key-pair", "--output-key-prefix", suite)
            shown = shell.run("keys", "show", f"{suite}.key")
            assert shown.out == (shell.home / f"{suite}.pub").read_text()
            image = shell.image(suite)
            shell.prill("sign", image, "--key", f"{suite}.key")
            shell.check(NEW, "verify", image, key=f"{suite}.pub")


class TestAttestations:
    @pytest.mark.parametrize(("suite", "legacy"), [(OLD, True), (NEW, False), (NEW, True)])
    def test_cosign_attests(self, shell: Shell, suite: str, *, legacy: bool):
        image = shell.image("x")
        for kind in PREDICATES:
            shell.make(suite, "attest", image, "--type", kind, "--predicate", predicate_file(kind), legacy=legacy)
        for kind in PREDICATES:
            need = ("--require", "builder.id=https://ci.example") if kind.startswith("slsa") else ()
            shell.prill("verify-attestation", image, "--key", "cosign.pub", "--type", kind, *need)
        wrong = ("--type", "slsaprovenance1", "--require", "builder.id=https://evil.example")
        assert "step 5" in shell.prill("verify-attestation", image, "--key", "cosign.pub", *wrong, code=10)
        said = shell.prill("verify-attestation", image, "--key", "cosign.pub", "--type", "link", code=10)
        assert "no attestation of the type 'https://in-toto.io/Link/v1'" in said
        assert "https://cyclonedx.org/bom" in said

    @pytest.mark.parametrize("layout", ["bundle", "legacy"])
    def test_prill_attests(self, shell: Shell, layout: str):
        image = shell.image("x")
        for kind in PREDICATES:
            words = ("--type", kind, "--predicate", predicate_file(kind))
            shell.prill("attest", image, "--key", "cosign.key", "--layout", layout, *words)
        for kind in PREDICATES:
            shell.prill("verify-attestation", image, "--key", "cosign.pub", "--type", kind)
            for suite in (NEW, OLD) if layout == "legacy" else (NEW,):
                if (suite, kind) not in UNREAD:
                    shell.check(suite, "verify-attestation", image, "--type", kind)
        shell.check(NEW, "verify-attestation", image, "--type", "link", good=False)
