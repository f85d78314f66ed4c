from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prill.dockerfile import shell_reader
from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.plain_shell import read_plain
from prill.dockerfile.script import shell_text
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.shell_reader import read_shell
from prill.dockerfile.syntax import Logical


def numbered(commands: tuple[ShellCommand, ...]) -> list[ShellCommand]:
    """Number pipelines from 0: which commands share one matters, not how it is called."""
    numbers: dict[int, int] = {}
    return [one._replace(pipeline=numbers.setdefault(one.pipeline, len(numbers))) for one in commands]


def by_grammar(logical: Logical, start: int, end: int, monkeypatch: pytest.MonkeyPatch) -> list[ShellCommand]:
    with monkeypatch.context() as patched:
        patched.setattr(shell_reader, "read_plain", lambda *_: None)
        return numbered(read_shell(logical, start, end))


WORDS = st.sampled_from(
    [
        "apt-get", "-y", "a=b", "--x=1", "/var/lib/*", "x?y", "x'y'z", '"$X/y"', "$HOME", "${A_1}", "~/x", "1", "-", "+x",
        "http://h/p:1", "test", "true", "a:b@c", '-p"$X"', "%", "^x", "''", '""', "'a b'", '"a b"', "--y='b c'", "sh", "-c",
    ]
)  # fmt: skip
JOINS = st.sampled_from([" && ", " || ", "; ", " | ", "&&", "\t;\t"])
TAILS = st.sampled_from(["", "", "", " > /dev/null", " 2>&1", " >>x", " < y", " > 'a b' 2>&1"])
COMMANDS = st.tuples(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), TAILS).map("".join)


@example([("apt-get - 2>&1", " && ")], "")
@example([("a b", " | "), ("tar - 1>>x", "; "), ("c", "")], "")
@given(st.lists(st.tuples(COMMANDS, JOINS), min_size=1, max_size=4), st.sampled_from(["", "  "]))
def test_plain_text_is_read_as_the_grammar_reads_it(parts: list[tuple[str, str]], before: str):
    text = before + "".join(command + join for command, join in parts).rstrip("&|; \t")
    logical = Logical(text, (0,), (7,))
    found = read_plain(logical, 0, len(text))
    if found is not None:
        grammar = shell_reader._Reader(logical, 0, len(text), shell_reader.MAX_NESTING).commands()
        assert numbered(found) == numbered(grammar)


@pytest.mark.parametrize(
    "text",
    [
        "a $(b)", "a `b`", "a # b", "a \\; b", "X=1", "(a)", "{ a; }", "if a; then b; fi", "a << E", "a & b", "a ;; b",
        "a &&", "&& a", "a || | b", "> x", "a > x b", "a>x", "a 'b", 'a "b', 'a "$(b)"', "${X:-y}", "a $1", "a\nb", "! a",
        "exec a", "command -v a", "a |& b", "a &> b", "é", "[ -f x ]", "a{1,2}", "a 3>&1",
    ],
)  # fmt: skip
def test_what_takes_the_grammar_is_left_to_it(text: str):
    assert read_plain(Logical(text, (0,), (0,)), 0, len(text)) is None


def test_spans_lead_over_continuations():
    logical = Logical("a bc d", (0, 3), (0, 10))
    (command,) = read_plain(logical, 0, 6) or ()
    assert [word.span for word in command.words] == [(0, 1), (2, 11), (12, 13)]
    assert command.span == (0, 13)


def test_several_variables_in_a_word_are_one_word():
    (command,) = read_plain(Logical("get h/$A/b-$A.tgz", (0,), (0,)), 0, 17) or ()
    assert [word.masked for word in command.words] == ["get", "h/${}/b-${}.tgz"]


def test_real_files_are_read_alike(shared_data: Path, monkeypatch: pytest.MonkeyPatch):
    """Where a word has a variable before ``-$x``, the grammar ends it too early; plain text is read to its end."""
    texts = plain = 0
    for path in sorted((shared_data / "dockerfiles").glob("*/*")):
        for step in read_dockerfile(path.read_bytes()).of("RUN"):
            text = shell_text(step.instruction)
            if text is None:
                continue
            texts += 1
            where = text.logical, text.start, text.end
            found = read_plain(*where)
            if found is not None and not any(word.masked.count("${}") > 1 for one in found for word in one.words):
                plain += 1
                if not any(one.program in shell_reader.SHELLS for one in found):
                    assert numbered(found) == by_grammar(*where, monkeypatch)
    assert plain > texts * 0.8
