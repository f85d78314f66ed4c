import posixpath
from itertools import product
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.ignore_file import read_ignore_file
from prill.dockerfile.ignore_pattern import IgnorePattern, _parts, _Places
from prill.dockerfile.rule import Context
from prill.dockerfile.rules.copy_ignored_file import RULE


@pytest.mark.parametrize(
    ("text", "path", "ignored"),
    [
        ("*.log", "a.log", True),
        ("*.log", "b/a.log", False),
        ("**/*.log", "b/c/a.log", True),
        ("**/*.log", "a.log", True),
        ("build", "build/x/y", True),
        ("/build/", "./build", True),
        ("a/**", "a/b/c", True),
        ("a?c", "abc", True),
        ("[ab].x", "b.x", True),
        ("[ab].x", "c.x", False),
        ("[", "[", True),
        ("*\n!keep.md", "keep.md", False),
        ("*\n!keep.md\nkeep.md", "keep.md", True),
        ("a\n!a/b", "a/b/c", False),
        ("# *.md\n\n", "a.md", False),
        ("\ufeffa", "a", True),
        (".", "a", False),
        ("*", ".", False),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("[z-a]", "x", False),
        ("**/a/**/b/**/c", "x/a/y/z/b/c", True),
        ("**/a/**/b/**/c", "x/a/y/z/b/d", False),
        ("**/a/**/b/**/c", "a/b/c/d", True),
        ("*a*b*c*d", "xaybzcwd", True),
        ("*a*b*c*d", "xaybzcw/d", False),
        ("a**b**c**d", "a/x/b/y/c/z/d", True),
        ("**/**/**/**/a", "a", True),
        ("*/*/*/x?[yz]", "a/b/c/xay", True),
        ("*/*/*/x?[yz]", "a/b/xay", False),
        ("*/*/*/**", "a/b/c", False),
        ("*/*/*/**", "a/b/c/d", True),
        ("**/a/" * 14 + "z", "a/" * 40 + "b", False),
        ("*a" * 30 + "b", "a" * 3000, False),
        ("*/" + "*a" * 30, "b/" + "a" * 3000, True),
    ],
)
def test_what_is_left_out(text: str, path: str, *, ignored: bool):
    assert read_ignore_file(text).matches(path) is ignored


@pytest.mark.parametrize("pattern", ["**/a/*", "*a*", "a/**", "**", "**/*.[ch]", "a?/**/b", "*/a", "**/a/b*", "a**"])
def test_both_ways_of_matching_agree(pattern: str):
    whole = IgnorePattern(pattern)
    many = _Places(_parts(pattern))
    paths = ("/".join(parts) for size in range(1, 4) for parts in product(("a", "b", "ab", "a.c", "ax"), repeat=size))
    for path in paths:
        assert whole.matches(path) is many.matches(path), path


@pytest.mark.parametrize(
    ("text", "path", "nothing"),
    [
        ("*\n!src/a", "src", False),
        ("*\n!src/a", "src/b", True),
        ("*\n!src/a", "other", True),
        ("*\n!**/*.c", "src", False),
        ("*", ".", True),
        ("**/*", "./", True),
        ("*\n!a", ".", False),
        ("*.log", ".", False),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("*\n!src/**", "tsconfig.json", True),
        ("*\n!src/**", "src", False),
        ("*\n!src/*/x", "src/a", False),
        ("*\n!src/*/x", "src/a/y", True),
        ("*\n!s[^a]c/**", "src", False),
    ],
)
def test_whether_anything_is_left_to_copy(text: str, path: str, *, nothing: bool):
    assert read_ignore_file(text).leaves_out(path) is nothing


PIECES = ("a", "b", "ab", "*", "**", "a*", "?", "[ab]", "[b-a]", "*.o", "\\*", "a.o", "[")


@given(
    st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from(PIECES), min_size=1, max_size=3)), max_size=8),
    st.lists(st.sampled_from(("a", "b", "ab", "a.o", "*", "x")), min_size=1, max_size=4),
)
def test_many_patterns_are_matched_as_few_are(lines: list[tuple[bool, list[str]]], parts: list[str]):
    """The same patterns behind many others that fit nothing, so that they are looked up together."""
    text = "\n".join(("!" if excepted else "") + "/".join(pieces) for excepted, pieces in lines)
    path = "/".join(parts)
    one_by_one = False
    for line in text.splitlines():
        pattern = posixpath.normpath(line.removeprefix("!")).lstrip("/")
        if pattern not in {".", ""} and IgnorePattern(pattern).matches(path):
            one_by_one = line[:1] != "!"
    many = "".join(f"zz/{number}*\n" for number in range(60)) + text
    assert read_ignore_file(text).matches(path) is read_ignore_file(many).matches(path) is one_by_one


def found_in(paths: int, patterns: list[str]) -> tuple[int, list[str]]:
    text = "FROM a:1\nCOPY " + " ".join(f"a{number}/f" for number in range(paths)) + " /x/\n"
    context = Context(ignore_file="\n".join(patterns) + "\n")
    result = lint(read_dockerfile(text.encode()), (RULE,), context)
    return len(result.findings), [gap.reason for gap in result.gaps]


def test_thousands_of_names_for_thousands_of_paths():
    assert found_in(9_000, [f"a{number}" for number in range(9_000)]) == (9_000, [])


@pytest.mark.parametrize(
    ("paths", "patterns"), [(1_001, [f"a*/x{number}/*.o" for number in range(1_000)]), (1, ["b"] * 10_001)]
)
def test_what_is_too_much_to_compare_is_a_gap(paths: int, patterns: list[str]):
    _, gaps = found_in(paths, patterns)
    assert [gap for gap in gaps if "TooManyPatterns" in gap] == gaps != []


def test_long_paths_count_for_more():
    """Two stars take the square of a path's length: ten thousand such patterns took seconds for each long path."""
    text = "FROM a:1\nCOPY " + " ".join(["a" * 1_020] * 20) + " /x/\n"
    context = Context(ignore_file="".join(f"*a*b{number}\n" for number in range(9_950)))
    begun = process_time()
    result = lint(read_dockerfile(text.encode()), (RULE,), context)
    assert process_time() - begun < 10
    assert [gap for gap in result.gaps if "TooManyPatterns" in gap.reason]


BELOW = [*product(("a", "b", "ab", "a.o", "x", "*"), repeat=1), *product(("a", "b", "a.o", "x"), repeat=2)]


@given(
    st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from(PIECES), min_size=1, max_size=4)), max_size=6),
    st.lists(st.sampled_from(("a", "b", "ab", "a.o", "x")), min_size=1, max_size=2),
)
def test_nothing_is_left_where_everything_below_is_out(lines: list[tuple[bool, list[str]]], parts: list[str]):
    ignored = read_ignore_file("\n".join(("!" if excepted else "") + "/".join(pieces) for excepted, pieces in lines))
    path = "/".join(parts)
    if ignored.leaves_out(path):
        assert all(ignored.matches(f"{path}/{'/'.join(below)}") for below in BELOW)
