import io
import itertools
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prill._io.atomic import CannotWrite
from prill._io.cache import CacheInUse, ContentCache
from prill._io.clock import FixedClock
from prill._io.verified import DigestMismatch, SizeMismatch
from prill.model import Digest

NOW = 2_000_000_000
DAY = 86_400


@pytest.fixture
def cache(tmp_path: Path) -> ContentCache:
    return ContentCache(tmp_path / "cache", clock=FixedClock(NOW))


def add(cache: ContentCache, data: bytes, *, age: int = 0) -> Digest:
    digest = Digest.of(data)
    path = cache.add(data, digest, len(data))
    os.utime(path, (NOW - age, NOW - age))
    return digest


def files_of(cache: ContentCache) -> list[str]:
    return sorted(
        str(path.relative_to(cache.root)) for path in cache.root.rglob("*") if path.is_file() and path.name != "lock"
    )


@pytest.mark.parametrize("source", [b"hello", memoryview(b"hello"), io.BytesIO(b"hello")])
def test_what_was_added_is_found(cache: ContentCache, source: bytes):
    digest = Digest.of(b"hello")
    assert cache.find(digest) is None
    path = cache.add(source, digest, 5)
    assert path.read_bytes() == b"hello"
    assert cache.find(digest) == path
    assert cache.read(digest, 5) == b"hello"


@pytest.mark.parametrize("damage", [b"jello", b"hell", b"hello!", b""])
def test_a_damaged_entry_is_found_out_and_gone(cache: ContentCache, damage: bytes):
    digest = add(cache, b"hello")
    path = cache.find_good(digest, 5)
    assert path is not None
    path.write_bytes(damage)
    assert cache.find_good(digest, 5) is None
    assert not path.exists()
    assert cache.find_good(digest, 5) is None
    assert cache.find_good(add(cache, b"hello"), 5) == path


def test_it_is_there_for_the_next_process(cache: ContentCache):
    digest = add(cache, b"hello")
    assert ContentCache(cache.root).read(digest, 5) == b"hello"


@pytest.mark.parametrize(
    ("data", "size", "error"),
    [
        (b"jello", 5, DigestMismatch),
        (b"hell", 5, SizeMismatch),
        (b"hello!", 5, SizeMismatch),
        (b"hello", 4, SizeMismatch),
    ],
)
def test_what_is_not_as_promised_is_not_kept(cache: ContentCache, data: bytes, size: int, error: type[Exception]):
    with pytest.raises(error):
        cache.add(data, Digest.of(b"hello"), size)
    assert files_of(cache) == ["CACHEDIR.TAG"]


def test_a_download_may_begin_anew(cache: ContentCache):
    digest = Digest.of(b"hello")
    with cache.adding(digest, 5) as file:
        file.write(b"hem")
        file.seek(0)
        file.truncate()
        file.write(b"hello")
    assert cache.read(digest, 5) == b"hello"


def test_a_blob_is_written_from_its_beginning(cache: ContentCache):
    with pytest.raises(io.UnsupportedOperation), cache.adding(Digest.of(b""), 0) as file:
        file.seek(1)


@pytest.mark.parametrize("damage", [b"jello", b"hell", b"hello!", b""])
def test_a_blob_that_was_damaged_on_disk_is_read_as_absent_and_removed(cache: ContentCache, damage: bytes):
    digest = add(cache, b"hello")
    path = cache.find(digest)
    assert path
    path.write_bytes(damage)
    assert cache.read(digest, 5) is None
    assert cache.find(digest) is None


NUMBERS = itertools.count()


@given(key=st.text(), data=st.binary())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_result_comes_back_for_its_key_only(cache: ContentCache, key: str, data: bytes):
    kind = f"kind-{next(NUMBERS)}"  # the cache is one for all examples, and one may have another's key and an x
    cache.put_derived(kind, key, data)
    assert cache.derived(kind, key) == data
    assert cache.derived("other", key) is None
    assert cache.derived(kind, key + "x") is None


def test_a_result_replaces_the_one_before(cache: ContentCache):
    cache.put_derived("kind", "key", b"one")
    cache.put_derived("kind", "key", memoryview(b"two"))
    assert cache.derived("kind", "key") == b"two"


def test_a_result_with_any_byte_changed_or_missing_counts_as_absent(cache: ContentCache):
    cache.put_derived("kind", "key", b"data")
    (path,) = (cache.root / "derived").rglob("*/*/*")
    stored = path.read_bytes()
    damaged = [stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :] for at in range(len(stored))]
    damaged += [stored[:at] for at in range(len(stored))] + [stored + b"x"]
    for content in damaged:
        path.write_bytes(content)
        assert cache.derived("kind", "key") is None
        assert not path.exists()


def test_a_result_moved_to_another_key_counts_as_absent(cache: ContentCache):
    cache.put_derived("kind", "key", b"data")
    (path,) = (cache.root / "derived").rglob("*/*/*")
    cache.put_derived("kind", "other", b"")
    (other,) = {found for found in (cache.root / "derived").rglob("*/*/*") if found.is_file()} - {path}
    path.replace(other)
    assert cache.derived("kind", "other") is None


