"""``paths`` of a spec: what is made and changed after all else."""

from pathlib import Path

import pytest
import yaml

from deb_files import Deb, File, HardLink, Link, tar_of
from workshop import Workshop, base_files, library, program, tree_of

TOOL = Deb(
    "tool",
    "1",
    {
        "opt/t/bin": File("b", 0o755),
        "opt/t/again": HardLink("opt/t/bin", 0o755),
        "opt/t/sub/f": "f",
    },
)
FOLDER = {"path": "/a", "type": "directory"}
FILE = {"path": "/a", "type": "empty-file"}
LINK = {"path": "/a", "type": "hardlink", "source": "/opt/t/bin"}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path, (base_files(), library(), program(), TOOL))


def built(shop: Workshop, *paths: dict[str, object], **more: object) -> dict:
    shop.packages("base-files", "tool", paths=list(paths), **more)
    return dict(tree_of(shop.made()))


def stat(tree: dict, path: str) -> tuple[str, int, int, int]:
    found = tree[path][0]
    return str(found.kind), found.mode, found.uid, found.gid


def same_file(tree: dict, *paths: str) -> bool:
    """Whether all are names of one file, of which a tree has the first name as the file itself."""
    kinds = [str(tree[path][0].kind) for path in paths]
    return "hardlink" in kinds and len({tree[path][0].link or path for path in paths}) == 1


def refused(shop: Workshop, *paths: dict[str, object], **more: object) -> str:
    (shop.spec_file.parent / "up.tar").write_bytes(tar_of({"v": Link("/")}))
    shop.packages("base-files", "tool", paths=list(paths), **more)
    shop.lock()
    ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
    assert ran.code == 2, ran
    return ran.err


def test_folders_files_and_links(shop: Workshop):
    tree = built(
        shop,
        {"path": "/data", "type": "directory", "uid": 65532, "gid": 65532, "permissions": "0o700"},
        {"path": "/data/deep/er", "type": "directory"},
        {"path": "/data/empty", "type": "empty-file", "uid": 65532},
        {"path": "/usr/bin/t", "type": "symlink", "source": "/opt/t/bin"},
        {"path": "/usr/bin/u", "type": "hardlink", "source": "/opt/t/bin"},
    )
    assert stat(tree, "data") == ("directory", 0o700, 65532, 65532)
    assert stat(tree, "data/deep") == ("directory", 0o755, 0, 0)
    assert stat(tree, "data/empty") == ("file", 0o644, 65532, 0)
    assert tree["usr/bin/t"][1] == "/opt/t/bin"
    assert same_file(tree, "usr/bin/u", "opt/t/bin")


