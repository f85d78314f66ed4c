from itertools import product

import pytest

from prill.dockerfile.ignore_file import read_ignore_file
from prill.dockerfile.ignore_pattern import IgnorePattern, _parts, _Places


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
    ],
)
def test_whether_anything_is_left_to_copy(text: str, path: str, *, nothing: bool):
    assert read_ignore_file(text).leaves_out(path) is nothing
