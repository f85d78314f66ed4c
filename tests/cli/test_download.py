"""``prill download sbom``: from every place where an SBOM may be, verified by whom it should be, converted."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from attached_shop import AttachedShop, artifact, open_shop, statement
from images import ARM64, file, image_of, index_of
from prill.formats.in_toto import MEDIA_TYPE as IN_TOTO
from prill.model import Digest, Platform
from prill.oci.descriptor import EMPTY_JSON
from prill.oci.index import Index
from prill.oci.push import push
from prill.oci.store import Blob
from prill.oci.tags import cosign_tag
from run_prill import Prill

SPDX, CYCLONEDX = "application/spdx+json", "application/vnd.cyclonedx+json"


def spdx(name: str) -> bytes:
    package = {"SPDXID": "SPDXRef-p", "name": name, "versionInfo": "1", "downloadLocation": "NOASSERTION"}
    purl = {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": f"pkg:generic/{name}@1",
    }
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"https://example.org/{name}",
        "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: test"]},
        "packages": [package | {"externalRefs": [purl]}],
    }
    return json.dumps(document, separators=(",", ":")).encode()


def cyclonedx(name: str) -> bytes:
    component = {"type": "library", "name": name, "version": "1", "purl": f"pkg:generic/{name}@1"}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [component]}
    return json.dumps(document, separators=(",", ":")).encode()


@dataclass
class Shop(AttachedShop):
    """One whose SBOMs are downloaded."""

    def download(self, *words: object) -> tuple[int, bytes, str]:
        done = self.prill("download", "sbom", self.name, "--plain-http", *words)
        return done.code, done.out.encode().rstrip(b"\n"), done.err


@pytest.fixture
def shop(prill: Prill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("PRILL_KEY_PASSWORD", "x")
    with open_shop(prill, tmp_path, image_of([file("a")]), kind=Shop) as shop:
        yield shop


@pytest.mark.parametrize("layout", ["bundle", "legacy"])
def test_an_attestation(shop: Shop, layout: str):
    shop.attest(spdx("attested"), "spdxjson", "--layout", layout)
    code, out, err = shop.download()
    assert (code, json.loads(out)["name"]) == (0, "attested")
    assert "attestation, " in err
    assert "signed, not verified" in err
    code, again, err = shop.download("--key", shop.keys())
    assert (code, again) == (0, out)
    assert "verified: signed by sha256:" in err


@pytest.mark.parametrize(
    ("layer", "kind"), [(SPDX, "text/x"), ("application/json", "application/spdx"), ("text/spdx+json", ""), (SPDX, "")]
)
def test_an_artifact_of_any_layout(shop: Shop, layer: str, kind: str):
    content = spdx("attached")
    where = shop.attach(artifact(shop.image.manifest.descriptor(), content, layer, kind), content)
    code, out, err = shop.download()
    assert (code, out) == (0, content)
    assert f"attached artifact, referrer {where}; not signed by itself" in err


def test_cosigns_sbom_tag(shop: Shop):
    content = spdx("tagged")
    shop.attach(artifact(None, content, "text/spdx+json"), content, cosign_tag(shop.image.manifest.digest, "sbom"))
    code, out, err = shop.download()
    assert (code, out) == (0, content)
    assert "cosign's .sbom" in err


def test_a_statement_that_nobody_signed(shop: Shop):
    content = statement(shop.image.manifest.digest, spdx("stated"))
    shop.attach(artifact(shop.image.manifest.descriptor(), content, IN_TOTO), content)
    assert json.loads(shop.download()[1])["name"] == "stated"


def test_buildkits_attestations_belong_to_a_platform(shop: Shop):
    first, second = image_of([file("a")]), image_of([file("a")], platform=ARM64)
    index, store = index_of(first, second)
    entries = list(index.manifests)
    for made, name in ((first, "amd"), (second, "arm")):
        content = statement(made.manifest.digest, spdx(name))
        kept = artifact(None, content, IN_TOTO)
        notes = (
            ("vnd.docker.reference.digest", str(made.manifest.digest)),
            ("vnd.docker.reference.type", "attestation-manifest"),
        )
        unknown = Platform("unknown", "unknown")
        entries.append(replace(kept.descriptor(), annotations=notes, platform=unknown))
        for data in (EMPTY_JSON, content, kept.raw):
            store.add(Blob.of(data))
    index = Index(manifests=tuple(entries))
    store.add(Blob.of(index.raw))
    with closing(shop.repository()) as target:
        push(target, blobs=store, entries=[index.descriptor()])
    for platform, name in (("linux/amd64", "amd"), ("linux/arm64", "arm")):
        code, out, err = shop.download("--platform", platform)
        assert (code, json.loads(out)["name"]) == (0, name)
        assert "BuildKit's attestation" in err
    shop.signed("sign")
    code, _, err = shop.download("--platform", "linux/arm64", "--key", shop.keys())
    assert code == 0
    assert "verified: signed by" in err


@pytest.mark.parametrize(
    "path", ["var/lib/db/sbom/app-1.spdx.json", "usr/share/sbom/app.json", "opt/bitnami/app/.spdx-app.spdx"]
)
def test_a_file_inside_the_image(shop: Shop, path: str):
    made = image_of([file("etc/x")], [file(path, spdx("inside"))])
    with closing(shop.repository()) as target:
        push(target, blobs=made.store, entries=made.entries)
    code, out, err = shop.download()
    assert (code, out) == (0, spdx("inside"))
    assert f"file in the image, /{path}; not signed by itself" in err
    assert shop.download("--key", shop.keys())[0] == 10
    shop.signed("sign")
    assert "verified" in shop.download("--key", shop.keys())[2]


def test_files_of_single_packages_are_no_sbom_of_the_image(shop: Shop):
    files = [file(f"var/lib/db/sbom/{name}.spdx.json", spdx(name)) for name in ("a", "b")]
    made = image_of(files)
    with closing(shop.repository()) as target:
        push(target, blobs=made.store, entries=made.entries)
    code, out, err = shop.download()
    assert (code, out) == (3, b"")
    assert "--from chooses one" in err
    assert shop.download("--from", "/var/lib/db/sbom/b.spdx.json")[1] == spdx("b")
    assert shop.download("--from", "/var/lib/db/sbom/c.spdx.json")[0] == 3


def test_nothing_anywhere(shop: Shop):
    code, out, err = shop.download()
    assert (code, out) == (3, b"")
    assert "prill sbom makes one" in err


def test_a_signed_one_is_preferred_and_a_verified_one_above_all(shop: Shop):
    loose = spdx("loose")
    shop.attach(artifact(shop.image.manifest.descriptor(), loose, SPDX, SPDX), loose)
    shop.attest(spdx("attested"), "spdxjson")
    assert json.loads(shop.download()[1])["name"] == "attested"
    assert shop.prill("keys", "new", "-o", shop.folder / "other").code == 0
    code, out, err = shop.download("--key", shop.folder / "other.pub")
    assert (code, out) == (10, b"")
    assert "step" in err
    report = json.loads(shop.download("--list", "--json", "--key", shop.keys())[1])
    assert report == json.loads(shop.download("--list", "--format", "json", "--key", shop.keys())[1])
    assert report["gaps"] == []
    assert [one["verified"] for one in report["sboms"]] == [True, False]


def test_an_artifact_may_be_signed_itself(shop: Shop):
    content = spdx("attached")
    digest = shop.attach(artifact(shop.image.manifest.descriptor(), content, SPDX), content)
    shop.keys()
    name = f"{shop.server.host}/app@{digest}"
    assert shop.prill("sign", name, "--key", shop.folder / "cosign.key", "--plain-http").code == 0
    code, out, err = shop.download("--key", shop.keys())
    assert (code, out) == (0, content)
    assert "verified: signed by" in err


def test_a_tag_alone_is_nobodys_word(shop: Shop):
    """The signed SBOM of another image, moved below this image's ``.sbom`` tag, has a good signature all the same."""
    content = spdx("of another image")
    tag = cosign_tag(shop.image.manifest.digest, "sbom")
    digest = shop.attach(artifact(None, content, "text/spdx+json"), content, tag)
    shop.keys()

    def sign(digest: Digest) -> int:
        name = f"{shop.server.host}/app@{digest}"
        return shop.prill("sign", name, "--key", shop.folder / "cosign.key", "--plain-http").code

    assert sign(digest) == 0
    code, out, err = shop.download("--key", shop.keys())
    assert (code, out) == (10, b"")
    assert "step 3.9: nothing that could be signed says that it is about" in err
    assert shop.download()[1] == content
    about = artifact(shop.image.manifest.descriptor(), content, "text/spdx+json")
    assert sign(shop.attach(about, content, tag)) == 0
    assert shop.download("--key", shop.keys())[:2] == (0, content)


