"""How packages are laid over each other: what is shared, what gives way, what moves, what fails."""

import pytest

from deb_files import Device, File, Folder, HardLink, Item, Link
from listed import package, sha256
from prill.build.listing import Listed
from prill.build.merge import merge
from prill.build.parents import parents
from prill.build.placed import Dropped, Placed
from prill.build.replaces import replaces
from prill.build.rootfs import FileConflict, Rootfs
from prill.build.symlinks import CircularLinks, LinkLeavesRoot, resolve_link
from prill.build.trim import Trimmer
from prill.model import FileKind


def where(root: Rootfs, path: str) -> tuple[str, str, str]:
    """Owner, rule and content of a path."""
    placed = root.placed[path]
    return placed.owner, placed.rule, placed.entry.sha256 or placed.entry.link


class TestSharedPaths:
    def test_a_folder_belongs_to_whoever_comes_first(self):
        root = merge([package("b", {"opt": Folder()}), package("a", {"opt": Folder()})])
        assert where(root, "opt") == ("a", "package", "")
        assert root.notes == []

    def test_base_files_comes_before_all(self):
        root = merge([package("a", {"opt": Folder(0o700)}), package("base-files", {"opt": Folder()})])
        assert root.placed["opt"].owner == "base-files"
        assert root.placed["opt"].entry.mode == 0o755
        assert root.notes == ["/opt: base-files wants mode 755, a 700; the first is kept"]

    def test_folders_that_nobody_ships_are_roots(self):
        root = merge([package("a", {"opt/deep/file": "x"})])
        assert where(root, "opt") == ("a", "parent", "")
        assert (root.placed["opt/deep"].entry.mode, root.placed["opt/deep"].entry.uid) == (0o755, 0)

    def test_identical_files_are_one(self):
        root = merge([package("a", {"f": "same"}), package("b", {"f": "same"})])
        assert where(root, "f") == ("a", "package", sha256("same"))
        assert root.dropped == [Dropped("f", "b", "same-as:a")]

    @pytest.mark.parametrize(
        ("first", "second", "said"),
        [
            (File("same"), File("same", 0o600), "/f: a wants mode 644, b 600; the first is kept"),
            (File("same"), File("same", uid=7, gid=8), "/f: a wants mode 644 of 0:0, b 644 of 7:8; the first is kept"),
            (File("same", mtime=1), File("same", mtime=2), ""),
            (Folder(), Folder(gid=5), "/f: a wants mode 755 of 0:0, b 755 of 0:5; the first is kept"),
        ],
        ids=["mode", "owner", "time", "folder"],
    )
    def test_another_mode_or_owner_is_noted(self, first: Item, second: Item, said: str):
        root = merge([package("b", {"f": second}), package("a", {"f": first})])
        assert root.notes == ([said] if said else [])
        assert root.placed["f"].owner == "a"
        if isinstance(first, File):
            assert root.dropped == [Dropped("f", "b", "same-content-as:a" if said else "same-as:a")]

    def test_another_mode_of_who_replaces_it_is_taken(self):
        newer = package("b", {"f": File("same", 0o600)}, replaces_field="a")
        root = merge([package("a", {"f": "same"}), newer])
        assert (root.placed["f"].owner, root.placed["f"].entry.mode, root.notes) == ("b", 0o600, [])
        assert root.dropped == [Dropped("f", "a", "replaced-by:b")]

    def test_identical_links_are_one(self):
        root = merge([package("a", {"l": Link("t")}), package("b", {"l": Link("t")})])
        assert root.dropped == [Dropped("l", "b", "same-as:a")]

    def test_devices_are_told_apart_by_their_numbers(self):
        same = [package("a", {"d": Device(1, 3)}), package("b", {"d": Device(1, 3)})]
        assert merge(same).dropped == [Dropped("d", "b", "same-as:a")]
        with pytest.raises(FileConflict):
            merge([package("a", {"d": Device(1, 3)}), package("b", {"d": Device(1, 5)})])