class TestHardLinks:
    """A second name of a file, not a copy of it."""

    def test_through_a_symlinked_folder(self, shop: Workshop):
        tree = built(shop, {"path": "/u", "type": "hardlink", "source": "/lib/os-release"})
        assert same_file(tree, "u", "usr/lib/os-release")

    def test_to_a_hard_link_of_the_package(self, shop: Workshop):
        tree = built(shop, {"path": "/a/b", "type": "hardlink", "source": "/opt/t/again"})
        assert same_file(tree, "a/b", "opt/t/again", "opt/t/bin")

    def test_owner_and_mode_are_the_files(self, shop: Workshop):
        change = {"uid": 7, "permissions": "0o500"}
        tree = built(shop, {"path": "/u", "type": "hardlink", "source": "/opt/t/sub/f", **change})
        assert same_file(tree, "u", "opt/t/sub/f")
        assert stat(tree, "u")[1:] == stat(tree, "opt/t/sub/f")[1:] == (0o500, 7, 0)

    def test_in_place_of_another_file(self, shop: Workshop):
        tree = built(shop, {"path": "/opt/t/sub/f", "type": "hardlink", "source": "/opt/t/bin"})
        assert same_file(tree, "opt/t/sub/f", "opt/t/bin")
        said = shop.good("why", shop.out, "/opt/t/sub/f")
        assert "paths in the spec" in said

    def test_to_a_file_of_the_spec(self, shop: Workshop):
        (shop.spec_file.parent / "f").write_text("f")
        wanted = {"path": "/g", "type": "hardlink", "source": "/f"}
        tree = built(shop, wanted, files=[{"source": "f", "path": "/f"}])
        assert same_file(tree, "g", "f")

    def test_what_is_made_here_is_copied(self, shop: Workshop):
        tree = built(
            shop,
            {"path": "/e", "type": "empty-file", "uid": 5},
            {"path": "/f", "type": "hardlink", "source": "/e"},
            {"path": "/p", "type": "hardlink", "source": "/etc/passwd"},
        )
        assert (stat(tree, "f"), tree["f"][1]) == (("file", 0o644, 5, 0), b"")
        assert tree["p"][1] == tree["etc/passwd"][1] != b""

    def test_a_variant_shares_the_layers(self, shop: Workshop):
        link = {"path": "/u", "type": "hardlink", "source": "/opt/t/bin"}
        more = {"path": "/v", "type": "hardlink", "source": "/opt/t/bin"}
        tree = built(shop, link, variants={"dev": {"paths": [more]}})
        assert same_file(tree, "u", "opt/t/bin")
        variant = dict(tree_of(shop.build("--variant", "dev", out="dev")))
        assert same_file(variant, "u", "opt/t/bin")
        assert variant["v"][1] == b"b", "its file lies in a layer below"
        assert ": exact, " in shop.good("rebuild", "--verify", shop.root / "dev")


def test_owner_and_mode_of_what_a_package_brings(shop: Workshop):
    tree = built(shop, {"path": "/opt/t/sub/f", "type": "permissions", "permissions": "0o600", "uid": 7})
    assert stat(tree, "opt/t/sub/f") == ("file", 0o600, 7, 0)


def test_owner_and_mode_behind_a_symlinked_folder(shop: Workshop):
    tree = built(shop, {"path": "/lib/os-release", "type": "permissions", "permissions": "0o400"})
    assert stat(tree, "usr/lib/os-release") == ("file", 0o400, 0, 0)


def test_another_mode_parts_hard_links(shop: Workshop):
    tree = built(shop, {"path": "/opt/t/again", "type": "permissions", "permissions": "0o700"})
    assert stat(tree, "opt/t/again") == ("file", 0o700, 0, 0)
    assert (stat(tree, "opt/t/bin"), tree["opt/t/again"][1]) == (("file", 0o755, 0, 0), b"b")


def test_recursively(shop: Workshop):
    tree = built(
        shop,
        {"path": "/opt/t/l", "type": "symlink", "source": "sub"},
        {"path": "/opt/t", "type": "permissions", "uid": 9, "gid": 8, "permissions": "0o750", "recursive": True},
    )
    assert stat(tree, "opt/t") == ("directory", 0o750, 9, 8)
    assert stat(tree, "opt/t/sub/f") == ("file", 0o750, 9, 8)
    assert stat(tree, "opt/t/bin")[2:] == (9, 8)
    assert stat(tree, "opt/t/l") == ("symlink", 0o777, 9, 8)
    assert stat(tree, "opt") == ("directory", 0o755, 0, 0)


def test_they_go_over_files_of_the_spec(shop: Workshop):
    (shop.spec_file.parent / "f").write_text("f")
    source = {"source": "f", "path": "/f"}
    tree = built(shop, {"path": "/f", "type": "permissions", "permissions": "0o400"}, files=[source])
    assert stat(tree, "f") == ("file", 0o400, 0, 0)
    tree = built(shop, {"path": "/f", "type": "symlink", "source": "opt"}, files=[source])
    assert stat(tree, "f")[0] == "symlink"


def test_a_folder_at_a_symlink_is_where_that_leads(shop: Workshop):
    tree = built(shop, {"path": "/var/run/app", "type": "directory"}, {"path": "/sbin", "type": "directory", "gid": 3})
    assert "run/app" in tree
    assert tree["sbin"][1] == "usr/sbin"
    assert stat(tree, "usr/sbin") == ("directory", 0o755, 0, 3)


