import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.archive.paths import Absolute, UnsafePath, clean_path


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("./", ""),
        (".", ""),
        ("/", ""),
        ("//", ""),
        ("././/", ""),
        ("./usr/bin/python3", "usr/bin/python3"),
        ("usr/bin/", "usr/bin"),
        ("usr//bin///", "usr/bin"),
        ("usr/./bin/.", "usr/bin"),
        ("./etc/.pwd.lock", "etc/.pwd.lock"),
        (".hidden", ".hidden"),
        ("./.hidden/", ".hidden"),
        ("...", "..."),
        ("a/..b/c..", "a/..b/c.."),
        (" ", " "),
        ("a\nb\\c", "a\nb\\c"),
    ],
)
def test_clean(text: str, clean: str):
    assert clean_path(text) == clean


@pytest.mark.parametrize(
    "text",
    ["", "..", "../etc", "a/..", "a/../b", "./..", "./../etc", ".//../x", "/..", "a\0b", "./a\0", "..//", "a/../"],
)
@pytest.mark.parametrize("absolute", ["refuse", "strip"])
def test_unsafe(text: str, absolute: Absolute):
    with pytest.raises(UnsafePath):
        clean_path(text, absolute=absolute)


@pytest.mark.parametrize(
    "text", ["/etc/passwd", "//etc/passwd", "/./etc/passwd", ".//etc/../etc/passwd", "/etc/passwd/"]
)
def test_absolute_is_refused(text: str):
    with pytest.raises(UnsafePath):
        clean_path(text)


def test_absolute_is_stripped_when_asked():
    assert clean_path("/etc/passwd", absolute="strip") == "etc/passwd"
    assert clean_path("//etc//passwd/", absolute="strip") == "etc/passwd"


def test_a_dot_before_a_doubled_slash_is_not_absolute():
    assert clean_path(".//etc/passwd") == "etc/passwd"


@given(st.text(alphabet="ab./\0é", max_size=12), st.sampled_from(["refuse", "strip"]))
def test_whatever_comes_out_is_clean(text: str, absolute: Absolute):
    try:
        clean = clean_path(text, absolute=absolute)
    except UnsafePath:
        assert not text or "\0" in text or ".." in text.split("/") or text.startswith("/")
    else:
        parts = clean.split("/") if clean else []
        assert not {"", ".", ".."} & set(parts)
        assert parts == [part for part in text.split("/") if part not in ("", ".")]
        assert clean_path(clean or "./") == clean
