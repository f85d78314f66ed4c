"""``paths`` of a spec: what is made and changed after all else."""

from pathlib import Path

import pytest

from deb_files import Deb, File, HardLink
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


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path, (base_files(), library(), program(), TOOL))


def built(shop: Workshop, *paths: dict[str, object], **more: object) -> dict:
    shop.packages("base-files", "tool", paths=list(paths), **more)
    return dict(tree_of(shop.made()))


def stat(tree: dict, path: str) -> tuple[str, int, int, int]:
    found = tree[path][0]
    return str(found.kind), found.mode, found.uid, found.gid


def refused(shop: Workshop, *paths: dict[str, object]) -> str:
    shop.packages("base-files", "tool", paths=list(paths))
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
    assert (stat(tree, "usr/bin/u"), tree["usr/bin/u"][1]) == (("file", 0o755, 0, 0), b"b")


def test_a_hard_link_through_a_symlinked_folder(shop: Workshop):
    tree = built(shop, {"path": "/u", "type": "hardlink", "source": "/lib/os-release"})
    assert tree["u"][1].startswith(b"PRETTY_NAME")


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
    shop.lock()
    ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
    assert ran.code == 1
    assert "which leads out of the root" in ran.err
