from itertools import permutations

from prill.views.lock_diff import ChangeLine, lock_diff

AMD64, ARM64 = "linux/amd64", "linux/arm64"


def change(image: str, name: str, old: str, new: str, pocket: str = "") -> ChangeLine:
    return ChangeLine(image=image, name=name, old=old, new=new, pocket=pocket)


CHANGES = (
    change(AMD64, "libssl3t64", "3.5.1-1", "3.5.4-1~deb13u2", "security"),
    change(ARM64, "libssl3t64", "3.5.1-1", "3.5.4-1~deb13u2", "security"),
    change(AMD64, "tzdata", "2025b-4", "2025b-4+deb13u1", "updates"),
    change(ARM64, "tzdata", "2025b-4", "2025b-4+deb13u1", "updates"),
    change(AMD64, "libquadmath0", "", "14.2.0-19", "main"),
    change(ARM64, "libold1", "1.0-1", ""),
)


def test_what_is_the_same_for_all_images_is_said_once():
    assert (
        lock_diff(CHANGES)
        == """\
linux/amd64, linux/arm64:
    libssl3t64  3.5.1-1 → 3.5.4-1~deb13u2  (security)
    tzdata      2025b-4 → 2025b-4+deb13u1  (updates)
linux/amd64:
  + libquadmath0  14.2.0-19  (main)
linux/arm64:
  - libold1  1.0-1
2 changed, 1 added, 1 removed"""
    )


def test_the_order_of_the_changes_does_not_matter():
    assert {lock_diff(one) for one in permutations(CHANGES[1:])} == {lock_diff(CHANGES[1:])}


def test_one_package_that_changes_differently_counts_once_for_each_way():
    text = lock_diff((change(AMD64, "a", "1", "2"), change(ARM64, "a", "1", "3"), change("x dev", "a", "1", "3")))
    assert (
        text
        == """\
linux/arm64, x dev:
    a  1 → 3
linux/amd64:
    a  1 → 2
2 changed"""
    )


def test_versions_are_never_shortened():
    long = "1:1.3.dfsg+really" + "1.3.1" * 30
    name = "librust-" + "a" * 60
    assert lock_diff((change(AMD64, name, long, long + "+b1"), change(AMD64, "b", "", "1"))) == (
        f"linux/amd64:\n  + {'b':<40}  1\n    {name}  {long} → {long}+b1\n1 changed, 1 added"
    )


def test_nothing_changed():
    assert lock_diff(()) == ""


def test_a_name_does_not_command_the_terminal():
    assert lock_diff((change(AMD64, "a\x1b[2J", "", "1\r"),)) == "linux/amd64:\n  + a\\x1b[2J  1\\r\n1 added"
