"""Reading ``Packages`` files, and several of them as one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.distro.deb.control import InvalidControlFile
from prill.distro.deb.index import InvalidPackageIndex, InvalidPackageRecord, PackageIndex, PackageRecord, Universe
from prill.errors import PrillError
from small_universe import index, packages_file, stanza, universe


def only(text: str) -> PackageRecord:
    (record,) = PackageIndex.parse(stanza(text).encode(), pocket="main").records(re.split("[ ;]", text)[0])
    return record


def test_a_record():
    record = only(
        "python3.13-minimal 3.13.5-2; Source: python3.13 (3.13.5-1); Essential: yes; Multi-Arch: allowed; "
        "Priority: optional; Section: python; Pre-Depends: libc6; Depends: a | b, c; Recommends: d; Conflicts: e; "
        "Breaks: f (<< 1); Replaces: g; Provides: h (= 1)"
    )
    assert (record.name, record.version, record.architecture) == ("python3.13-minimal", "3.13.5-2", "amd64")
    assert (record.source_name, record.source_version) == ("python3.13", "3.13.5-1")
    assert (record.filename, record.size) == ("pool/main/python3.13-minimal_3.13.5-2.deb", 1000)
    assert (record.sha256, record.pocket) == ("0123456789abcdef" * 4, "main")
    assert (record.essential, record.important, record.multi_arch) == (True, False, "allowed")
    assert (record.priority, record.section) == ("optional", "python")
    assert record.fields["Depends"] == "a | b, c"
    fields = (
        record.relations("Pre-Depends"),
        record.depends,
        record.recommends,
        record.conflicts,
        record.breaks,
        record.replaces,
        record.provides,
    )
    assert [[[str(relation) for relation in group] for group in groups] for groups in fields] == [
        [["libc6"]],
        [["a", "b"], ["c"]],
        [["d"]],
        [["e"]],
        [["f (<< 1)"]],
        [["g"]],
        [["h (= 1)"]],
    ]


def test_what_a_stanza_does_not_say():
    record = only("a 2")
    assert (record.source_name, record.source_version) == ("a", "2")
    assert (record.essential, record.multi_arch, record.depends) == (False, "no", ())


@pytest.mark.parametrize("field", ["Important", "Protected"])
def test_protected_packages_are_important(field: str):
    assert only(f"a; {field}: yes").important


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a; Filename: ../../etc/passwd", InvalidPackageRecord),
        ("a; Filename: /etc/passwd", InvalidPackageRecord),
        ("a; Filename: pool/./a.deb", InvalidPackageRecord),
        ("a; Filename: pool/a?b.deb", InvalidPackageRecord),
        ("a; Filename: ", InvalidPackageRecord),
        ("a; Size: -1", InvalidPackageRecord),
        ("a; Size: 1e9", InvalidPackageRecord),
        ("a; Size: 99999999999999999", InvalidPackageRecord),
        ("a; SHA256: 0123", InvalidPackageRecord),
        ("a; SHA256: " + "G" * 64, InvalidPackageRecord),
        ("a; Architecture: ", InvalidPackageRecord),
        ("a; Source: b c", InvalidPackageRecord),
        ("a/b 1", InvalidPackageRecord),
        ("a 1_2", InvalidPackageRecord),
    ],
)
def test_bad_records(text: str, error: type[PrillError]):
    with pytest.raises(error, match=r"\S"):
        only(text)


def test_bad_versions_name_the_package():
    with pytest.raises(InvalidPackageRecord, match="package 'a' in main: not a Debian version: 'x:1'") as caught:
        only("a x:1")
    assert "[epoch:]upstream[-revision]" in str(caught.value.hint)


def test_bad_relations_name_the_package():
    with pytest.raises(InvalidPackageRecord, match=r"package a 1 in main: Depends: not a relation: 'b c'"):
        _ = only("a; Depends: b c").depends


def test_only_what_is_asked_for_is_parsed():
    broken = stanza("b").replace("Size: 1000", "Size: many")
    parsed = PackageIndex.parse((stanza("a") + "\n" + broken).encode(), pocket="main")
    assert list(parsed.names()) == ["a", "b"]
    assert next(parsed.records("a")).name == "a"
    with pytest.raises(InvalidPackageRecord, match="package 'b' in main: Size is 'many'"):
        next(parsed.records("b"))


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n"], ids=repr)
def test_an_index_may_be_empty(data: bytes):
    assert list(PackageIndex.parse(data, pocket="updates").names()) == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<html>\n", "names no package"),
        (b"Version: 1\nPackage: a\n", "Package is not the first field"),
        (b"Package: a\n\nVersion: 1\nPackage: b\n", "Package is not the first field"),
        (b"Package: \xff\n", "not UTF-8"),
    ],
    ids=repr,
)
def test_bad_indexes(data: bytes, problem: str):
    with pytest.raises(InvalidPackageIndex, match=problem):
        PackageIndex.parse(data, pocket="main")


def test_several_stanzas_of_one_name():
    offer = universe("a 1", "b 1", "a 3", "a 2")
    assert [record.version for record in offer.versions("a")] == ["3", "2", "1"]
    assert [record.version for record in offer.versions("b")] == ["1"]
    assert offer.versions("c") == ()


def test_pockets_are_merged_and_the_first_wins_a_tie():
    offer = Universe.of([index("a 1", "b 2"), index("a 1+deb13u1", "b 2.0-0", "c 1", pocket="security")])
    assert [(record.version, record.pocket) for record in offer.versions("a")] == [
        ("1+deb13u1", "security"),
        ("1", "main"),
    ]
    assert [record.pocket for record in offer.versions("c")] == ["security"]
    # "2" and "2.0-0" differ, "2" and "0:2-0" do not.
    assert len(offer.versions("b")) == 2
    assert offer.names() == {"a", "b", "c"}
    twice = Universe.of([index("a 2"), index("a 0:2-0", pocket="security")])
    assert [record.pocket for record in twice.versions("a")] == ["main"]


def test_providers():
    offer = Universe.of(
        [
            index("z; Provides: mail (= 2), smtp", "a; Provides: mail,x:any"),
            index("m; Provides: mail", pocket="security"),
        ]
    )
    assert offer.providers("mail") == ("a", "m", "z")
    assert offer.providers("smtp") == ("z",)
    assert offer.providers("x") == ("a",)
    assert offer.providers("a") == ()
    assert offer.provided() == {"mail", "smtp", "x"}


def test_the_last_stanza_may_lack_its_line_end():
    parsed = PackageIndex.parse(packages_file(["a", "b; Provides: cc"]).rstrip(b"\n"), pocket="main")
    assert [record.name for name in ("a", "b") for record in parsed.records(name)] == ["a", "b"]
    assert list(parsed.provided()) == ["cc"]
    assert list(PackageIndex.parse(b"Package: ab", pocket="main").names()) == ["ab"]


def test_odd_provides():
    assert universe("a; Provides: b(= 1) , ,c").provided() == {"b", "c"}


@given(
    st.binary(max_size=40).map(lambda data: b"Package: a\n" + data)
    | st.text("a,:( =1)\n", max_size=12).map(lambda text: f"Package: a\nProvides: {text}".encode())
    | st.text("Package: \n", max_size=20).map(str.encode)
)
def test_any_bytes_are_read_or_refused(data: bytes):
    try:
        parsed = PackageIndex.parse(data, pocket="main")
        for name in parsed.names():
            list(parsed.records(name))
    except (InvalidPackageIndex, InvalidPackageRecord, InvalidControlFile):
        pass


@pytest.mark.parametrize(
    ("packages", "order"),
    [
        (("a", "b", "c"), "abc"),  # their own stanzas
        (("x; Depends: c", "a", "b", "c"), "cab"),
        (("x; Suggests: b; Pre-Depends: c (>= 1)", "a", "b", "c"), "cba"),  # fields in apt's order, not the file's
        (("x; Recommends: d | b, a[amd64]|c", "a", "b", "c"), "bca"),  # a[…] is not how a name ends in an index
        (("x; Depends: b:any", "a", "b"), "ab"),
        (("x; Description: b c", "a", "b", "c"), "abc"),
        (("bb; Depends: cc-b, b.c", "a", "b"), "ab"),
        (("x; Provides: c,b", "a", "b", "c"), "cba"),
    ],
)
def test_first_mentions(packages: tuple[str, ...], order: str):
    offer = universe(*packages)
    assert "".join(sorted(order, key=offer.first_mention)) == order


def test_mentions_count_across_indexes():
    offer = Universe.of([index("x; Suggests: b"), index("a", "b")])
    assert offer.first_mention("b") < offer.first_mention("a") < offer.first_mention("nowhere")
