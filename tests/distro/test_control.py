"""Control files, well-formed and not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prill.distro.deb.control import InvalidControlFile, parse_paragraph, parse_paragraphs


def test_fields_and_continuation_lines():
    fields = parse_paragraph(b"Package: hello \nDescription:  says hello\n to the\n .\n\tworld  \nEmpty:\n")
    assert fields == {"Package": "hello", "Description": "says hello\n to the\n .\n\tworld", "Empty": ""}


def test_a_field_can_be_written_back():
    text = "Depends: a,\n b\nX: é:y"
    fields = parse_paragraph(text.encode())
    assert "\n".join(f"{name}: {value}" for name, value in fields.items()) == text


@pytest.mark.parametrize("data", [b"", b"\n", b"\n \n\t\n\r\n"], ids=repr)
def test_nothing(data: bytes):
    assert list(parse_paragraphs(data)) == []


def test_paragraphs():
    data = b"\n\nA: 1\nB: 2\n\n\nA: 3\n \t\nA: 4\r\n\r\nA: 5"
    assert list(parse_paragraphs(data)) == [{"A": "1", "B": "2"}, {"A": "3"}, {"A": "4"}, {"A": "5"}]


def test_comments_only_where_allowed():
    data = b"# first\nA: 1\n# between\n 2\nB: 3\n"
    assert list(parse_paragraphs(data, comments=True)) == [{"A": "1\n 2", "B": "3"}]
    with pytest.raises(InvalidControlFile, match="neither a field"):
        list(parse_paragraphs(data))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"A: 1\nA: 2\n", "'A' stands twice"),
        (b"A 1\n", "neither a field nor a continuation line: 'A 1'"),
        (b": 1\n", "neither a field"),
        (b"A B\x7f: 1\n", "neither a field"),
        (b"A : 1\n", "neither a field"),
        (b" 1\n", "a continuation line without a field"),
        (b"A: \xff\n", "not UTF-8"),
        (b"".join(b"F%d: 1\n" % n for n in range(1025)), "1025 fields"),
        (b"A: " + b"x" * (16 * 1024 * 1024) + b"\n", "longer than"),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else "",
)
def test_invalid(data: bytes, problem: str):
    with pytest.raises(InvalidControlFile, match=problem):
        list(parse_paragraphs(data))


@example(b"\x0b\n\t\x00")
@given(st.binary(max_size=60) | st.text("AB: \n\t\r#", max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes):
    try:
        paragraphs = list(parse_paragraphs(data))
    except InvalidControlFile:
        return
    for fields in paragraphs:
        written = "".join(f"{name}: {value}\n" for name, value in fields.items())
        assert list(parse_paragraphs(written.encode())) == [fields]
