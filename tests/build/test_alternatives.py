import pytest

from prill.build.alternatives import (
    Alternative,
    AlternativeLink,
    alternative_links,
    interpreter_links,
    read_alternatives,
)
from prill.model import FileKind
from trees import DictTree, Link, by_path

GAWK = b"""#!/bin/sh
set -e
update-alternatives --quiet --install /usr/bin/awk awk /usr/bin/gawk 10 \\
  --slave /usr/share/man/man1/awk.1.gz awk.1.gz /usr/share/man/man1/gawk.1.gz \\
  --slave /usr/bin/nawk nawk /usr/bin/gawk
"""
MAWK = GAWK.replace(b"gawk", b"mawk").replace(b" 10 ", b" 5 ")
JAVA = b"""#!/bin/sh
priority=2111
basedir=/usr/lib/jvm/java-21-openjdk-amd64
mandir=$basedir/man
jre_tools='java keytool'
if [ "$DPKG_MAINTSCRIPT_ARCH" != $(dpkg --print-architecture) ]; then
    priority=$(expr $priority - 1)
fi
for i in $jre_tools; do
    unset slave1 || true
    if [ -e $mandir/man1/$i.1.gz ]; then
        slave1="--slave \\
            /usr/share/man/man1/$i.1.gz \\
            $i.1.gz \\
            $mandir/man1/$i.1.gz"
    fi
    update-alternatives --install /usr/bin/$i $i $basedir/bin/$i $priority $slave1
done
"""


def both(*scripts: tuple[str, bytes]) -> list[Alternative]:
    return [one for package, script in scripts for one in read_alternatives(package, script)[0]]


def links(tree: DictTree, found: list[Alternative]) -> dict[str, str]:
    made = by_path(alternative_links(tree, found))
    return {path: one.stat.link for path, one in made.items() if one.stat.kind is FileKind.SYMLINK}


def test_a_call_is_read_with_its_slaves() -> None:
    (found,), notes = read_alternatives("gawk", GAWK)
    assert notes == ()
    assert (found.package, found.priority) == ("gawk", 10)
    assert found.master == AlternativeLink(name="awk", link="usr/bin/awk", path="usr/bin/gawk")
    assert [one.name for one in found.slaves] == ["awk.1.gz", "nawk"]


def test_the_highest_priority_that_is_in_the_image_wins() -> None:
    found = both(("mawk", MAWK), ("gawk", GAWK))
    assert links(DictTree({"usr/bin/mawk": b"", "usr/bin/gawk": b""}), found) == {
        "etc/alternatives/awk": "/usr/bin/gawk",
        "etc/alternatives/nawk": "/usr/bin/gawk",
        "usr/bin/awk": "/etc/alternatives/awk",
        "usr/bin/nawk": "/etc/alternatives/nawk",
    }
    assert links(DictTree({"usr/bin/mawk": b""}), found)["etc/alternatives/awk"] == "/usr/bin/mawk"
    assert links(DictTree({"usr/bin/other": b""}), found) == {}


def test_what_a_package_has_at_the_path_stays() -> None:
    tree = DictTree({"usr/bin/mawk": b"", "usr/bin/awk": Link("busybox")})
    assert set(links(tree, both(("mawk", MAWK)))) == {"etc/alternatives/nawk", "usr/bin/nawk"}


def test_the_folder_is_made_once_and_only_if_needed() -> None:
    found = both(("mawk", MAWK))
    made = by_path(alternative_links(DictTree({"usr/bin/mawk": b""}), found))
    assert (made["etc/alternatives"].stat.kind, made["etc/alternatives"].rule) == (FileKind.DIRECTORY, "alternatives")
    tree = DictTree({"usr/bin/mawk": b"", "etc/alternatives/README": b""})
    assert "etc/alternatives" not in by_path(alternative_links(tree, found))


def test_javas_loop_over_its_tools_is_read() -> None:
    found, notes = read_alternatives("openjdk-21-jre-headless", JAVA)
    assert notes == ()
    assert [(one.master.name, one.priority, [slave.name for slave in one.slaves]) for one in found] == [
        ("java", 2111, ["java.1.gz"]),
        ("keytool", 2111, ["keytool.1.gz"]),
    ]
    tree = DictTree({"usr/lib/jvm/java-21-openjdk-amd64/bin/java": b""})
    assert links(tree, list(found)) == {
        "etc/alternatives/java": "/usr/lib/jvm/java-21-openjdk-amd64/bin/java",
        "usr/bin/java": "/etc/alternatives/java",
    }


def test_paths_are_merged_into_usr() -> None:
    (found,), _ = read_alternatives("x", b"#!/bin/sh\nupdate-alternatives --install /bin/a a /bin/a.real 1\n")
    assert found.master == AlternativeLink(name="a", link="usr/bin/a", path="usr/bin/a.real")


@pytest.mark.parametrize(
    "call",
    [
        "--install /usr/bin/a a $1 10",
        "--install /usr/bin/a a /usr/bin/b",
        "--install /usr/bin/a a /usr/bin/b ten",
        "--install usr/bin/a a /usr/bin/b 1",
        "--install /usr/bin/../../etc/passwd a /usr/bin/b 1",
        "--install /usr/bin/a ../a /usr/bin/b 1",
    ],
)
def test_a_call_that_cannot_be_read_becomes_a_note(call: str) -> None:
    found, notes = read_alternatives("x", f"#!/bin/sh\nupdate-alternatives {call}\n".encode())
    assert found == ()
    assert len(notes) == 1


def test_python_gets_the_names_that_people_call_it_by() -> None:
    tree = DictTree({"usr/bin/python3.9": b"", "usr/bin/python3.13": b"", "usr/bin/python3.13-config": b""})
    made = by_path(interpreter_links(tree))
    assert {path: one.stat.link for path, one in made.items()} == {
        "usr/bin/python": "python3.13",
        "usr/bin/python3": "python3.13",
    }


def test_a_link_that_a_package_has_stays() -> None:
    tree = DictTree({"usr/bin/python3.13": b"", "usr/bin/python3": Link("python3.13")})
    assert list(by_path(interpreter_links(tree))) == ["usr/bin/python"]


def test_the_java_home_has_a_name_without_the_architecture() -> None:
    tree = DictTree({"usr/lib/jvm/java-1.21.0-openjdk-arm64": Link("java-21-openjdk-arm64")})
    (made,) = interpreter_links(tree)
    assert (made.stat.path, made.stat.link) == ("usr/lib/jvm/default-java", "java-1.21.0-openjdk-arm64")
