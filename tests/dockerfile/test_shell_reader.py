import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import pipe_without_pipefail, sudo_in_run
from prill.dockerfile.shell import ShellCommand, told_place
from prill.dockerfile.shell_reader import TooIntricate, read_shell
from prill.dockerfile.syntax import Logical


def read(text: str) -> tuple[ShellCommand, ...]:
    return read_shell(Logical(text, (0,), (0,)), 0, len(text))


def words(text: str) -> list[list[str]]:
    return [[word.text for word in command.words] for command in read(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a -b 'c d' \"e f\" g\\ h i'j'k", [["a", "-b", "c d", "e f", "g h", "ijk"]]),
        ("a && b || c; d & e", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("X=1 Y=2 a b", [["a", "b"]]),
        ("if [ -f x ]; then a; else b; fi; c", [["a"], ["b"], ["c"]]),
        ("for i in 1 2; do a $i; done", [["a", "$i"]]),
        ("( a; { b; } ) && ! c", [["a"], ["b"], ["c"]]),
        ('a "$(b c)" `d`', [["a", "$(b c)", "`d`"], ["b", "c"], ["d"]]),
        ("sh -c 'a && b c'", [["sh", "-c", "a && b c"], ["a"], ["b", "c"]]),
        ('bash -exc "a \\"b\\""', [["bash", "-exc", 'a "b"'], ["a", "b"]]),
        ("bash -x script", [["bash", "-x", "script"]]),
        ("export A=b && unset A", [["export", "A=b"], ["unset", "A"]]),
        ("case x in a) b;; *) c;; esac", [["b"], ["c"]]),
        ("f() { a; }; f", [["a"], ["f"]]),
        ("a é 'ü' && b", [["a", "é", "ü"], ["b"]]),
        ("a && (b", [["a"], ["b"]]),
        ("", []),
    ],
)
def test_words(text: str, found: list[list[str]]):
    assert words(text) == found


def test_spans_are_those_of_the_text():
    text = "ä && sh -c 'b  cc' x"
    found = {word.text: word.span for command in read(text) for word in command.words}
    assert text[slice(*found["cc"])] == "cc"


def test_connectors_and_pipelines():
    found = read("a | b && c | (d; e) || f")
    assert [command.connector for command in found] == ["", "|", "&&", "|", ";", "||"]
    numbers = [command.pipeline for command in found]
    assert numbers[0] == numbers[1] != numbers[2] < numbers[5]


def test_redirections():
    found = read("a 2>&1 >x && cat <<E >y && b\nhello\nE\n")
    assert [[(one.operator, one.target and one.target.text) for one in command.redirections] for command in found] == [
        [("2>&", "1"), (">", "x")],
        [("<<", None), (">", "y")],
        [],
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a >x -y b && c", [["a", "-y", "b"], ["c"]]),
        ('a 2>/dev/null "b c" $(d e) >y f', [["a", "b c", "$(d e)", "f"], ["d", "e"]]),
        ("(a >x b) >y; c", [["a", "b"], ["c"]]),
        ("sh -c 'a b' >x", [["sh", "-c", "a b"], ["a", "b"]]),
        ("cat <<E >x -n && b >y c && [ d ] && e\nhello\nE\nf", [["cat", "-n"], ["b", "c"], ["e"], ["f"]]),
        ("cat <<E | b >x || (c; d)\nhello\nE\n", [["cat"], ["b"], ["c"], ["d"]]),
        ("time -p A=1 B=2 a b", [["a", "b"]]),
        ("exec A=1 b", [["A=1", "b"]]),
    ],
)
def test_words_behind_a_redirection_or_an_assignment(text: str, found: list[list[str]]):
    assert words(text) == found


def test_a_redirection_belongs_to_the_command_and_not_to_one_inside():
    found = read("f $(a >x) >y && sh -c 'b >z' >w")
    assert [[one.target.text for one in command.redirections if one.target] for command in found] == [
        ["y"],
        ["x"],
        ["w"],
        ["z"],
    ]