def test_info_adds_up_by_kind(cache: ContentCache):
    add(cache, b"hello", age=DAY)
    add(cache, b"world!")
    cache.put_derived("members", "key", b"")
    info = cache.info()
    assert [(kind.kind, kind.entries) for kind in info.kinds] == [("blobs", 2), ("members", 1)]
    assert (info.kinds[0].bytes, info.kinds[0].oldest) == (11, NOW - DAY)
    assert info.bytes == 11 + info.kinds[1].bytes


def test_info_about_no_cache(tmp_path: Path):
    assert ContentCache(tmp_path / "absent").info().kinds == ()
    assert not (tmp_path / "absent").exists()


def test_pruning_by_age(cache: ContentCache):
    old, young = add(cache, b"old", age=8 * DAY), add(cache, b"young", age=6 * DAY)
    pruned = cache.prune(max_age=7 * DAY)
    assert (pruned.entries, pruned.bytes) == (1, 3)
    assert (cache.find(old), bool(cache.find(young))) == (None, True)


def test_pruning_by_size_removes_the_least_recently_used(cache: ContentCache):
    digests = [add(cache, bytes([age]) * 10, age=age) for age in (50, 40, 30, 20)]
    assert cache.prune(max_bytes=25).entries == 2
    assert [bool(cache.find(digest)) for digest in digests] == [False, False, True, True]


def test_use_makes_young(tmp_path: Path):
    cache = ContentCache(tmp_path / "cache")
    digest = Digest.of(b"hello")
    path = cache.add(b"hello", digest, 5)
    os.utime(path, (NOW - 10 * DAY,) * 2)
    cache = ContentCache(tmp_path / "cache", clock=FixedClock(int(time.time())))
    os.utime(path, (time.time() - 10 * DAY,) * 2)
    assert cache.find(digest)
    assert cache.prune(max_age=DAY).entries == 0


def test_pruning_some_kinds_leaves_the_others(cache: ContentCache):
    digest = add(cache, b"hello")
    cache.put_derived("members", "key", b"data")
    cache.put_derived("indexes", "key", b"data")
    assert cache.prune(max_bytes=0, kinds=["members"]).entries == 1
    assert cache.find(digest)
    assert cache.derived("indexes", "key") == b"data"
    assert cache.derived("members", "key") is None


def test_pruning_nothing_in_particular_removes_nothing(cache: ContentCache):
    add(cache, b"hello", age=1000 * DAY)
    assert cache.prune().entries == 0


def test_state_is_never_pruned(cache: ContentCache):
    add(cache, b"hello")
    cache.state.mkdir()
    (cache.state / "kept").write_bytes(b"x")
    cache.prune(max_bytes=0)
    assert files_of(cache) == ["CACHEDIR.TAG", "state/kept"]


def test_pruning_sweeps_what_killed_processes_left(cache: ContentCache):
    add(cache, b"hello")
    (cache.root / "partial" / ".tmp-killed").write_bytes(b"x")
    assert cache.prune().leftovers == 1
    assert list((cache.root / "partial").iterdir()) == []


def test_pruning_beside_another_process_is_refused(cache: ContentCache):
    digest = add(cache, b"hello")
    program = (
        "import sys; from pathlib import Path; from prill._io.cache import ContentCache; from prill.model import Digest\n"
        f"cache = ContentCache(Path({str(cache.root)!r})); cache.find(Digest.parse({str(digest)!r}))\n"
        "print('using', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"using\n"
        with pytest.raises(CacheInUse) as caught:
            cache.prune(max_bytes=0)
        assert caught.value.hint
        assert cache.find(digest)
        other.communicate(timeout=30)
    assert cache.prune(max_bytes=0).entries == 1


def test_a_reader_keeps_what_it_has_open(cache: ContentCache):
    digest = add(cache, b"hello")
    path = cache.find(digest)
    assert path
    with path.open("rb") as file:
        cache.prune(max_bytes=0)
        assert file.read() == b"hello"
    assert cache.find(digest) is None


def test_many_threads_add_the_same(cache: ContentCache):
    data = os.urandom(200_000)
    digest = Digest.of(data)
    barrier = threading.Barrier(8)
    found: list[bytes] = []

    def work() -> None:
        barrier.wait(10)
        with cache.adding(digest, len(data)) as file:
            for at in range(0, len(data), 1000):
                file.write(data[at : at + 1000])
        found.append(cache.read(digest, len(data)) or b"")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [data] * 8
    assert list((cache.root / "partial").iterdir()) == []


def test_a_file_where_the_cache_should_be(tmp_path: Path):
    (tmp_path / "cache").write_bytes(b"")
    cache = ContentCache(tmp_path / "cache")
    assert cache.find(Digest.of(b"hello")) is None
    with pytest.raises(CannotWrite):
        cache.add(b"hello", Digest.of(b"hello"), 5)
    with pytest.raises(CannotWrite):
        cache.prune()


def test_a_folder_that_cannot_be_made_is_an_empty_cache_until_something_is_written(tmp_path: Path):
    (tmp_path / "file").touch()
    cache = ContentCache(tmp_path / "file" / "cache")
    assert cache.derived("kind", "key") is None
    assert cache.find(Digest.of(b"hello")) is None
    with pytest.raises(CannotWrite):
        cache.put_derived("kind", "key", b"data")
