import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.archive.pax import (
    InvalidPax,
    format_records,
    parse_integer,
    parse_records,
    parse_time,
    parse_xattrs,
)

KEYS = st.binary(min_size=1, max_size=20).filter(lambda key: b"=" not in key)


@given(st.dictionaries(KEYS, st.binary(max_size=1200), max_size=6))
def test_round_trip(records: dict[bytes, bytes]):
    assert parse_records(format_records(records)) == records


@pytest.mark.parametrize("size", [1, 2, 89, 90, 91, 92, 93, 988, 989, 990, 991, 9985, 9986, 9987])
def test_a_length_counts_its_own_digits(size: int):
    record = format_records({b"path": b"x" * size})
    assert int(record.split(b" ")[0]) == len(record)


def test_records_are_sorted_by_key():
    assert format_records({b"b": b"2", b"a": b"1"}) == b"6 a=1\n6 b=2\n"


def test_the_last_of_two_records_counts():
    assert parse_records(b"6 a=1\n6 a=2\n") == {b"a": b"2"}


def test_a_value_may_hold_anything():
    assert parse_records(b"13 a=1\n=2 c\0\n") == {b"a": b"1\n=2 c\0"}


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"6",
        b"6 a=1",
        b"6 a=1x",
        b"0 a=1\n",
        b"06 a=1\n",
        b"-6 a=1\n",
        b"5 =1\n",
        b"5 a1\n",
        b"2 \n",
        b"1 \n",
        b"7 a=1\n",
        b"9999999999 a=1\n",
        b"99999999999999999999999 a=1\n",
        b"6 a=1\n\0\0",
        b"6\ta=1\n",
        b"6_ a=1\n",
    ],
)
def test_invalid_records(data: bytes):
    with pytest.raises(InvalidPax):
        parse_records(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_records_or_invalid(data: bytes):
    try:
        records = parse_records(data)
    except InvalidPax:
        return
    assert parse_records(format_records(records)) == records


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (b"0", 0),
        (b"1700000000.999999999", 1700000000),
        (b"12.", 12),
        (b"-5", -5),
        (b"-5.0", -5),
        (b"-5.25", -6),
        (b"-0.5", -1),
    ],
)
def test_times_are_rounded_down(text: bytes, seconds: int):
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", [b"", b".5", b"1e9", b"+5", b" 5", b"5 ", b"1_0", b"9" * 19, b"\xd9\xa3"])
def test_invalid_times(text: bytes):
    with pytest.raises(InvalidPax):
        parse_time(text)


@pytest.mark.parametrize("text", [b"", b"-1", b"+1", b"0x1", b"1_0", b"1.0", b" 1", b"9" * 19, b"1\n"])
def test_invalid_numbers(text: bytes):
    with pytest.raises(InvalidPax, match="uid"):
        parse_integer("uid", text)


def test_extended_attributes_of_both_writers():
    value = b"\1\0\0\2\0\4\0\0"
    records = {
        b"SCHILY.xattr.security.capability": value,
        b"LIBARCHIVE.xattr.security.capability": base64.b64encode(b"other"),
        b"LIBARCHIVE.xattr.user.a%20b": base64.b64encode(b"libarchive writes no padding").rstrip(b"="),
        b"mtime": b"1",
    }
    assert parse_xattrs(records) == (
        ("security.capability", value),
        ("user.a b", b"libarchive writes no padding"),
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"LIBARCHIVE.xattr.user.a", b"!!!!"),
        (b"LIBARCHIVE.xattr.user.a", b"A"),
        (b"LIBARCHIVE.xattr.", b"QQ=="),
        (b"LIBARCHIVE.xattr.a%00b", b"QQ=="),
        (b"SCHILY.xattr.", b"x"),
        (b"SCHILY.xattr.a\0b", b"x"),
    ],
)
def test_invalid_extended_attributes(key: bytes, value: bytes):
    with pytest.raises(InvalidPax):
        parse_xattrs({key: value})