class TestConflicts:
    def test_two_contents_are_explained(self):
        with pytest.raises(FileConflict, match=r"^/f comes from a and, different, from b$") as caught:
            merge([package("a", {"f": "1"}), package("b", {"f": "2"})])
        assert "exclude one of the packages" in str(caught.value.hint)

    def test_a_trimmed_path_is_no_conflict(self):
        trim = Trimmer((), paths=("f",))
        root = merge([package("a", {"f": "1"}, trim=trim), package("b", {"f": "2"}, trim=trim)])
        assert [one.rule for one in root.dropped] == ["trim:spec", "trim:spec"]

    def test_replaces_decides_whatever_the_order(self):
        for newer, older in (("a", "b"), ("b", "a")):
            root = merge(
                [
                    package(newer, {"f": "new"}, replaces_field=f"{older} (<< 2)", versions={older: "1"}),
                    package(older, {"f": "old"}),
                ]
            )
            assert where(root, "f") == (newer, "package", sha256("new"))
            assert root.dropped == [Dropped("f", older, f"replaced-by:{newer}")]

    def test_replaces_of_another_version_does_not(self):
        with pytest.raises(FileConflict):
            merge(
                [
                    package("a", {"f": "new"}, replaces_field="b (<< 2)", versions={"b": "2"}),
                    package("b", {"f": "old"}),
                ]
            )

    def test_each_replacing_the_other_decides_nothing(self):
        with pytest.raises(FileConflict, match="and each says it replaces the other"):
            merge([package("a", {"f": "1"}, replaces_field="b"), package("b", {"f": "2"}, replaces_field="a")])

    def test_a_file_where_another_has_a_folder(self):
        with pytest.raises(FileConflict, match=r"^/x comes from a and, different, from b$"):
            merge([package("a", {"x": "file"}), package("b", {"x": Folder()})])

    def test_a_file_where_another_has_files_below(self):
        with pytest.raises(FileConflict, match="/x/y of b lies below /x, which is a file of a"):
            merge([package("a", {"x": "file"}), package("b", {"x/y": "1"})])


class TestReplaces:
    def test_the_field_is_read_as_any_relation(self):
        may = replaces(b"Package: a\nReplaces: x, b (>= 2), c (= 1:1-1)\n", {"b": "2.1", "c": "1:1-1", "x": "0"})
        assert [name for name in ("b", "c", "d", "x") if may(name)] == ["b", "c", "x"]

    def test_without_the_field_nothing(self):
        assert not replaces(b"Package: a\n", {"b": "1"})("b")


class TestDiversions:
    DIVERTS = (("usr/bin/vi", "usr/bin/vi.plain"),)

    def test_another_packages_file_moves(self):
        root = merge(
            [package("vim", {"usr/bin/vi": "vim"}, diverts=self.DIVERTS), package("nvi", {"usr/bin/vi": "nvi"})]
        )
        assert where(root, "usr/bin/vi") == ("vim", "package", sha256("vim"))
        assert where(root, "usr/bin/vi.plain") == ("nvi", "diverted-by:vim", sha256("nvi"))

    def test_hard_links_to_a_diverted_file_follow_it(self):
        nvi = package("nvi", {"usr/bin/vi": "nvi", "usr/bin/ex": HardLink("usr/bin/vi")})
        root = merge([package("vim", {"usr/bin/vi": "vim"}, diverts=self.DIVERTS), nvi])
        assert root.placed["usr/bin/ex"].entry.kind is FileKind.HARDLINK
        assert where(root, "usr/bin/ex")[2] == sha256("nvi")
        assert root.placed["usr/bin/ex"].entry.link == "usr/bin/vi.plain"

    def test_a_diversion_without_a_victim_is_nothing(self):
        assert sorted(merge([package("vim", {"f": "1"}, diverts=self.DIVERTS)]).placed) == ["f"]


