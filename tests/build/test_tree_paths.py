import pytest

from prill.build.tree_paths import FileTooLarge, is_directory, read_bounded, resolve
from trees import DictTree, Link

TREE = DictTree(
    {
        "usr/lib/x/libc.so.6": b"elf",
        "lib": Link("usr/lib"),
        "etc/alternatives/c": Link("/lib/x/../x/libc.so.6"),
        "usr/lib/c": Link("../../etc/./alternatives/c"),
        "up": Link("../../../usr"),
        "circle": Link("circle"),
        "a": Link("b"),
        "b": Link("a"),
        "broken": Link("nowhere"),
    }
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("lib/x/libc.so.6", "usr/lib/x/libc.so.6"),
        ("/lib//c", "usr/lib/x/libc.so.6"),
        ("up/lib", "usr/lib"),
        ("", ""),
        ("..", ""),
        ("circle", None),
        ("a", None),
        ("broken", None),
        ("usr/nothing", None),
    ],
)
def test_links_are_followed_inside_the_root(path: str, expected: str | None) -> None:
    assert resolve(TREE, path) == expected


def test_a_folder_is_one_behind_links_too() -> None:
    assert is_directory(TREE, "lib/x")
    assert is_directory(TREE, "")
    assert not is_directory(TREE, "lib/c")
    assert not is_directory(TREE, "broken")


def test_reading_stops_at_the_bound() -> None:
    assert read_bounded(TREE, "usr/lib/c", 3) == b"elf"
    with pytest.raises(FileTooLarge, match="2 bytes"):
        read_bounded(TREE, "usr/lib/c", 2)
