"""Known base images: remembered, found by their chain ID, and what happens to a damaged file."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from prill.catalogue.known_bases import KnownBase, KnownBases, UnreadableBases, chain_ids
from prill.model import Digest

BASE = KnownBase(
    name="debian:13",
    platform="linux/amd64",
    digest=f"sha256:{'1' * 64}",
    chain_id=f"sha256:{'2' * 64}",
    layers=1,
    created="2026-01-01T00:00:00Z",
    added="2026-02-01T00:00:00Z",
    packages=frozenset({"bash@5.2", "libc6@2.41"}),
)


def test_chain_ids_are_the_specifications():
    one, two = Digest.of(b"one"), Digest.of(b"two")
    second = hashlib.sha256(f"{one} {two}".encode()).hexdigest()
    assert chain_ids([one, two]) == (str(one), f"sha256:{second}")
    assert chain_ids([]) == ()


def test_what_is_added_is_found(tmp_path: Path):
    known = KnownBases(tmp_path / "data" / "bases.sqlite")
    assert known.all() == known.with_chain_id(BASE.chain_id) == ()
    assert known.stamp == "none"
    assert known.add(BASE)
    assert known.with_chain_id(BASE.chain_id) == (BASE,)
    assert known.with_chain_id("sha256:0") == ()
    assert known.stamp != "none"


def test_states_add_up_and_the_newest_comes_first(tmp_path: Path):
    known = KnownBases(tmp_path / "bases.sqlite")
    later = replace(BASE, digest=f"sha256:{'3' * 64}", added="2026-03-01T00:00:00Z")
    assert [known.add(BASE), known.add(later), known.add(BASE)] == [True, True, False]
    assert known.with_chain_id(BASE.chain_id) == (later, BASE)
    assert known.all() == (BASE, later)
    assert known.remove("debian:13") == 2
    assert known.remove("debian:13") == 0
    assert known.all() == ()


@pytest.mark.parametrize("damage", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_is_an_error_that_says_what_to_do(tmp_path: Path, damage: bytes):
    path = tmp_path / "bases.sqlite"
    path.write_bytes(damage)
    known = KnownBases(path)
    with pytest.raises(UnreadableBases, match="cannot use the known bases") as caught:
        known.all()
    assert caught.value.hint
    with pytest.raises(UnreadableBases):
        known.add(BASE)


def test_a_file_of_another_version_is_refused(tmp_path: Path):
    import sqlite3  # noqa: PLC0415

    path = tmp_path / "bases.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UnreadableBases, match="version 99"):
        KnownBases(path).all()


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreadableBases):
        KnownBases(tmp_path / "file" / "bases.sqlite").add(BASE)
