"""prill scan --attested-vex: what is stated beside an image counts where it is signed by whom the person named."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from advisories import osv, write_zip
from attached_shop import AttachedShop, artifact, open_shop, statement
from images import file, image_of
from prill._io.fetch_errors import ServerFailed
from prill.cli.exit import Exit
from prill.formats.in_toto import MEDIA_TYPE as IN_TOTO
from prill.model import Digest
from run_prill import Prill

LEFT = "pkg:npm/left@1.0.0"
OPENVEX = "https://openvex.dev/ns/v0.2.0"
NO_DISTRIBUTION = "no package database of a distribution was found"
CSAF_TYPE = "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"


def openvex(*products: dict, vulnerability: str = "CVE-2026-2000", status: str = "not_affected") -> bytes:
    said = {
        "vulnerability": {"name": vulnerability},
        "products": [*products],
        "status": status,
        **({"justification": "vulnerable_code_not_present"} if status == "not_affected" else {}),
    }
    document = {
        "@context": OPENVEX,
        "@id": "https://example.test/vex",
        "author": "me@example.test",
        "timestamp": "2026-01-01T00:00:00Z",
        "version": 1,
        "statements": [said],
    }
    return json.dumps(document).encode()


def cyclonedx(state: str | None) -> bytes:
    found = {"id": "CVE-2026-2000", "affects": [{"ref": LEFT}], **({"analysis": {"state": state}} if state else {})}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [{"type": "library", "name": "left", "bom-ref": LEFT, "purl": LEFT}],
        "vulnerabilities": [found],
    }
    return json.dumps(document).encode()


def csaf() -> bytes:
    product = {"name": "left", "product_id": "left", "product_identification_helper": {"purl": LEFT}}
    document = {
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "publisher": {"name": "Example"},
            "tracking": {"id": "EX-1", "current_release_date": "2026-01-01T00:00:00Z"},
        },
        "product_tree": {"branches": [{"category": "product_version", "name": "1.0.0", "product": product}]},
        "vulnerabilities": [{"cve": "CVE-2026-2000", "product_status": {"known_not_affected": ["left"]}}],
    }
    return json.dumps(document).encode()


@dataclass
class Shop(AttachedShop):
    """An image with one npm package that has two vulnerabilities, in a registry."""

    def scan(self, *words: object, name: str = "") -> dict:
        common = ("--plain-http", "--db", self.folder / "a.db", "--no-archive", "--format", "json", "--allow-gaps")
        ran = self.prill("scan", name or self.name, *common, *words)
        assert ran.code == Exit.GOOD, ran.err
        found: dict = json.loads(ran.out)
        return found | {"gaps": [gap["reason"] for gap in found["gaps"] if gap["reason"] != NO_DISTRIBUTION]}

    @property
    def digest(self) -> Digest:
        return self.image.image.descriptor.digest


@pytest.fixture
def shop(prill: Prill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("PRILL_KEY_PASSWORD", "x")
    records = [osv(f"CVE-2026-200{number}", "npm", "left") for number in (0, 1)]
    npm = write_zip(tmp_path / "npm.zip", *records)
    assert prill("db", "import", "--complete", npm, "--db", tmp_path / "a.db").code == Exit.GOOD
    package = file("app/node_modules/left/package.json", '{"name": "left", "version": "1.0.0", "license": "MIT"}')
    with open_shop(prill, tmp_path, image_of([package]), kind=Shop) as shop:
        yield shop


def dismissed(found: dict) -> dict[str, str]:
    return {one["id"]: one["suppressedBy"]["source"] for one in found["findings"] if one["suppressedBy"]}


@pytest.mark.parametrize("layout", ["bundle", "legacy"])
def test_a_verified_attestation_dismisses_and_says_who_signed_it(shop: Shop, layout: str):
    shop.attest(openvex({"@id": str(shop.digest), "subcomponents": [{"@id": LEFT}]}), "openvex", "--layout", layout)
    found = shop.scan("--key", shop.keys())
    assert dismissed(found).keys() == {"CVE-2026-2000"}
    assert ", signed by sha256:" in dismissed(found)["CVE-2026-2000"]
    assert len(found["findings"]) == 2
    assert found["notes"] == []


def test_one_that_nobody_vouches_for_dismisses_nothing_and_is_told(shop: Shop):
    shop.attest(openvex({"@id": LEFT}), "openvex")
    found = shop.scan("--attested-vex")
    assert dismissed(found) == {}
    (note,) = found["notes"]
    assert "would dismiss 1 finding; it is not verified, so it dismisses nothing (nobody said whose word counts" in note
    assert shop.scan()["notes"] == []


def test_one_that_somebody_else_signed_dismisses_nothing_and_is_told(shop: Shop, prill: Prill):
    shop.attest(openvex({"@id": LEFT}), "openvex")
    assert prill("keys", "new", "-o", shop.folder / "other").code == 0
    found = shop.scan("--key", shop.folder / "other.pub")
    assert dismissed(found) == {}
    assert "would dismiss 1 finding; it is not verified, so it dismisses nothing" in found["notes"][0]
    assert found["notes"][1].startswith("not verified: referrer sha256:")


@pytest.mark.parametrize(
    ("content", "kind"),
    [(cyclonedx("not_affected"), "cyclonedx"), (csaf(), CSAF_TYPE), (openvex({"@id": LEFT}), OPENVEX)],
    ids=["cyclonedx", "csaf", "openvex-with-its-version"],
)
def test_every_format_is_read(shop: Shop, content: bytes, kind: str):
    shop.attest(content, kind)
    assert dismissed(shop.scan("--key", shop.keys())).keys() == {"CVE-2026-2000"}


def test_an_sbom_states_nothing(shop: Shop):
    shop.attest(cyclonedx(None), "cyclonedx")
    found = shop.scan("--key", shop.keys())
    assert (dismissed(found), found["gaps"]) == ({}, [])
    assert found["notes"] == [f"no VEX is attested about {found['subject']['name']}"]


def test_a_statement_that_nobody_signed_counts_where_its_artifact_is_signed(shop: Shop):
    content = statement(shop.digest, openvex({"@id": LEFT}), OPENVEX)
    manifest = artifact(shop.image.image.descriptor, content, IN_TOTO)
    digest = shop.attach(manifest, content)
    assert dismissed(shop.scan("--key", shop.keys(), "--attested-vex")) == {}
    place = f"{shop.server.host}/app@{digest}"
    assert shop.prill("sign", place, "--key", shop.folder / "cosign.key", "--plain-http").code == 0
    assert dismissed(shop.scan("--key", shop.keys())).keys() == {"CVE-2026-2000"}


def test_an_attestation_about_another_image_is_a_gap(shop: Shop):
    content = statement(Digest.of(b"another image"), openvex({"@id": LEFT}), OPENVEX)
    shop.attach(artifact(shop.image.image.descriptor, content, IN_TOTO), content)
    found = shop.scan("--attested-vex")
    assert (dismissed(found), found["gaps"]) == ({}, ["it has VEX of something else"])


def test_a_statement_that_cannot_be_read_is_a_gap(shop: Shop):
    shop.attest(openvex({"@id": LEFT}, status="perhaps"), "openvex")
    found = shop.scan("--key", shop.keys())
    assert "has the status 'perhaps'" in found["gaps"][0]


def test_one_that_concerns_nothing_is_told(shop: Shop):
    shop.attest(openvex({"@id": LEFT}, vulnerability="CVE-1999-1"), "openvex")
    (note,) = shop.scan("--key", shop.keys())["notes"]
    assert "the statement that CVE-1999-1 is not_affected concerns nothing that was found" in note
    (note,) = shop.scan("--attested-vex")["notes"]
    assert "the statement that CVE-1999-1 is not_affected concerns nothing that was found" in note


def test_a_copy_in_a_layout_takes_them_along(shop: Shop):
    shop.attest(openvex({"@id": LEFT}), "openvex")
    layout = shop.folder / "layout"
    ran = shop.prill("copy", shop.name, f"oci-dir:{layout}", "--with-referrers", "--plain-http")
    assert ran.code == Exit.GOOD, ran.err
    assert dismissed(shop.scan("--key", shop.keys(), name=str(layout))).keys() == {"CVE-2026-2000"}


def test_what_is_no_image_has_nothing_beside_it(shop: Shop):
    root = shop.folder / "root"
    root.mkdir()
    ran = shop.prill("scan", f"dir:{root}", "--no-archive", "--no-db", "--attested-vex", "--allow-gaps")
    assert "is no image, so nothing is attested about it" in " ".join(ran.out.split())


def test_a_registry_that_fails_is_a_gap(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    shop.attest(openvex({"@id": LEFT}), "openvex")

    def fail(*_: object, **__: object) -> None:
        raise ServerFailed("the registry answers 503")

    monkeypatch.setattr("prill.api.attached_documents.collect", fail)
    found = shop.scan("--key", shop.keys())
    assert dismissed(found) == {}
    assert "its attestations could not be asked for: the registry answers 503" in found["gaps"]
