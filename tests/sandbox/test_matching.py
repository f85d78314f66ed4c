import time

from prill.model.go_regex import GoRegex
from prill.sandbox.matching import Matcher


def regexes(*texts: str) -> tuple[GoRegex, ...]:
    return tuple(GoRegex.parse(text) for text in texts)


def test_each_expression_is_answered():
    with Matcher() as matcher:
        assert matcher.search("hello\nworld", regexes("world", "^world", "(?m)^world")) == (True, False, True)
        assert matcher.search("", regexes("^$")) == (True,)
        assert matcher.search("é\n\x00", regexes(r"\x00")) == (True,)
        assert matcher.search("anything", ()) == ()


def test_an_expression_that_takes_for_ever_is_given_up_alone():
    began = time.monotonic()
    with Matcher(seconds=0.7) as matcher:
        answers = matcher.search("a" * 60 + "X", regexes("a", "^(a+)+$", "X", "^(a|aa)+$", "b"))
        assert answers == (True, None, True, None, False)
        assert matcher.search("again", regexes("again")) == (True,)
    assert time.monotonic() - began < 60


def test_megabytes_are_searched():
    text = "x" * (4 << 20) + "needle"
    with Matcher() as matcher:
        assert matcher.search(text, regexes("needle$", "^needle")) == (True, False)
