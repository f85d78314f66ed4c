import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.environment import NO_VARIABLES
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN
from prill.dockerfile.shell_patterns import replaced, trimmed
from prill.dockerfile.source import Source
from prill.dockerfile.variables import MAX_TEXT, expand


def test_what_was_set_later_is_not_seen_earlier():
    first = NO_VARIABLES.set({"A": "1"})
    second = first.set({"A": "2", "B": None})
    branch = first.set({"C": "3"})
    assert dict(first) == {"A": "1"}
    assert dict(second) == {"A": "2"}
    assert dict(branch) == {"A": "1", "C": "3"}
    assert second.declares("B")
    assert not branch.declares("B")
    assert second.names() == {"A", "B"}
    assert not NO_VARIABLES.names()


def test_stages_on_one_stage_do_not_see_each_other():
    document = read_dockerfile(b"FROM a AS b\nENV X=1\nFROM b AS c\nENV X=2 Y=$X\nFROM b AS d\nENV Z=$X\nFROM c\n")
    assert [stage.result.values() for stage in document.stages] == [
        {"X": "1"},
        {"X": "2", "Y": "1"},
        {"X": "1", "Z": "1"},
        {"X": "2", "Y": "1"},
    ]


def test_an_unknown_value_is_a_variable_of_the_stages_above():
    document = read_dockerfile(b"FROM scratch AS a\nENV X=$Y\nFROM a\nENV Z=$X\n")
    found = lint(document, BUILTIN, Context()).findings
    assert [one.location.line for one in found if one.rule == "undefined-variable"] == [2]


DOUBLING = "".join(f"A{number + 1}=$A{number}$A{number}\n{{}} " for number in range(60))


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("FROM a:1\nENV A0=aaaaaaaaaa\nENV " + DOUBLING.replace("{}", "ENV") + "X=1\n", "ENV"),
        ("ARG A0=aaaaaaaaaa\nARG " + DOUBLING.replace("{}", "ARG") + "X=1\nFROM b:$A60\n", "ARG"),
    ],
)
def test_variables_that_double_each_other_are_a_gap(text: str, keyword: str):
    document = read_dockerfile(text.encode())
    gaps = lint(document, BUILTIN, Context()).gaps
    assert [gap.reason.partition(": ")[2] for gap in gaps] == [f"what {keyword} sets is too long to be followed"]
    state = document.stages[0].result if keyword == "ENV" else document.prelude_state
    assert max(map(len, state.values().values())) <= MAX_TEXT


def test_values_together_are_bounded():
    lines = "".join(f"ENV B{number}=x$A\n" for number in range(600))
    document = read_dockerfile(b"FROM a:1\nENV A=" + b"a" * 32_000 + b"\n" + lines.encode())
    assert document.stages[0].result.overlong
    assert sum(map(len, document.stages[0].result.values().values())) <= 16 * 1024 * 1024


def test_a_folder_that_grows_is_a_gap():
    document = read_dockerfile(b"FROM a:1\n" + b"WORKDIR aaaaaaaaa\n" * 500)
    assert len(document.stages[0].result.workdir or "") <= 4096
    assert document.overlong


@pytest.mark.parametrize(
    ("value", "modifier", "pattern", "result"),
    [
        ("aXbXc", "#", "*X", "bXc"), ("aXbXc", "##", "*X", "c"), ("aXbXc", "%", "X*", "aXb"), ("aXbXc", "%%", "X*", "a"),
        ("aXbXc", "#", "*X*", "bXc"), ("aXbXc", "##", "*X*", ""), ("aXbXc", "%", "*X*", "aXb"), ("aXbXc", "#", "", "aXbXc"),
        ("abcabd", "#", "a?c*b", "d"), ("a[b]c", "#", "a[b]", "c"), ("a.bc", "#", "?.", "bc"), ("a*bc", "#", "a\\*", "bc"),
        ("abc", "##", "*", ""), ("abc", "%", "*", "abc"), ("xaxbx", "%%", "x*b*", ""), ("aab", "#", "*a*c", "aab"),
    ],
)  # fmt: skip
def test_trimming(value: str, modifier: str, pattern: str, result: str):
    assert trimmed(value, modifier, pattern) == result


@pytest.mark.parametrize(
    ("value", "pattern", "every", "result"),
    [
        ("abab", "a", True, "-b-b"), ("abab", "a", False, "-bab"), ("abab", "a*a", True, "-b"), ("abab", "*", True, "-"),
        ("abab", "c", True, "abab"), ("abab", "a?", True, "--"), ("abab", "", True, "abab"), ("axbab", "a*b", True, "-"),
    ],
)  # fmt: skip
def test_replacing(value: str, pattern: str, every: object, result: str):
    assert replaced(value, pattern, "-", every=bool(every), limit=100) == result


def test_long_texts_and_many_stars_take_no_time():
    value = "a" * MAX_TEXT
    assert trimmed(value, "#", "*a*a*a*a*a*a*b") == value
    assert trimmed(value, "%%", "b*a*a*a*a*a*a") == value
    assert replaced(value, "*a*a*a*a*b", "", every=True, limit=MAX_TEXT) == value
    assert replaced(value, "a", "aa", every=True, limit=MAX_TEXT) is None


def test_a_slash_of_the_pattern_and_a_variable_of_the_replacement():
    assert expand("${p//\\//$q}", {"p": "a/b/c", "q": "-"}).text == "a-b-c"


def test_bytes_are_counted_from_a_mark_nearby():
    text = "aé\udcff漢😀\n" * 1000
    source = Source.of(text.encode("utf-8", "surrogateescape"))
    for offset in (0, 1, 2, 1023, 1024, 1025, 3000, len(text)):
        assert source.position(offset).byte == len(text[:offset].encode("utf-8", "surrogateescape"))


def test_what_is_too_long_is_a_gap_whichever_rules_run():
    doubling = "".join(f"ENV A{number}=$A{number - 1}$A{number - 1}\n" for number in range(1, 40))
    document = read_dockerfile(f"FROM a AS b\nENV A0=aa\n{doubling}FROM c\n".encode())
    assert [gap.reason for gap in lint(document, (), Context()).gaps] == [
        "line 17: what ENV sets is too long to be followed"
    ]
