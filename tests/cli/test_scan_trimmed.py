"""What a build by Prill left out is no longer vulnerable, and the build record is the evidence."""

import hashlib
import json
from pathlib import Path

import pytest

from prill.cli.exit import Exit
from trimmed import LIBRARY, TOOL, artifact_of, record_of, trimmed_shop
from workshop import Workshop, blob, digest_of


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return trimmed_shop(tmp_path, monkeypatch)


def found(shop: Workshop, *words: object, image: object = None) -> dict:
    said = json.loads(shop.good("scan", image or shop.out, "--format", "json", "--no-db", *words))
    return {one["package"]["name"]: one for one in said["findings"]}


def test_a_package_without_its_code_is_marked_with_the_path_and_the_rule(shop: Workshop):
    here = found(shop)
    assert here["libssl3"]["suppressedBy"] is None
    assert here["openssl"]["absentFiles"] == [TOOL]
    dismissed = here["openssl"]["suppressedBy"]
    assert dismissed["kind"] == "trimmed"
    assert dismissed["justification"] == "vulnerable_code_not_present"
    assert dismissed["source"] == "the build record"
    assert dismissed["reason"] == f"none of the package's code is in the image: /{TOOL}, left out by trim:spec"


def test_it_stays_in_the_table_and_does_not_count(shop: Workshop):
    ran = shop.run("scan", shop.out, "--no-db")
    assert "code trimmed" in ran.out
    assert any(line.startswith("1 vulnerability fixed by upgrades") for line in ran.out.splitlines())
    said = shop.good("scan", shop.out, "--no-db", "--explain", "CVE-2026-1000").replace("\n", " ")
    assert f"code: /{LIBRARY}" in said
    assert "vulnerable_code_not_present" in said
    assert f"/{TOOL}, left out by trim:spec" in " ".join(said.split())


def test_a_second_scan_remembers_it(shop: Workshop):
    assert found(shop) == found(shop, "--offline")


def test_without_a_record_nothing_is_marked(shop: Workshop):
    assert found(shop)["openssl"]["suppressedBy"]
    bare = shop.build("--no-referrers", out="bare")
    assert digest_of(bare) == digest_of(shop.out)
    assert found(shop, image=bare)["openssl"]["suppressedBy"] is None, "what is remembered is of another record"


def test_a_record_of_another_image_is_left_aside(shop: Workshop):
    theirs = record_of(shop.out).read_bytes()
    shop.packages("base-files", "app", "openssl")
    whole = shop.made(out="whole")
    artifact = artifact_of(whole)
    swapped = json.loads(artifact.read_bytes())
    swapped["layers"][0] |= {"digest": _put(whole, theirs), "size": len(theirs)}
    artifact.unlink()
    _put(whole, json.dumps(swapped, separators=(",", ":")).encode())
    ran = shop.run("scan", whole, "--no-db", "--format", "json")
    assert "about other layers, so it was left aside" in ran.err
    assert all(one["suppressedBy"] is None for one in json.loads(ran.out)["findings"])


def _put(layout: Path, data: bytes) -> str:
    """Add a blob; return its digest."""
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    blob(layout, digest).write_bytes(data)
    return digest


def test_a_record_that_cannot_be_read_is_told_and_marks_nothing(shop: Workshop):
    record_of(shop.out).write_bytes(b"no record")
    ran = shop.run("scan", shop.out, "--no-db", "--format", "json")
    assert ran.code == Exit.GOOD
    assert "what the build left out is not known" in ran.err
    assert all(one["suppressedBy"] is None for one in json.loads(ran.out)["findings"])
