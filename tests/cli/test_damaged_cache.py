"""What is damaged in the cache is fetched again, and never believed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from workshop import Workshop, digest_of

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "one bit": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    "cut": lambda data: data[: len(data) // 2],
    "longer": lambda data: data + b"x",
    "empty": lambda _: b"",
}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture(params=DAMAGES)
def damage(request: pytest.FixtureRequest, shop: Workshop) -> Callable[[], None]:
    """Damage all packages and indexes in the cache, and forget what was computed from them."""

    def change() -> None:
        for blob in (shop.root / "cache" / "blobs").rglob("*"):
            if blob.is_file():
                blob.write_bytes(DAMAGES[request.param](blob.read_bytes()))
        shutil.rmtree(shop.root / "cache" / "derived", ignore_errors=True)

    return change


def test_a_build_fetches_it_again(shop: Workshop, damage: Callable[[], None]):
    digest = digest_of(shop.made())
    damage()
    build = ("build", shop.spec_file, "-o", shop.out, "--arch", "amd64", "--verbose")
    ran = shop.run(*build)
    assert (ran.code, digest_of(shop.out)) == (0, digest)
    assert ran.err.count("was damaged in the cache: it is fetched again") == 3
    assert "damaged" not in shop.run(*build).err


def test_a_rebuild_and_a_lock_do(shop: Workshop, damage: Callable[[], None]):
    shop.made()
    before = shop.lock_file.read_bytes()
    damage()
    assert ": exact, " in shop.good("rebuild", "--verify", shop.out)
    damage()
    shop.lock_file.unlink()
    shop.lock()
    assert shop.lock_file.read_bytes() == before
    shop.good("build", shop.spec_file, "-o", shop.out, "--arch", "amd64", "--offline")


def test_offline_it_is_missing(shop: Workshop, damage: Callable[[], None]):
    shop.made()
    damage()
    ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64", "--offline")
    assert (ran.code, "not in the cache" in ran.err) == (1, True)
    shop.good("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")


def test_a_package_that_vanishes_meanwhile_is_fetched_again(shop: Workshop):
    digest = digest_of(shop.made())
    shutil.rmtree(shop.root / "cache" / "derived")
    shutil.rmtree(shop.root / "cache" / "blobs")
    assert digest_of(shop.build()) == digest
