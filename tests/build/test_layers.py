"""Groups, members and layers: what shares a layer, and that the bytes never depend on what a cache had."""

import gzip
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from deb_files import File, HardLink
from listed import Listed, package
from prill._io.cache import ContentCache
from prill.archive.codecs import Codec, codec_identity, compress, decode
from prill.archive.tar import walk
from prill.build.entries import directory, regular_file
from prill.build.generated import GeneratedEntry
from prill.build.layers import BuiltLayer, LayerPlan, build_layers, choose_groups
from prill.build.members import Member, MemberStore, layer_codec, member_key
from prill.build.merge import merge
from prill.build.plan import Owner, join_layers, plan_layers, plan_top
from prill.build.rootfs import Rootfs
from prill.model import Digest, FileKind

EPOCH = 2_000
DATA = b"zero" + b"one" * 100 + b"two"


def entry(path: str, at: int, size: int, **values: object) -> Listed:
    return Listed(path, FileKind.FILE, 0o644, 0, 0, size, 1_000, offset=at, **values)  # type: ignore[arg-type]


def member(owner: str = "a", *, entries: Sequence[Listed] | None = None, identity: str = "i") -> Member:
    found = (entry("zero", 0, 4), entry("one", 4, 300)) if entries is None else entries
    return Member(owner=owner, identity=identity, entries=found, extra=(), content=lambda: memoryview(DATA))


def folder(path: str) -> Listed:
    return Listed(path, FileKind.DIRECTORY, 0o755, 0, 0, 0, 1_000)


def plan(*members: Member, name: str = "l", folders: Sequence[Listed] = ()) -> LayerPlan:
    return LayerPlan(name=name, folders=folders, members=members)


def build(*plans: LayerPlan, codec: Codec = Codec.GZIP, cache: ContentCache | None = None) -> tuple[BuiltLayer, ...]:
    return build_layers(plans, codec=codec, cache=cache)


class TestGroups:
    SIZES = {"big": 30, "middle": 20, "small": 10, "tiny": 1}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("budget", "groups"),
        [
            (1, ()),
            (2, ()),
            (3, ("big",)),
            (4, ("big", "middle")),
            (5, ("big", "middle", "small", "tiny")),  # one left alone needs no layer of the rest
            (99, ("big", "middle", "small", "tiny")),
        ],
    )
    def test_the_largest_get_a_layer_of_their_own(self, budget: int, groups: tuple[str, ...]):
        assert choose_groups(self.SIZES, budget=budget) == groups

    def test_equal_sizes_go_by_name(self):
        assert choose_groups({"b": 1, "a": 1, "c": 1, "d": 1}, budget=4) == ("a", "b")

    def test_former_groups_keep_their_places(self):
        grown = {**self.SIZES, "tiny": 999, "new": 500}
        assert choose_groups(grown, budget=4, previous=("big", "middle")) == ("big", "middle")

    def test_a_place_that_is_free_goes_to_the_largest(self):
        assert choose_groups({"big": 3, "small": 1, "tiny": 1, "new": 9}, budget=4, previous=("gone", "big")) == (
            "big",
            "new",
        )

    def test_a_smaller_budget_keeps_the_first(self):
        assert choose_groups(self.SIZES, budget=3, previous=("small", "big")) == ("small",)


class TestMembers:
    def test_the_key_covers_what_decides_the_bytes(self):
        base = member()
        others = [
            member(identity="j"),
            member(entries=base.entries[:1]),
            member(entries=base.entries[::-1]),
            member(entries=[entry("zero", 0, 4, link=""), entry("one", 4, 300, sha256="x")]),
        ]
        extra = Member(owner="a", identity="i", entries=base.entries, extra=((folder("x"), b""),), content=base.content)
        keys = [member_key(one, Codec.GZIP) for one in (base, *others, extra)]
        keys.append(member_key(base, Codec.ZSTD))
        assert len(set(keys)) == len(keys)

    def test_a_cached_member_needs_no_content(self, tmp_path: Path):
        store = MemberStore(ContentCache(tmp_path), Codec.GZIP)
        packed, plain = store.compressed(member(), "key")
        assert plain is not None

        def gone() -> memoryview:
            raise AssertionError("the package is read again")

        again = Member(owner="a", identity="i", entries=member().entries, extra=(), content=gone)
        assert store.compressed(again, "key") == (packed, None)
        assert store.unpacked(packed) == plain

    def test_without_a_cache_nothing_is_kept(self):
        packed, plain = MemberStore(None, Codec.GZIP).compressed(member(), "key")
        assert plain is not None
        assert gzip.decompress(packed) == plain