def test_an_attestation_has_one_signer(shop: Shop):
    shop.attest(spdx("attested"), "spdxjson")
    code, out, err = shop.download("--key", shop.keys(), "--min-signers", "2")
    assert (code, out) == (10, b"")
    assert "1 distinct signers, and 2 are needed" in err


def test_an_attestation_about_another_image_is_left_aside(shop: Shop):
    """A good signature that was moved beside an image says nothing about it."""
    shop.attest(spdx("attested"), "spdxjson", "--layout", "legacy")
    other = image_of([file("other")])
    with closing(shop.repository()) as store:
        moved = store.find(cosign_tag(shop.image.manifest.digest, "att"))
        assert moved is not None
        with store.open(moved) as stream:
            raw = stream.read()
        push(store, blobs=other.store, entries=other.entries)
        store.put_manifest(raw, moved.media_type, tag=cosign_tag(other.manifest.digest, "att"))
    code, out, err = shop.download("--key", shop.keys())
    assert (code, out) == (3, b"")
    assert "an SBOM of something else" in err


def test_one_of_the_wanted_format_is_taken_or_it_is_converted(shop: Shop):
    for content, kind in ((spdx("s"), SPDX), (cyclonedx("c"), CYCLONEDX)):
        shop.attach(artifact(shop.image.manifest.descriptor(), content, kind, kind), content)
    assert b'"pkg:generic/c@1"' in shop.download("--format", "cyclonedx")[1]
    assert b"pkg:generic/s@1" in shop.download("--format", "spdx@2.3")[1]
    out = shop.folder / "x.json"
    assert shop.download("--format", "spdx-3", "-o", out)[1] == b""
    assert "@context" in json.loads(out.read_bytes())
    assert shop.download("--format", "word")[0] == 2


def test_what_cannot_be_read_is_a_gap(shop: Shop):
    content = statement(shop.image.manifest.digest, spdx("good"))
    shop.attach(artifact(shop.image.manifest.descriptor(), content, IN_TOTO), content)
    broken = artifact(shop.image.manifest.descriptor(), b"no statement", IN_TOTO)
    shop.attach(broken, b"no statement")
    code, out, err = shop.download()
    assert (code, json.loads(out)["name"]) == (4, "good")
    assert str(broken.digest) in err
    assert shop.download("--allow-gaps")[0] == 0