def test_a_loop_stands_behind_a_pipe():
    assert [command.connector for command in read("a | for i in b; do c; d; done; e")] == ["", "|", ";", ";"]


def test_words_around_a_dash_between_redirections():
    command = read("a $(x) 2>x y - 2>z w")[0]
    assert [word.text for word in command.words] == ["a", "$(x)", "y", "-", "w"]
    assert command.span == (0, 20)


def test_nesting_says_inside_of_what():
    found = read("if a; then (b $(c)); fi; sh -c 'd | e'")
    assert [command.nesting for command in found][:3] == [
        ("if",),
        ("if", "subshell"),
        ("if", "subshell", "substitution"),
    ]
    assert found[-1].nesting == ("shell",)


def test_what_a_shell_decides_is_no_literal():
    command = read('$x "a$b" c')[0]
    assert [word.literal for word in command.words] == [False, False, True]
    assert (command.name, command.words[1].masked) == ("", "a${}")


def test_flags_operands_and_values():
    command = read("apt-get -yq --no-install-recommends -o x=1 -t=y install a --opt b")[0]
    assert command.flags == {"y", "q", "no-install-recommends", "o", "t", "opt"}
    assert command.has_flag("yes", "y")
    assert not command.has_flag("x")
    assert command.value_of("-o") == "x=1"
    assert command.value_of("--opt") == "b"
    assert [word.text for word in command.without_values("-o", "--opt")] == ["install", "a"]


def test_deep_text_is_bounded():
    assert read("(" * 3000 + "a" + ")" * 3000) is not None
    assert len(read("sh -c " + '"sh -c ' * 3 + "a" + '"' * 3)) >= 1


def test_what_takes_the_grammar_too_long_is_a_gap_and_hides_nothing_else():
    hostile = "{|" * 40_000  # which takes it most of a minute
    with pytest.raises(TooIntricate):
        read(hostile)
    assert words("a && (b") == [["a"], ["b"]]  # the grammar is as good as new
    document = read_dockerfile(f"FROM a\nRUN b\nRUN {hostile}\nRUN c && (d)\nCMD {hostile}\n".encode())
    assert [one.command.program for one in document.invocations] == ["b", "c", "d"]
    assert lint(document, (), Context()).gaps[0].reason == "line 3: 80000 bytes of shell are too intricate to be read"


def test_a_long_text_that_is_right_is_read_whole():
    assert len(words("if [ -f x ]; then a | b > c; fi\n" * 5000)) == 15_000 - 5000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-c", "a"], "a"),
        (["-o", "pipefail", "-c", "a", "b"], "a"),
        (["-euo", "pipefail", "-c", "a"], "a"),
        (["-c", "-e", "a"], "a"),
        (["+e", "-lc", "a"], "a"),
        (["-O", "extglob", "-c", "--", "a"], "a"),
        (["--norc", "--rcfile", "x", "-c", "a"], "a"),
        (["-c"], None),
        (["-o", "pipefail"], None),
        (["x.sh", "-c", "a"], None),
        (["-e", "--", "x.sh"], None),
        (["+c", "x"], None),
    ],
)
def test_what_a_shell_is_told_to_run(words: list[str], told: str | None):
    place = told_place(words)
    assert (None if place is None else words[place]) == told


@pytest.mark.parametrize(
    "form", ['bash -euo pipefail -c "sudo a | b"', '["/bin/bash", "-o", "pipefail", "-c", "sudo a | b"]']
)
def test_a_shell_with_options_is_looked_into(form: str):
    file = read_dockerfile(f"FROM a:1\nRUN {form}\nRUN bash -ec 'a | b'\n".encode())
    rules = (sudo_in_run.RULE, pipe_without_pipefail.RULE)
    found = [(one.rule, one.location.line) for one in lint(file, rules, Context()).findings]
    assert found == [("sudo-in-run", 2), ("pipe-without-pipefail", 3)]