LARGE = random.Random(1).randbytes(9 << 19) * 2  # noqa: S311 - 9 MiB, always the same


def large_member() -> Member:
    entries = (entry("large", 0, len(LARGE)), entry("small", 5, 7))
    return Member(owner="l", identity="l", entries=entries, extra=(), content=lambda: memoryview(LARGE))


class TestLargeMembers:
    """They are cut into pieces for threads to share, always at the same places."""

    @pytest.mark.parametrize(("codec", "size"), [(Codec.GZIP, 1 << 20), (Codec.ZSTD, 4 << 20)])
    def test_the_pieces_are_what_one_thread_would_write(self, codec: Codec, size: int):
        found = []
        for threads in (1, 2, 7):
            with MemberStore(None, codec, threads=threads) as store:
                found.append(store.compressed(large_member(), "key"))
        ((packed, plain),) = set(found)
        assert plain is not None
        pieces = [compress(plain[start : start + size], codec) for start in range(0, len(plain), size)]
        assert packed == b"".join(pieces)
        assert len(pieces) == len(plain) // size + 1
        assert decode(packed, codec) == plain

    def test_a_layer_has_the_same_bytes_from_the_cache(self, tmp_path: Path):
        plans = (plan(large_member(), member()),)
        without, cache = build(*plans), ContentCache(tmp_path)
        assert build(*plans, cache=cache) == build(*plans, cache=cache) == without
        assert gzip.decompress(without[0].data) == decode(without[0].data, Codec.GZIP)

    def test_their_size_is_part_of_what_a_lock_names(self):
        assert layer_codec(Codec.GZIP) == f"{codec_identity(Codec.GZIP)}/1MiB"
        assert layer_codec(Codec.ZSTD) == f"{codec_identity(Codec.ZSTD)}/4MiB"
        assert layer_codec(Codec.NONE) == "none"


@pytest.mark.parametrize("codec", [Codec.GZIP, Codec.ZSTD])
class TestLayers:
    PLANS = (plan(member("a"), member("b", identity="j"), folders=(folder("d"),)), plan(member("c", identity="k")))

    def test_concatenated_members_are_one_stream_and_one_tar(self, codec: Codec):
        layer = build(*self.PLANS, codec=codec)[0]
        tar = decode(layer.data, codec)
        assert Digest.of(tar) == layer.diff_id
        assert Digest.of(layer.data) == layer.digest
        assert (len(tar), len(layer.data)) == (layer.unpacked, layer.size)
        found = [(one.stat.path, tar[one.offset : one.offset + one.stat.size]) for one in walk(tar)]
        assert found == [("d", b""), *[("zero", b"zero"), ("one", b"one" * 100)] * 2]
        if codec is Codec.GZIP:
            assert gzip.decompress(layer.data) == tar

    def test_the_cache_changes_no_byte(self, codec: Codec, tmp_path: Path):
        without = build(*self.PLANS, codec=codec)
        cache = ContentCache(tmp_path)
        assert build(*self.PLANS, codec=codec, cache=cache) == without
        assert build(*self.PLANS, codec=codec, cache=cache) == without

    def test_a_damaged_cache_changes_no_byte(self, codec: Codec, tmp_path: Path):
        cache = ContentCache(tmp_path)
        without = build(*self.PLANS, codec=codec, cache=cache)
        damaged = [path for path in (tmp_path / "derived").rglob("*") if path.is_file()]
        assert {path.parts[-3] for path in damaged} == {"member", "layer"}
        for path in damaged:
            data = bytearray(path.read_bytes())
            data[-1] ^= 1
            path.write_bytes(data)
        assert build(*self.PLANS, codec=codec, cache=ContentCache(tmp_path)) == without
        for path in damaged:
            path.write_bytes(path.read_bytes()[:10])
        assert build(*self.PLANS, codec=codec, cache=ContentCache(tmp_path)) == without

    def test_a_layer_without_members(self, codec: Codec):
        layer = build(plan(folders=(folder("d"),)), codec=codec)[0]
        assert [one.stat.path for one in walk(decode(layer.data, codec))] == ["d"]

    def test_the_number_of_threads_changes_no_byte(self, codec: Codec):
        assert build_layers(self.PLANS, codec=codec, cache=None, threads=1) == build_layers(
            self.PLANS, codec=codec, cache=None, threads=8
        )


