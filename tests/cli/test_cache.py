"""``prill cache``: what is kept, and letting go of it."""

import json
import os
from pathlib import Path

import pytest

from workshop import Workshop, digest_of


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path)
    shop.made()
    return shop


def blobs(shop: Workshop) -> list[Path]:
    return [path for path in (shop.root / "cache" / "blobs").rglob("*") if path.is_file()]


def kept(shop: Workshop) -> list[Path]:
    return blobs(shop) + [path for path in (shop.root / "cache" / "derived").rglob("*") if path.is_file()]


def test_info(shop: Workshop):
    said = shop.good("cache", "info")
    assert str(shop.root / "cache") in said
    for kind in ("blobs", "member", "listing", "layer"):
        assert kind in said


def test_info_for_programs(shop: Workshop):
    found = json.loads(shop.good("cache", "info", "--format", "json"))
    assert found["path"] == str(shop.root / "cache")
    assert found["size"] == sum(kind["size"] for kind in found["kinds"])
    (packages,) = (kind for kind in found["kinds"] if kind["kind"] == "blobs")
    assert packages["entries"] == len(blobs(shop))


def test_prune_leaves_what_is_in_use(shop: Workshop):
    before = kept(shop)
    assert shop.good("cache", "prune") == "removed 0 entries, 0 B\n"
    assert kept(shop) == before


def test_prune_by_age(shop: Workshop):
    old = blobs(shop)[0]
    os.utime(old, (1, 1))
    assert shop.good("cache", "prune").startswith("removed 1 entry")
    assert not old.exists()


def test_prune_to_a_size_and_all(shop: Workshop):
    shop.good("cache", "prune", "--max-size", "20k")
    assert 0 < sum(path.stat().st_size for path in kept(shop)) <= 20_000
    shop.good("cache", "prune", "--all")
    assert kept(shop) == []


def test_a_build_after_pruning_is_the_same(shop: Workshop):
    digest = digest_of(shop.out)
    shop.good("cache", "prune", "--all")
    assert digest_of(shop.build(out="again")) == digest


@pytest.mark.parametrize("words", [("--max-size", "many"), ("--max-age", "-1"), ("--max-age", "x")])
def test_misuse(shop: Workshop, words: tuple[str, ...]):
    assert shop.run("cache", "prune", *words).code == 2
    assert shop.run("cache").code == 2