class TestMergedUsr:
    """Debian 12's packages still ship files in /lib, Debian 13's in /usr/lib; both meet in one place."""

    def test_both_styles_meet(self):
        old = package("old", {"bin/a": "a", "lib/x/libc.so": "c", "sbin": Folder(), "lib64/ld.so": Link("../x")})
        new = package("new", {"usr/bin/b": "b", "usr/lib/x/libm.so": "m"})
        root = merge([old, new])
        files = [path for path, one in root.placed.items() if one.entry.kind is not FileKind.DIRECTORY]
        assert sorted(files) == ["usr/bin/a", "usr/bin/b", "usr/lib/x/libc.so", "usr/lib/x/libm.so", "usr/lib64/ld.so"]
        assert not {"bin", "lib", "sbin", "lib64"} & set(root.placed)

    def test_the_links_of_base_files_stay_links(self):
        root = merge(
            [package("base-files", {"lib": Link("usr/lib"), "usr/lib": Folder()}), package("a", {"lib/f": ""})]
        )
        assert where(root, "lib") == ("base-files", "package", "usr/lib")
        assert where(root, "usr/lib/f") == ("a", "package", sha256(""))

    def test_the_same_file_under_both_names_is_one(self):
        root = merge([package("a", {"lib/f": "1"}), package("b", {"usr/lib/f": "1"})])
        assert root.dropped == [Dropped("usr/lib/f", "b", "same-as:a")]
        with pytest.raises(FileConflict):
            merge([package("a", {"lib/f": "1"}), package("b", {"usr/lib/f": "2"})])

    def test_hard_links_are_renamed_on_both_sides(self):
        root = merge([package("a", {"bin/f": "1", "bin/g": HardLink("bin/f")})])
        assert root.placed["usr/bin/g"].entry.link == "usr/bin/f"


class TestHardLinks:
    def test_one_whose_target_is_trimmed_becomes_the_file(self):
        files = {"f": File("x", 0o755), "g": HardLink("f", 0o755), "h": HardLink("f", 0o755)}
        root = merge([package("a", files, trim=Trimmer((), paths=("f",)))])
        assert where(root, "g") == ("a", "hard-link-resolved", sha256("x"))
        assert root.placed["g"].entry.kind is FileKind.FILE
        assert (root.placed["h"].entry.kind, root.placed["h"].entry.link) == (FileKind.HARDLINK, "g")

    def test_links_to_links_point_at_the_file(self):
        root = merge([package("a", {"f": "x", "g": HardLink("f"), "h": HardLink("g")})])
        assert root.placed["h"].entry.link == "f"

    def test_one_whose_target_another_package_replaced_keeps_its_own_content(self):
        old = package("old", {"f": "old", "g": HardLink("f")})
        new = package("new", {"f": "new"}, replaces_field="old", versions={"old": "1"})
        root = merge([old, new])
        assert where(root, "f") == ("new", "package", sha256("new"))
        assert where(root, "g") == ("old", "hard-link-resolved", sha256("old"))

    def test_one_whose_target_is_covered_later(self):
        root = merge([package("a", {"f": "x", "g": HardLink("f")})])
        root.cover(Placed(Listed("f", FileKind.FILE, 0o644, 0, 0, 0, 0, sha256=sha256("")), "prill", "r"), "made:r")
        root.finish()
        assert where(root, "g") == ("a", "hard-link-resolved", sha256("x"))
        assert root.dropped == [Dropped("f", "a", "made:r")]

    def test_another_mode_is_another_file(self):
        """One inode has one mode: a setuid program must not stay one under its other name."""
        files = {"su": File("x", 0o4755), "sudo": HardLink("su", 0o4755)}
        root = merge([package("a", files)], keep_setuid=["/su"])
        assert (root.placed["su"].entry.mode, root.placed["su"].rule) == (0o4755, "setuid-kept")
        assert (root.placed["sudo"].entry.mode, root.placed["sudo"].rule) == (0o755, "setuid-dropped")
        assert root.placed["sudo"].entry.kind is FileKind.FILE