def owner(name: str, group: str, root: Rootfs, *, built: int = 1_000) -> Owner:
    del root
    return Owner(name=name, group=group, identity=name, built=built, content=lambda: memoryview(b""))


def planned(root: Rootfs, *owners: Owner, groups: Sequence[str] = (), **values: object) -> dict[str, LayerPlan]:
    options = {"epoch": EPOCH, "skip": lambda _path: False, **values}
    return {one.name: one for one in plan_layers(root, owners, groups=groups, **options)}  # type: ignore[arg-type]


class TestPlans:
    ROOT = merge(
        [
            package("a", {"usr/a": "1", "usr/alias": HardLink("usr/a")}),
            package("b", {"usr/b": File("2", mtime=EPOCH + 5), "empty": "", "var/void/x": ""}),
            package("c", {"usr/c": ""}),
        ]
    )

    def plans(self, **values: object) -> dict[str, LayerPlan]:
        owners = [
            owner("a", "src-a", self.ROOT),
            owner("b", "src-b", self.ROOT, built=1_500),
            owner("c", "x", self.ROOT),
        ]
        return planned(self.ROOT, *owners, groups=("src-b",), **values)

    def test_groups_come_first_and_the_rest_share_one(self):
        plans = self.plans()
        assert list(plans) == ["src-b", "rest"]
        assert [one.owner for one in plans["rest"].members] == ["a", "c"]

    def test_each_layer_has_the_folders_it_needs_parents_first(self):
        plans = self.plans()
        assert [one.path for one in plans["src-b"].folders] == ["usr", "var", "var/void"]
        assert [one.path for one in plans["rest"].folders] == ["usr"]

    def test_folders_have_the_time_of_their_layers_newest_package(self):
        plans = self.plans()
        assert {one.mtime for one in plans["src-b"].folders} == {1_500}
        assert {one.mtime for one in plans["rest"].folders} == {1_000}
        assert {one.mtime for one in self.plans(epoch=7)["rest"].folders} == {7}

    def test_no_time_is_later_than_the_epoch(self):
        times = {one.path: one.mtime for one in self.plans()["src-b"].members[0].entries}
        assert times["usr/b"] == EPOCH
        assert max(times.values()) == EPOCH

    def test_hard_links_follow_their_files(self):
        kinds = [one.kind for one in self.plans()["rest"].members[0].entries]
        assert kinds == [FileKind.FILE, FileKind.HARDLINK]

    def test_a_hard_link_into_a_layer_below_becomes_the_file(self):
        plans = self.plans(skip=lambda path: path == "usr/a")
        entries = plans["rest"].members[0].entries
        assert [(one.path, one.kind, one.size) for one in entries] == [("usr/alias", FileKind.FILE, 1)]

    def test_what_lies_below_already_is_left_out(self):
        assert list(self.plans(skip=lambda _path: True)) == []
        assert list(self.plans(prefix="dev")) == ["dev-src-b", "dev-rest"]


class TestTop:
    def test_made_entries_and_whiteouts(self):
        root = merge([package("a", {"usr/a": ""})])
        made: dict[str, GeneratedEntry] = {
            "etc/x": regular_file("etc/x", b"content", "rule"),
            "var/empty": directory("var/empty", "rule", mode=0o700),
        }
        top = plan_top(root, "prill", made, whiteouts=["usr/a", "gone"], epoch=EPOCH)
        assert top is not None
        assert [one.path for one, _ in top.members[0].extra] == ["etc/x", ".wh.gone", "usr/.wh.a"]
        assert [one.path for one in top.folders] == ["etc", "usr", "var", "var/empty"]

    def test_nothing_made_is_no_layer(self):
        assert plan_top(merge([package("a", {"f": ""})]), "prill", {}, epoch=0) is None


class TestBudget:
    PLANS = tuple(plan(member(name), name=name, folders=(folder("usr"), folder(name))) for name in "abcd")

    @pytest.mark.parametrize(("budget", "names"), [(9, "a b c d"), (4, "a b c d"), (3, "a b c+d"), (1, "a+b+c+d")])
    def test_the_topmost_are_joined(self, budget: int, names: str):
        assert [one.name for one in join_layers(self.PLANS, budget)] == names.split()

    def test_a_joined_layer_has_everything_once(self):
        joined = join_layers(self.PLANS, 2)[1]
        assert [one.path for one in joined.folders] == ["b", "c", "d", "usr"]
        assert [one.owner for one in joined.members] == ["b", "c", "d"]
