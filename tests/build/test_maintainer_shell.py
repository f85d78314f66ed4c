import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.build.maintainer_shell import is_shell, script_commands


def commands(text: str) -> list[tuple[str | None, ...]]:
    return list(script_commands(b"#!/bin/sh\n" + text.encode()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b c", [("a", "b", "c")]),
        ("a 'b c' \"d e\"f g\\ h", [("a", "b c", "d ef", "g h")]),
        ("a \\\n  b", [("a", "b")]),
        ("a; b && c || d | e & f", [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        ("a # b\n#c\nd#e", [("a",), ("d#e",)]),
        ("a >/dev/null 2>&1 <in b", [("a", "b")]),
        ("cat <<EOF >out\nnot a command\nEOF\nb", [("cat",), ("b",)]),
        ("cat <<-'END'\n\tx\n\tEND\nb", [("cat",), ("b",)]),
        ("(a; b)", [("a",), ("b",)]),
        ("f() { a; }", []),
        ("f() { a; }; f", [("a",)]),
        ("function f { a; }\nfunction g() { b; }\nf; g", [("a",), ("b",)]),
        ("f()\n{\n { a; }; b\n}\nc; f", [("c",), ("a",), ("b",)]),
        ("f() (a; b)\nf", [("a",), ("b",), ("f",)]),
        ("case x in f) a;; (g|h) b;; esac; c", [("a",), ("b",), ("c",)]),
        ('a "" b', [("a", "", "b")]),
        ("if a; then b; else c; fi", [("a",), ("b",), ("c",)]),
        ("while a; do b; done; c", [("a",), ("b",), ("c",)]),
        ("A=1 B=2 run $A", [("run", None)]),
    ],
)
def test_text_falls_into_commands(text: str, expected: list[tuple[str | None, ...]]) -> None:
    assert commands(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x=/usr\nrun $x/bin ${x}/lib \"$x\"'$x'", ("run", "/usr/bin", "/usr/lib", "/usr$x")),
        ("x='a b'\nrun $x \"$x\"", ("run", "a", "b", "a b")),
        ('x=\nrun $x b "$x"', ("run", "b", "")),
        ("d=/lib64\nrun ${d#/} ${d%64} ${d#x}", ("run", "lib64", "/lib", "/lib64")),
        ("run $1 $(date) `date` $unset ${x:-y} $((1+1)) $@ b", ("run", *[None] * 7, "b")),
        ("x=a\nx=b\nrun $x", ("run", "b")),
        ("x=a\nif t; then x=b; fi\nrun $x", ("run", None)),
        ("x=a\nif t; then x=$(date); fi\nrun $x", ("run", "a")),
        ("x=a\nif t; then x=b; fi\nunset x\nif t; then x=c; fi\nrun $x", ("run", "c")),
        ("x=$1\nrun p$x", ("run", None)),
    ],
)
def test_variables_are_followed_as_far_as_they_are_literal(text: str, expected: tuple[str | None, ...]) -> None:
    assert commands(text)[-1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('f() { run $1 "$2" ${3:-none}; }\nf a "b c"', ("run", "a", "b c", "none")),
        ('f() { run "${3:-$x.old}"; }\nx=/a\nf 1 2 ""', ("run", "/a.old")),
        ("f() { run $1; }\nf $(date)", ("run", None)),
        ("f() { run $1 $2; }\nf $(date) b", ("run", None, None)),
        ('f() { run $1 $2; }\nf "$x" b', ("run", None, "b")),
        ('f() { run "$@" c; }\nf a b', ("run", "a", "b", "c")),
        ('f() { run "$@"; }\nf', ("run",)),
        ("f() { shift; run $1; }\nf a b", ("run", None)),
        ("f() { for i in 1; do shift; done; run $1; }\nf a b", ("run", None)),
        ("f() { run $1; }\ng() { f x$1; }\ng a", ("run", "xa")),
        ('f() { run "$1"; }\ng() { "$@"; }\ng f b', ("run", "b")),
        ("x=a\nf() { local x=b; }\nf\nrun $x", ("run", "a")),
        ("f() { local x=b y; y=c; }\nf\nrun $x $y", ("run", None, None)),
        ("f() { x=b; }\nf\nrun $x", ("run", "b")),
        ("if t; then f() { run a; }; else f() { run b; }; fi\nf", ("run", "b")),
        ("f() { f; }\nf\nrun a", ("run", "a")),
        ("export x=a\nrun $x", ("run", "a")),
        ("x=a; read x y\nrun $x", ("run", None)),
        ("x=a y=$x.b\nrun $y", ("run", "a.b")),
    ],
)
def test_a_functions_parameters_are_those_of_the_call(text: str, expected: tuple[str | None, ...]) -> None:
    assert commands(text)[-1] == expected