class TestSetuid:
    FILES = {"su": File("x", 0o4755), "wall": File("y", 0o2755), "cp": File("z", 0o755), "mail": Folder(0o2775)}  # noqa: RUF012

    def test_bits_are_dropped_and_listed(self):
        root = merge([package("a", self.FILES)])
        assert root.setuid == [("su", "a", 0o4755, False), ("wall", "a", 0o2755, False)]
        assert [root.placed[path].entry.mode for path in ("su", "wall", "cp")] == [0o755, 0o755, 0o755]
        assert root.placed["su"].rule == "setuid-dropped"

    def test_the_spec_keeps_what_it_names(self):
        root = merge([package("a", self.FILES)], keep_setuid=["/su"])
        assert root.placed["su"].entry.mode == 0o4755
        assert root.setuid == [("su", "a", 0o4755, True), ("wall", "a", 0o2755, False)]

    def test_folders_keep_theirs(self):
        assert merge([package("a", self.FILES)]).placed["mail"].entry.mode == 0o2775

    def test_a_trimmed_program_is_not_listed(self):
        assert merge([package("a", {"su": File("x", 0o4755)}, trim=Trimmer((), paths=("su",)))]).setuid == []


class TestLinkedFolders:
    def test_what_lies_below_a_link_moves_to_where_it_leads(self):
        root = merge([package("a", {"var/run": Link("/run"), "run": Folder()}), package("b", {"var/run/x": "1"})])
        assert where(root, "run/x") == ("b", "through-link:var/run/x", sha256("1"))
        assert "var/run/x" not in root.placed

    def test_a_link_and_a_folder_are_the_link(self):
        for first, second in (("a", "b"), ("b", "a")):
            root = merge([package(first, {"x": Link("y"), "y": Folder()}), package(second, {"x": Folder(), "x/f": ""})])
            assert root.placed["x"].entry.kind is FileKind.SYMLINK
            assert "y/f" in root.placed

    def test_links_below_links(self):
        files = {"b": Folder(), "b/c": Link("d"), "b/d": Folder()}
        root = merge([package("a", {"x": Link("b"), **files}), package("z", {"x/c/f": "1"})])
        assert "b/d/f" in root.placed
        root = merge([package("a", {"x": Link("b"), "x/c": Link("d")}), package("z", {"x/c/f": "1"})])
        assert "b/d/f" in root.placed

    def test_a_conflict_behind_a_link_is_a_conflict(self):
        files = {"x": Link("y"), "y/f": "1"}
        with pytest.raises(FileConflict, match="/y/f comes from a and, different, from b"):
            merge([package("a", files), package("b", {"x/f": "2"})])

    def test_hard_links_behind_a_link_stay_hard_links(self):
        root = merge([package("a", {"x": Link("y")}), package("b", {"x/f": "1", "x/g": HardLink("x/f")})])
        assert root.placed["y/g"].entry.kind is FileKind.HARDLINK
        assert root.placed["y/g"].entry.link == "y/f"

    def test_a_link_to_a_file_is_no_folder(self):
        with pytest.raises(FileConflict, match="lies below /y, which is a file"):
            merge([package("a", {"x": Link("y"), "y": "file"}), package("b", {"x/f": "1"})])

    def test_a_link_to_the_root(self):
        root = merge([package("a", {"l": Link("."), "l/f": "x"})])
        assert where(root, "f") == ("a", "through-link:l/f", sha256("x"))

    def test_a_circle(self):
        with pytest.raises(CircularLinks, match="/x/f of b lies behind a circle of symlinks"):
            merge([package("a", {"x": Link("y"), "y": Link("x")}), package("b", {"x/f": "1"})])

    def test_a_chain_that_grows_for_ever(self):
        with pytest.raises(CircularLinks, match="circle"):
            merge([package("a", {"x": Link("x/x")}), package("b", {"x/f": "1"})])

    @pytest.mark.parametrize("text", ["../x", "a/../../x", "../../../../etc/passwd"])
    def test_a_link_out_of_the_root_is_refused(self, text: str):
        with pytest.raises(LinkLeavesRoot, match="which leads out of the root"):
            merge([package("a", {"usr": Folder(), "l": Link(text)})])

    def test_a_link_to_the_roots_edge_is_not(self):
        root = merge([package("a", {"usr/bin/l": Link("../../etc/x")})])
        assert root.placed["usr/bin/l"].entry.link == "../../etc/x"


