"""Each order on the pairs that its own ecosystem publishes, and what must hold of any version."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version

from prill.ecosystems.versions import apk, maven, nuget, packagist, pypi, rpm, rubygems, semver
from prill.ecosystems.versions.keys import UnreadableVersion, number, text

KEYS = (apk, rpm, pypi, semver, nuget, maven, rubygems, packagist)
PAIRS = (
    ("alpine-versions.txt", apk),
    ("apk-version.data", apk),
    ("redhat-versions.txt", rpm),
    ("pypi-versions.txt", pypi),
    ("semver-versions.txt", semver),
    ("nuget-versions.txt", nuget),
    ("maven-versions.txt", maven),
    ("rubygems-versions.txt", rubygems),
    ("packagist-versions.txt", packagist),
)
NUMBERS = st.integers(0, 10**25).map(str)
WORDS = st.sampled_from(["a", "b", "rc", "alpha", "beta", "dev", "pre", "snapshot", "final", "sp", "x", "p", "post"])
VERSIONS = st.lists(st.one_of(NUMBERS, WORDS, st.sampled_from(".-+_~^")), min_size=1, max_size=7).map("".join)


def signed(one: object, other: object) -> int:
    return (one > other) - (one < other)  # type: ignore[operator]


def comparison(order: object) -> Callable[[str, str], int]:
    own = getattr(order, "compare", None)
    return own or (lambda one, other: signed(order.sort_key(one), order.sort_key(other)))  # type: ignore[attr-defined]


def published(path: Path) -> list[tuple[str, str, str]]:
    """Return the statements of a file; apk's own also has lines about other things."""
    found = re.findall(r"^(\S+) ([<=>]) (\S+)(?:\s+#.*)?$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [pair for pair in found if pair[0] not in ("#", "//")]


@pytest.mark.parametrize(("name", "order"), PAIRS, ids=[name for name, _ in PAIRS])
def test_the_published_pairs_compare_as_they_say(name: str, order: object, shared_data: Path):
    pairs = published(shared_data / "versions" / name)
    assert len(pairs) > 20
    compare = comparison(order)
    assert [pair for pair in pairs if "<=>"[compare(pair[0], pair[2]) + 1] != pair[1]] == []


def test_rpms_own_table_holds(shared_data: Path):
    table = (shared_data / "versions" / "rpmvercmp.at").read_text(encoding="utf-8")
    rows = re.findall(r"^RPMVERCMP\((\S+), (\S+), (-?\d)\)", table, re.MULTILINE)
    assert len(rows) > 60
    assert [row for row in rows if signed(rpm.sort_key(row[0]), rpm.sort_key(row[1])) != int(row[2])] == []


@given(st.integers(0, 10**400), st.integers(0, 10**400), st.integers(0, 3))
def test_numbers_sort_as_numbers_however_long(one: int, other: int, zeros: int):
    assert signed(number("0" * zeros + str(one)), number(str(other))) == signed(one, other)


@given(st.text(st.characters(blacklist_characters="\0")), st.text(st.characters(blacklist_characters="\0")))
def test_texts_sort_as_texts_whatever_follows(one: str, other: str):
    assert signed(text(one) + b"\xff", text(other) + b"\x00") == signed(one, other) or one == other


@pytest.mark.parametrize("order", KEYS, ids=lambda order: order.__name__.rpartition(".")[2])
@given(versions=st.lists(VERSIONS, min_size=3, max_size=3))
def test_every_order_is_one(order: object, versions: list[str]):
    """Reflexive, antisymmetric and transitive; a version that cannot be read says so and nothing else."""
    compare = comparison(order)
    readable = []
    for version in versions:
        try:
            order.sort_key(version)  # type: ignore[attr-defined]
        except UnreadableVersion:
            continue
        readable.append(version)
    for one in readable:
        assert compare(one, one) == 0
        for other in readable:
            assert compare(one, other) == -compare(other, one)
            for third in readable:
                if compare(one, other) <= 0 and compare(other, third) <= 0:
                    assert compare(one, third) <= 0


@given(VERSIONS, VERSIONS)
def test_packagists_key_says_what_its_comparison_says(one: str, other: str):
    try:
        keys = packagist.sort_key(one), packagist.sort_key(other)
    except UnreadableVersion:
        return
    assert signed(*keys) == packagist.compare(one, other)


@pytest.mark.parametrize(
    ("one", "sign", "other"),
    [
        ("1.0", "=", "1.0.0"),
        ("v2", "=", "2.0.0.0"),
        ("1.0-beta1", "<", "1.0.0-beta2"),
        ("1.0.0-BETA1", ">", "1.0.0-alpha1"),
        ("1.0-stable", "=", "1.0"),
        ("1.0-p1", ">", "1.0.0"),
        ("1.2.3+4", "=", "1.2.3"),
        ("1.x-dev", ">", "1.99.0"),
        ("1.x-dev", "<", "2.0.0-alpha1"),
        ("1.0.x-dev", "<", "1.1"),
        ("2.0-dev", "<", "2.0.0-alpha1"),
        ("dev-main", "<", "0.0.1"),
        ("20230101", "<", "20230101.0"),
        ("20230101", ">", "10.0"),
    ],
)
def test_a_range_of_packagists_is_composers(one: str, sign: str, other: str):
    """As Composer's ``Comparator`` says of what its ``VersionParser`` makes of the two."""
    assert "<=>"[signed(packagist.range_key(one), packagist.range_key(other)) + 1] == sign


@pytest.mark.parametrize(
    ("one", "sign", "other"),
    [
        ("1.0.0.Final.1", "<", "1.0.1"),
        ("1.0.0.Final.1", ">", "1.0.0"),
        ("0.0.RELEASE.1", "<", "1"),
        ("1.Final.1", "<", "1.0.1"),
        ("1.Final.1", "<", "1-sp"),
        ("1.GA.1", "<", "1.GA.2"),
        ("1.0.Final.0", "=", "1"),
        ("1.0.0.Final-redhat-1", ">", "1.0.0.Final"),
    ],
)
def test_maven_keeps_a_word_for_the_release_before_a_number(one: str, sign: str, other: str):
    """As Maven 3.9.6's ``ComparableVersion`` says."""
    assert "<=>"[signed(maven.sort_key(one), maven.sort_key(other)) + 1] == sign


@pytest.mark.parametrize(
    ("one", "sign", "other"),
    [(".9", "=", "0.9"), (".9", "<", "1"), (".9", "<", "9"), ("..3", "=", "0.0.3"), ("-1", "=", "0-1")],
)
def test_maven_takes_nothing_before_a_separator_for_zero(one: str, sign: str, other: str):
    """As Maven 3.9.12's ``ComparableVersion`` says."""
    assert "<=>"[signed(maven.sort_key(one), maven.sort_key(other)) + 1] == sign


PEP_440 = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["", "1!"]),
    st.lists(st.integers(0, 30).map(str), min_size=1, max_size=4).map(".".join),
    st.sampled_from(["", "a1", "-beta.2", "rc", "c3", ".pre4"]),
    st.sampled_from(["", ".post1", "-2", "rev"]),
    st.sampled_from(["", ".dev0", "dev3"]),
    st.sampled_from(["", "+local", "+1.a", "+a.1", "+1"]),
)


