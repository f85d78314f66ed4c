import pytest

from prill.dockerfile.ignore_file import read_ignore_file


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
    ],
)
def test_what_is_left_out(text: str, path: str, *, ignored: bool):
    assert read_ignore_file(text).matches(path) is ignored