class TestEmptiedFolders:
    def test_they_go_with_what_was_in_them(self):
        trim = Trimmer(["man"])
        root = merge([package("a", {"usr/share/man": Folder(), "usr/share/man/man1/a.1": "", "usr/x": ""}, trim=trim)])
        assert sorted(root.placed) == ["usr", "usr/x"]
        assert [(one.path, one.rule) for one in root.dropped] == [
            ("usr/share", "emptied"),
            ("usr/share/man", "emptied"),
            ("usr/share/man/man1/a.1", "trim:man"),
        ]

    def test_what_was_shipped_empty_stays(self):
        assert "var/empty" in merge([package("a", {"var/empty": Folder(0o700)})]).placed

    def test_a_trim_set_takes_an_empty_folder_it_names(self):
        root = merge([package("a", {"usr/share/man/man1": Folder()}, trim=Trimmer(["man"]))])
        assert "usr/share/man/man1" not in root.placed


class TestCover:
    def test_a_folder_with_something_in_it_is_not_covered(self):
        root = merge([package("a", {"d/f": "1"})])
        with pytest.raises(FileConflict, match="prill would put a file over the directory /d of a"):
            root.cover(Placed(Listed("d", FileKind.FILE, 0o644, 0, 0, 0, 0), "prill", "r"), "made:r")

    def test_an_empty_folder_is(self):
        root = merge([package("a", {"d": Folder()})])
        root.cover(Placed(Listed("d", FileKind.SYMLINK, 0o777, 0, 0, 0, 0, "/run"), "prill", "r"), "made:r")
        assert where(root, "d") == ("prill", "r", "/run")
        assert root.dropped == [Dropped("d", "a", "made:r")]

    def test_settling_follows_links(self):
        root = merge([package("a", {"var/run": Link("/run"), "run": Folder(), "gone": Link("nowhere")})])
        assert root.settle("var/run/x", FileKind.FILE, "me") == "run/x"
        assert root.settle("var/run", FileKind.DIRECTORY, "me") == "run"
        assert root.settle("var/run", FileKind.SYMLINK, "me") == "var/run"
        assert root.settle("gone", FileKind.DIRECTORY, "me") == "gone"

    def test_no_link_out_of_the_root_is_made_either(self):
        root = merge([package("a", {"f": ""})])
        root.cover(Placed(Listed("l", FileKind.SYMLINK, 0o777, 0, 0, 0, 0, "../x"), "files:1", "r"), "r")
        with pytest.raises(LinkLeavesRoot):
            root.finish()


def test_parents_are_nearest_first():
    assert parents("a/b/c") == ("a/b", "a")
    assert parents("a") == ()


@pytest.mark.parametrize(
    ("link", "text", "expected"),
    [("a/b", "c", "a/c"), ("a/b", "../c", "c"), ("a/b", "/c/./d", "c/d"), ("a", "b/../c", "c"), ("a/b", "..", "")],
)
def test_links_are_resolved_inside_the_root(link: str, text: str, expected: str):
    assert resolve_link(link, text) == expected


def test_the_order_in_which_packages_are_given_changes_nothing():
    packages = [package(name, {"d": Folder(0o700 + number), name: name}) for number, name in enumerate("bca")]
    assert merge(packages).placed == merge(reversed(packages)).placed
