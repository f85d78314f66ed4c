import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.model.go_regex import GoRegex, InvalidRegex


def matches(pattern: str, text: str) -> bool:
    return re.search(GoRegex.parse(pattern).python, text) is not None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("hello", "say hello\n", True),
        ("^hello$", "hello", True),
        ("^hello$", "hello\n", False),
        ("(?m)^hello$", "a\nhello\nb", True),
        ("(?m)^hello$", "hello\n", True),
        (r"\Ahello\z", "hello\n", False),
        ("a.b", "a\nb", False),
        ("(?s)a.b", "a\nb", True),
        ("(?s:a.)b.c", "a\nb\nc", False),
        ("(?i)HELLO", "hello", True),
        ("x(?i)HELLO", "Xhello", False),
        ("x(?i)a|b", "B", True),
        ("(x(?i)a|b)c", "BC", False),
        ("(x(?i)a|b)c", "Bc", True),
        ("(?i)a(?-i)b", "Ab", True),
        ("(?i)a(?-i)b", "AB", False),
        ("(?i:a)b", "AB", False),
        ("(?i)[^a]", "A", False),
        (r"\d", "٣", False),
        (r"\w", "é", False),
        (r"\s", "\v", False),
        (r"[\s]", "\v", False),
        (r"\S", "\v", True),
        (r"[\d-z]", "-", True),
        (r"[^\D]", "x", False),
        (r"[^\D]", "4", True),
        (r"\bcaf\b", "café", True),
        ("[[:alpha:]]+[[:digit:]]", "ab1", True),
        ("^[[:^space:]]+$", "a b", False),
        ("[^[:alnum:]]", "a1", False),
        ("[]a]", "]", True),
        ("[^]a]", "]a", False),
        ("[^a]", "\n", True),
        ("[a-]", "-", True),
        ("[[a]", "[", True),
        ("[a&&b]", "&", True),
        (r"\Q.*\E+", ".**", True),
        (r"\Q.*", "xx", False),
        (r"\x41\x{42}\103", "ABC", True),
        (r"\pL\p{Lu}\P{L}", "aB1", True),
        (r"[\p{Nd}x]", "٣", True),
        (r"\p{^L}", "a", False),
        ("(?P<year>[0-9]{4})", "2024", True),
        ("(?<1>a)", "a", True),
        ("a{,2}", "a{,2}", True),
        ("a{,2}", "aa", False),
        ("a{2}", "aa", True),
        ("{", "{", True),
        ("a{x}", "a{x}", True),
        ("a||b", "", True),
        ("^*a", "a", True),
        ("", "anything", True),
        (r"\.\*\+\-", ".*+-", True),
    ],
)
def test_go_reads_it_so(pattern: str, text: str, expected: bool):  # noqa: FBT001 - a table's column
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)",
        "(?!a)",
        "(?<=a)b",
        "(?#note)",
        "(?P=x)",
        r"(a)\1",
        "a**",
        "a*+",
        "a{2}{3}",
        "*a",
        "(?i)*",
        "a|*",
        "a{1001}",
        "a{2,1}",
        "a)",
        "(a",
        "[a",
        "[b-a]",
        "[[:nope:]]",
        r"\p{Greek}",
        r"\pX",
        r"\_",
        r"\e",
        r"\C",
        r"\Z",
        "\\",
        r"\x{110000}",
        r"\xg",
        "(?)",
        "(?z)",
        "(" * 2000 + ")" * 2000,
        "a" * 5000,
    ],
)
def test_what_go_would_not_compile_is_refused(pattern: str):
    with pytest.raises(InvalidRegex):
        GoRegex.parse(pattern)


def test_a_mistake_says_where_it_is():
    with pytest.raises(InvalidRegex, match=r"'ab\(\?=c\)': invalid or unsupported Perl syntax at character 3"):
        GoRegex.parse("ab(?=c)")


@given(st.text(max_size=40))
def test_any_text_is_translated_or_refused(text: str):
    try:
        regex = GoRegex.parse(text)
    except InvalidRegex:
        return
    re.compile(regex.python)


@given(st.text(max_size=30), st.text(max_size=10))
def test_quoted_text_matches_itself(text: str, around: str):
    quoted = "".join(f"\\x{{{ord(character):x}}}" for character in text)
    assert matches(quoted, around + text + around)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        (r"^a\.b$", ["^", "a", r"\.", "b", "$"]),
        ("ab*?c{2,3}", ["a", "b*?", "c{2,3}"]),
        ("[^](]x|.*", ["[^](]", "x", "|", ".*"]),
        ("[[:alpha:](]x|a", ["[[:alpha:](]", "x", "|", "a"]),
        ("(a|(b))+|c", ["(a|(b))+", "|", "c"]),
        (r"(?i)\Q(|\Ex", ["(?i)", r"\Q(|\E", "x"]),
    ],
)
def test_outermost_pieces(text: str, pieces: list[str]):
    parsed = GoRegex.parse(text)
    assert [piece.text for piece in parsed.outermost] == pieces
    assert parsed.python.startswith("".join(piece.python for piece in parsed.outermost))
