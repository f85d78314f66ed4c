"""Keys sort as Debian's versions do. What dpkg says of such pairs is in tests/compat."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.distro.deb.version import InvalidVersion, sort_key

ASCENDING = (
    "0~",
    "0",
    "0-a",
    "0a",
    "0+",
    "0.~",
    "0.",
    "1~~",
    "1~~a",
    "1~",
    "1~a",
    "1",
    "1-1~bpo12+1",
    "1-1",
    "1-1+b1",
    "1-1+deb12u1",
    "1-1.1",
    "1a",
    "1b",
    "1+a",
    "1-1-1",
    "1.2",
    "1.10",
    "1.99999999999999999999",
    "1.100000000000000000000",
    "1.100000000000000000001",
    "1.1" + "0" * 300,
    "1:0~",
    "1:0",
    "2:0:1",
    "10:0",
)

EQUAL = (
    ("1", "0:1"),
    ("1", "1-0"),
    ("1", "1-00"),
    ("1.0", "1.00"),
    ("1.", "1.0"),
    ("1.a", "1.a0"),
    ("01", "1"),
    ("1-a", "1-a0"),
    ("007:1", "7:1"),
)

INVALID = (
    "",
    " 1",
    "1 ",
    "1 2",
    "1_2",
    "1/2",
    "1\n",
    "1\0",
    "é",
    "1-",
    "-",
    "-1",
    "1:",
    ":1",
    "a:1",
    "+1:1",
    "1:-1",
    "2147483648:1",
    "1" * 4097,
    "9" * 4000 + ":1",
)

versions = st.from_regex(
    re.compile(r"([0-9]{1,3}:)?[0-9A-Za-z.+~-]{0,8}[0-9a-z.~](-[0-9a-z.+~]{1,4})?"), fullmatch=True
)


def test_ascending():
    keys = [sort_key(version) for version in ASCENDING]
    assert sorted(keys) == keys
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal(one: str, other: str):
    assert sort_key(one) == sort_key(other)


@pytest.mark.parametrize("version", INVALID, ids=lambda version: repr(version[:20]))
def test_invalid(version: str):
    with pytest.raises(InvalidVersion, match="not a Debian version") as caught:
        sort_key(version)
    assert repr(version[:160]) in caught.value.message


@given(st.text(max_size=20))
def test_any_text_has_a_key_or_is_refused(text: str):
    try:
        assert sort_key(text)
    except InvalidVersion as error:
        assert error.hint  # noqa: PT017 - most texts are refused, some are not


@given(versions)
def test_a_tilde_comes_before_and_a_letter_after(version: str):
    if not version.startswith("-") and ":-" not in version:
        assert sort_key(version + "~") < sort_key(version) < sort_key(version + "z")


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_numbers_compare_as_numbers(one: int, other: int):
    assert (sort_key(f"1.{one}-1") < sort_key(f"1.0{other}-1")) == (one < other)


def test_published_pairs(shared_data: Path):
    checked = 0
    for line in (shared_data / "versions" / "debian-versions.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        one, sign, other = line.split()
        assert {"<": sort_key(one) < sort_key(other), "=": sort_key(one) == sort_key(other)}[sign], line
        checked += 1
    assert checked > 20
