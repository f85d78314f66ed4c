from pathlib import Path

import pytest

from prill._io.urls import (
    RedirectRefused,
    Redirects,
    UnsupportedURL,
    credentials,
    file_path,
    follow,
    is_loopback,
    redact,
    same_origin,
)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://h/p", "http://h/p"),
        ("https://me:secret@h:8443/p", "https://h:8443/p"),
        ("https://me:se@cret@h/p", "https://h/p"),
        ("https://h/p?token=secret", "https://h/p?…"),
        ("https://h/p#secret", "https://h/p"),
        ("ftp://h/\x1b[31mRED\x1b]0;title\x07", "ftp://h/%1B[31mRED%1B]0;title%07"),
        ("https://h\x9b\u202e/ä b", "https://h%C2%9B%E2%80%AE/ä b"),
        ("https://h/\ud800", "https://h/%3F"),
        ("http://[::1", "(an invalid URL)"),
    ],
)
def test_what_may_be_shown_of_an_address(url: str, shown: str):
    assert redact(url) == shown


def test_credentials_are_taken_out_and_unquoted():
    assert credentials("https://me:p%40ss@h/p") == ("https://h/p", ("me", "p@ss"))
    assert credentials("https://me@h:1/p") == ("https://h:1/p", ("me", ""))
    assert credentials("https://h/p") == ("https://h/p", None)


@pytest.mark.parametrize("url", ["ftp://h/p", "h/p", "http:///p", "http://h:port/p", "http://[::1", "gopher:x", ""])
def test_what_is_not_fetched_from(url: str):
    with pytest.raises(UnsupportedURL):
        credentials(url)


def test_an_error_about_an_address_does_not_show_its_password():
    with pytest.raises(UnsupportedURL) as caught:
        credentials("ftp://me:secret@h/p")
    assert "secret" not in str(caught.value)


def test_local_files():
    assert file_path("file:///a/b%20c") == Path("/a/b c")
    assert file_path("file://localhost/a") == Path("/a")
    assert file_path("http://h/a") is None


@pytest.mark.parametrize("url", ["file://other/a", "file:a", "file:///a%00b"])
def test_files_that_are_not_local(url: str):
    with pytest.raises(UnsupportedURL):
        file_path(url)


@pytest.mark.parametrize(
    ("here", "location", "there"),
    [
        ("http://h/a/b", "c", "http://h/a/c"),
        ("http://h/a/b", "/c", "http://h/c"),
        ("http://h/a", "http://h:80/c", "http://h:80/c"),
        ("http://h/a", "https://h/c", "https://h/c"),
        ("http://me:secret@h/a", "http://you:other@h/c#x", "http://h/c"),
        ("http://h:8080/a", "//h:8080/c?d", "http://h:8080/c?d"),
    ],
)
def test_redirects_on_the_same_host(here: str, location: str, there: str):
    assert follow(here, location, allowed=Redirects.SAME_HOST) == there


@pytest.mark.parametrize(
    "location", ["http://other/a", "//other/a", "http://h:81/a", "https://other/a", "http://h.other/a"]
)
def test_redirects_to_another_host_need_leave(location: str):
    with pytest.raises(RedirectRefused, match="another host"):
        follow("http://h/a", location, allowed=Redirects.SAME_HOST)
    assert follow("http://h/a", location, allowed=Redirects.ANY_HOST)


@pytest.mark.parametrize("location", ["http://h/a", "file:///etc/passwd", "ftp://h/a"])
def test_redirects_to_something_less_safe_are_never_followed(location: str):
    with pytest.raises(RedirectRefused, match="less safe"):
        follow("https://h/a", location, allowed=Redirects.ANY_HOST)


@pytest.mark.parametrize(
    "location", ["http://[", "//[x", "http://[::1", "//a\x1b[31m]/x", "http://h:port/", "http://\u2100/"]
)
def test_redirects_to_what_is_no_address(location: str):
    with pytest.raises(RedirectRefused) as caught:
        follow("http://h/a", location, allowed=Redirects.ANY_HOST)
    assert str(caught.value).isprintable()


def test_a_redirect_cannot_command_the_terminal():
    with pytest.raises(RedirectRefused) as caught:
        follow("http://h/a", "ftp://evil/\x1b[31mRED\x1b]0;title\x07", allowed=Redirects.ANY_HOST)
    assert str(caught.value) == "http://h/a redirects to ftp://evil/%1B[31mRED%1B]0;title%07, which is less safe"


def test_origins():
    assert same_origin("http://h/a", "http://h:80/b")
    assert not same_origin("http://h/a", "https://h/a")
    assert not same_origin("http://h/a", "http://g/a")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:80/a", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]:80/", True),
        ("http://LOCALHOST/", True),
        ("http://localhost.evil.test/", False),
        ("http://127.0.0.1.evil.test/", False),
        ("http://127.0.0.1@evil.test/", False),
        ("http://0.0.0.0/", False),
        ("http://10.0.0.1/", False),
    ],
)
def test_loopback(url: str, loopback: bool):  # noqa: FBT001 - a row of the table
    assert is_loopback(url) is loopback