@given(PEP_440, PEP_440)
def test_pythons_order_is_packagings(one: str, other: str):
    try:
        theirs = signed(Version(one), Version(other))
    except InvalidVersion:
        return
    assert signed(pypi.sort_key(one), pypi.sort_key(other)) == theirs


GEMS = st.lists(st.one_of(st.integers(0, 3).map(str), st.sampled_from("ab")), max_size=5).map(
    lambda parts: ".".join(["1", *parts])
)


@given(GEMS, GEMS)
def test_gems_compare_part_by_part_with_zeros_for_what_is_missing(one: str, other: str):
    """Gem::Version's documented rule, spelled out without a key."""

    def parts(version: str) -> list[int | str]:
        found: list[int | str] = [int(part) if part.isdigit() else part for part in version.split(".")]
        first = next((place for place, part in enumerate(found) if isinstance(part, str)), len(found))
        head, tail = found[:first], found[first:]
        for half in (head, tail):
            while half and half[-1] == 0:
                half.pop()
        return head + tail

    left, right = parts(one), parts(other)
    expected = 0
    for place in range(max(len(left), len(right))):
        mine = left[place] if place < len(left) else 0
        theirs = right[place] if place < len(right) else 0
        if mine != theirs:
            words = (isinstance(mine, int), isinstance(theirs, int))
            expected = signed(mine, theirs) if words[0] == words[1] else (1 if words[0] else -1)
            break
    assert signed(rubygems.sort_key(one), rubygems.sort_key(other)) == expected


@given(VERSIONS)
def test_maven_counts_zeros_at_the_end_for_nothing(version: str):
    if version[-1].isdigit():
        assert maven.sort_key(version + ".0") == maven.sort_key(version)
        assert maven.sort_key(version + "-rc-1") < maven.sort_key(version) < maven.sort_key(version + "-1")


@pytest.mark.parametrize("order", KEYS, ids=lambda order: order.__name__.rpartition(".")[2])
@pytest.mark.parametrize("version", ["", "9" * 5000, "1" + "." * 4200])
def test_what_is_empty_or_endless_is_refused(order: object, version: str):
    with pytest.raises(UnreadableVersion, match="not a version of"):
        order.sort_key(version)  # type: ignore[attr-defined]


@pytest.mark.parametrize("order", KEYS, ids=lambda order: order.__name__.rpartition(".")[2])
@given(st.text("0123456789.-+:~^vx²٣é ", max_size=8))
@example("1.²")
@example("1.0-٣")
def test_any_text_is_read_or_refused(order: object, version: str):
    """Digits of other scripts are no numbers: a package's version must not end a scan."""
    with suppress(UnreadableVersion):
        order.sort_key(version)  # type: ignore[attr-defined]
        comparison(order)(version, "1.0")


@pytest.mark.parametrize("order", [apk, pypi, maven, semver], ids=lambda order: order.__name__.rpartition(".")[2])
def test_a_nul_cannot_end_a_part_early(order: object):
    with pytest.raises(UnreadableVersion):
        order.sort_key("1.0-a\0b")  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", ["1.2rc1", "1.21rc2", "1.0beta", "1.2.3rc1", "1.2.x", "1..2"])
def test_semver_does_not_take_a_stage_for_less_of_a_version(version: str):
    with pytest.raises(UnreadableVersion):
        semver.sort_key(version)


def test_semver_refuses_what_has_no_number():
    with pytest.raises(UnreadableVersion, match="'latest'"):
        semver.sort_key("latest")
