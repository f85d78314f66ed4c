"""prill vex write: what follows from an image, as OpenVEX, the same bytes each time, beside the image or in a file."""

import json
from pathlib import Path

import pytest

from debian_changelogs import status, write_root
from prill.cli.exit import Exit
from prill.oci.sources import open_image
from trimmed import TOOL, libssl, tool, trimmed_shop
from workshop import Workshop, base_files, digest_of, program


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return trimmed_shop(tmp_path, monkeypatch)


def written(shop: Workshop, *words: object) -> dict:
    return json.loads(shop.good("vex", "write", shop.out, "--no-db", *words))


def statements(document: dict) -> dict[str, dict]:
    """Return the statements by the name of the package in the image."""
    found = {}
    for one in document["statements"]:
        (product,) = one["products"]
        (part,) = product["subcomponents"]
        found[part["@id"].partition("@")[0].rpartition("/")[2]] = one
    return found


def test_what_a_build_left_out_is_not_affected_and_the_rest_is(shop: Workshop):
    said = statements(written(shop))
    assert said["openssl"]["status"] == "not_affected"
    assert said["openssl"]["justification"] == "vulnerable_code_not_present"
    assert said["openssl"]["impact_statement"].endswith(f"/{TOOL}, left out by trim:spec")
    assert said["libssl3"]["status"] == "affected"
    assert said["libssl3"]["action_statement"] == "upgrade libssl3 to 3.5-2"
    assert all(digest_of(shop.out) in json.dumps(one["products"]).replace("%3A", ":") for one in said.values())


def test_parts_are_named_as_others_name_them(shop: Workshop):
    for one in written(shop)["statements"]:
        (part,) = one["products"][0]["subcomponents"]
        assert part["@id"].endswith("?arch=amd64"), "Trivy has another distro there, and no upstream"


def test_it_is_dated_by_its_sources_so_the_bytes_are_the_same(shop: Workshop):
    document = written(shop)
    assert document["timestamp"] == "2026-01-01T00:00:00Z", "the date of the archive's Releases"
    assert written(shop) == document
    assert written(shop, "--no-cache") == document
    assert document["author"].startswith("prill-")
    assert written(shop, "--owner", "me@example.test")["author"] == "me@example.test"


def test_it_goes_to_a_file_that_a_scan_reads(shop: Workshop):
    target = shop.root / "own.vex.json"
    said = shop.good("vex", "write", shop.out, "--no-db", "-o", target)
    assert said == f"wrote {target}: 1 not_affected, 1 affected\n"
    bare = shop.build("--no-referrers", out="bare")
    found = json.loads(shop.good("scan", bare, "--no-db", "--vex", target, "--format", "json"))["findings"]
    assert {one["package"]["name"]: (one["suppressedBy"] or {}).get("kind") for one in found} == {
        "libssl3": None,
        "openssl": "vex",
    }


def test_it_is_attached_and_the_image_rebuilds_exactly(shop: Workshop):
    before = digest_of(shop.out)
    said = shop.good("vex", "write", shop.out, "--no-db", "--attach")
    assert "1 not_affected, 1 affected" in said
    digest = said.split()[1].removesuffix(":")
    assert digest_of(shop.out) == before
    with open_image(str(shop.out)) as opened:
        assert digest in {str(one.digest) for one in opened.image.referrers()}
    assert shop.good("vex", "write", shop.out, "--no-db", "--attach") == said, "it is there already"
    assert f": exact, {before}, " in shop.good("rebuild", "--verify", shop.out)


def test_unsigned_beside_an_image_it_is_told_and_signed_it_counts(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COSIGN_PASSWORD", "")
    document, key = shop.root / "own.vex.json", shop.root / "key"
    shop.good("vex", "write", shop.out, "--no-db", "-o", document)
    bare = shop.build("--no-referrers", out="bare")
    shop.good("keys", "new", "-o", key)
    shop.good("attest", bare, "--type", "openvex", "--predicate", document, "--key", f"{key}.key")
    dismissed = json.loads(
        shop.good("scan", bare, "--no-db", "--key", f"{key}.pub", "--format", "json", "--insecure-ignore-tlog")
    )
    assert [one["package"]["name"] for one in dismissed["findings"] if one["suppressedBy"]] == ["openssl"]
    unsigned = json.loads(shop.good("scan", bare, "--no-db", "--attested-vex", "--format", "json"))
    assert [one for one in unsigned["findings"] if one["suppressedBy"]] == []
    assert any("it is not verified" in note for note in unsigned["notes"])


def test_where_nothing_is_found_there_is_nothing_to_state(shop: Workshop):
    shop.publish([base_files(), program(), libssl("3.5-2"), tool("3.5-2")])
    shop.packages("base-files", "app", "openssl")
    shop.made(out="new")
    ran = shop.run("vex", "write", shop.root / "new", "--no-db")
    assert ran.code == Exit.NOTHING
    assert "there is nothing to state" in ran.out + ran.err


def test_nothing_is_attached_to_a_folder(shop: Workshop):
    place = write_root(shop.root / "root", status("libssl3", "3.5-1", source="openssl"))
    assert shop.run("vex", "write", f"dir:{place}", "--no-db").code == Exit.GOOD
    assert shop.run("vex", "write", f"dir:{place}", "--no-db", "--attach").code == Exit.MISUSED