@pytest.mark.parametrize("call", ["x=$(f a)", "trap f EXIT", 'eval "f a"', "$1 f"])
def test_a_function_whose_calls_cannot_be_followed_has_unknown_parameters(call: str) -> None:
    assert commands(f"f() {{ run $1; }}\n{call}")[-1] == ("run", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if t; then x=a; run $x; else x=b; run $x; fi", [("run", "a"), ("run", "b")]),
        ("x=c\nif t; then x=a; x=b; run $x; fi\nrun $x", [("run", "b"), ("run", None)]),
        ("case t in 1) x=a; run $x;; 2) x=b; run $x;; esac\nrun $x", [("run", "a"), ("run", "b"), ("run", None)]),
        ("if t; then x=a; elif u; then x=a; fi\nrun $x", [("run", "a")]),
        ("if t; then for i in a b; do x=$i; run $x; done; fi", [("run", "a"), ("run", "b")]),
    ],
)
def test_branches_do_not_see_each_other(text: str, expected: list[tuple[str | None, ...]]) -> None:
    assert [one for one in commands(text) if one[0] == "run"] == expected


def test_a_loop_over_words_runs_for_each() -> None:
    text = 'list="b c"\nfor i in a $list; do\n for j in 1 2\n do\n  run $i$j\n done\ndone\nlast $i'
    assert commands(text) == [*(("run", i + j) for i in "abc" for j in "12"), ("last", "c")]


def test_a_case_takes_every_branch() -> None:
    text = 'case "$1" in\n install|upgrade)\n  a\n ;;\n *) b ;;\nesac\nc'
    assert [one for one in commands(text) if one[0] in ("a", "b", "c")] == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (b"#!/bin/sh\n", True),
        (b"#! /bin/sh -e\n", True),
        (b"#!/bin/dash\n", True),
        (b"#!/usr/bin/env bash\n", True),
        (b"#!/usr/bin/perl\n", False),
        (b"#!/usr/bin/python3\n", False),
        (b"\x7fELF", False),
        (b"", False),
    ],
)
def test_only_a_shell_script_is_read(script: bytes, *, expected: bool) -> None:
    assert is_shell(script) == expected
    assert list(script_commands(script + b"x")) == ([("x",)] if script.endswith(b"\n") and expected else [])


def test_nested_loops_end_early() -> None:
    words = " ".join(str(number) for number in range(1000))
    loops = "".join(f"for v{depth} in {words}; do\n" for depth in range(15)) + "x=1\n" + "done\n" * 15
    assert commands(loops)[-1] == (None,)


def test_a_variable_that_doubles_stays_small() -> None:
    grown = commands("x=aaaaaaaaaa\n" + 'x="$x$x"\n' * 40 + "run $x")
    assert grown == [("run", None)]


def test_functions_that_call_each_other_end_early() -> None:
    grown = "\n".join(f"f{number}() {{ f{number + 1}; f{number + 1}; }}" for number in range(60))
    assert commands(f"{grown}\nf0")[-1] == (None,)


def test_parameters_that_multiply_end_early() -> None:
    words = " ".join("abcdefghij")
    grown = 'f() { f "$@$@$@$@$@$@$@" "$@"; }\nf ' + words
    assert commands(f"{grown}\nrun $x")[-1] == (None,)
    assert commands(f"x='{'a ' * 4000}'\nrun {'$x ' * 5000}")[-1] == (None,)


def test_a_huge_script_is_not_read() -> None:
    assert commands("a\n" * (1 << 20)) == [(None,)]


@given(st.text(alphabet="ab $\"'\\`(){}<>|&;\n#=1@:-EOFfordoneinifcaselseshiftlocal", max_size=120))
def test_any_text_yields_words_or_unknown(text: str) -> None:
    for command in commands(text):
        assert command
        assert all(word is None or isinstance(word, str) for word in command)
