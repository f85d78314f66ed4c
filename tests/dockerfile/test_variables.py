import pytest

from prill.dockerfile.variables import expand, find_references, unquote

VALUES = {"x": "aXbXc", "e": ""}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$x-${x}", "aXbXc-aXbXc"),
        ("${x#a}", "XbXc"), ("${x#*X}", "bXc"), ("${x##*X}", "c"), ("${x%X*}", "aXb"), ("${x%%X*}", "a"), ("${x#q}", "aXbXc"),
        ("${x/X/-}", "a-bXc"), ("${x//X/-}", "a-b-c"),
        ("${y:-d${x}}", "daXbXc"), ("${e:-q}", "q"), ("${e-q}", ""), ("${y-q}", "q"),
        ("${x:+z}", "z"), ("${e:+z}", ""), ("${e+z}", "z"), ("${y+z}", ""),
        ("\\$x", "$x"), ("'$x'", "$x"), ('"$x"', "aXbXc"), ('"a\\b"', "a\\b"), ("a\\b", "ab"), ("$", "$"), ("${y:?m}", ""),
    ],
)  # fmt: skip
def test_expansion(text: str, result: str):
    assert expand(text, VALUES).text == result


def test_what_is_unset_is_named():
    assert expand("$y ${z%a} ${x:-$q} ${w:-$v}", VALUES).unset == ("y", "z", "v")


def test_references_and_their_forms():
    found = find_references("a$x ${y:-b} '$n' \\$m ${z//a/b}")
    assert [(one.name, one.modifier, one.word, one.safe) for one in found] == [
        ("x", "", "", False),
        ("y", ":-", "b", True),
        ("z", "//", "a/b", False),
    ]


def test_unquoting_keeps_variables():
    assert unquote("\"a b\"'c'\\ d$e${f:-'g'}") == "a bc d$e${f:-'g'}"


def test_other_escapes():
    assert expand("a`$x\\b", VALUES, "`").text == "a$x\\b"


def test_deep_words_are_bounded():
    assert expand("${a:-" * 3000 + "}" * 3000, {}).text == ""