def test_what_is_not_there(shop: Workshop):
    assert "there is no /nothing in the image" in refused(shop, {"path": "/nothing", "type": "permissions", "uid": 1})
    said = refused(shop, {"path": "/x", "type": "hardlink", "source": "/nothing"})
    assert "/x is to be a hard link to /nothing, which is no file of the image" in said


def test_a_file_over_a_folder_with_something_in_it(shop: Workshop):
    assert "would put a file over the directory /opt/t" in refused(shop, {"path": "/opt/t", "type": "empty-file"})


def test_a_symlink_out_of_the_root(shop: Workshop):
    shop.packages("base-files", paths=[{"path": "/x", "type": "symlink", "source": "../../etc"}])
    ran = shop.run("lock", shop.spec_file)
    assert (ran.code, f"{shop.spec_file}:13:11: '../../etc' leads out of the root" in ran.err) == (2, True)


def test_a_symlink_that_leads_out_from_where_it_comes_to_lie(shop: Workshop):
    """`/v` leads to `/`, where the target has one step up too many."""
    said = refused(
        shop,
        {"path": "/v/l", "type": "symlink", "source": "../x"},
        files=[{"source": "up.tar", "path": "/", "unpack": True}],
    )
    assert "paths: /v/l is to be a symlink to '../x', which leads out of the root, seen from /l" in said
    lines = shop.spec_file.read_text().split("\n")
    assert f"{shop.spec_file}:{lines.index('  source: ../x') + 1}:11: " in said


class TestOneAfterTheOther:
    """Two entries that make something at one path: a mistake in one file, a replacement of what a file includes."""

    def notes(self, shop: Workshop, included: dict[str, object], own: dict[str, object]) -> tuple[str, dict]:
        (shop.spec_file.parent / "base.yaml").write_text(yaml.safe_dump({"paths": [included]}))
        shop.packages("base-files", "tool", include="base.yaml", paths=[own])
        tree = dict(tree_of(shop.made()))
        said = shop.good("show", shop.out)
        return " ".join(" ".join(line.split()) for line in said.split("\n") if " note " in line), tree

    def test_in_one_file(self, shop: Workshop):
        shop.packages("base-files", paths=[FOLDER, FILE])
        ran = shop.run("lock", shop.spec_file)
        said = f"{shop.spec_file}:13:9: '/a' is made already: 'directory' at '/a' stands before it"
        assert (ran.code, said in ran.err) == (2, True), ran

    def test_over_what_is_included(self, shop: Workshop):
        said, tree = self.notes(shop, FOLDER, FILE)
        assert said == "note paths: the file /a takes the place of the directory that an entry before it makes"
        assert stat(tree, "a")[0] == "file"

    def test_by_the_other_name_of_a_folder(self, shop: Workshop):
        said, tree = self.notes(shop, FILE | {"path": "/lib/a"}, FILE | {"path": "/usr/lib/a", "uid": 5})
        assert said == "note paths: the file /usr/lib/a takes the place of the file that an entry before it makes"
        assert stat(tree, "usr/lib/a") == ("file", 0o644, 5, 0)

    def test_a_hard_link_after_a_file(self, shop: Workshop):
        said, tree = self.notes(shop, FILE, LINK)
        assert said == "note paths: the hardlink /a takes the place of the file that an entry before it makes"
        assert same_file(tree, "a", "opt/t/bin")

    def test_a_file_after_a_hard_link(self, shop: Workshop):
        said, tree = self.notes(shop, LINK, FILE)
        assert said == "note paths: the file /a takes the place of the hardlink that an entry before it makes"
        assert tree["a"][1] == b""

    def test_the_same_again(self, shop: Workshop):
        assert self.notes(shop, FOLDER, FOLDER | {"permissions": "0o755"})[0] == ""
