from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prill.dockerfile.parser import parse
from prill.dockerfile.syntax import Comment, Directive, Instruction, PieceKind, Trivia, print_file

FRAGMENTS = st.sampled_from(
    [
        "FROM a AS b",
        "\n",
        "\\\n",
        "\\ \t\n",
        "RUN <<EOF",
        "EOF\n",
        "# x\n",
        "# escape=`\n",
        "# check=skip=all\n",
        "\r\n",
        "\t",
        " ",
        'COPY <<-A <<"B" /x',
        "A\n",
        "\tA\n",
        "B\n",
        "ONBUILD ",
        'ADD ["a","b"]',
        "--from=x ",
        "`\n",
        "\ufeff",
        "#!x\n",
        "// syntax=x\n",
        '{"syntax":"a"}',
        "CMD [1]",
        "'",
        '"',
        'HEALTHCHECK CMD ["a"]',
        "ONBUILD ONBUILD RUN",
        "<<",
        "--",
        "é",
    ]
)


def one(text: str) -> Instruction:
    found = parse(text.encode()).instructions
    assert len(found) == 1
    return found[0]


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.lists(FRAGMENTS, max_size=30).map(lambda parts: "".join(parts).encode())))
def test_every_byte_is_printed_again(data: bytes):
    file = parse(data)
    assert print_file(file) == data
    place = 0
    for node in file.nodes:
        assert (node.span.start, node.pieces[0][1], node.pieces[-1][2]) == (place, place, node.span.end)
        place = node.span.end
    assert place == len(file.source.text)
    for instruction in file.instructions:
        assert file.source.position(instruction.code_span.end).byte <= len(data)


def test_every_shared_file_is_printed_again_without_faults(shared_data: Path):
    paths = sorted((shared_data / "dockerfiles").glob("*/*"))
    assert len(paths) > 600
    faults = {}
    for path in paths:
        data = path.read_bytes()
        file = parse(data)
        assert print_file(file) == data
        found = [fault for instruction in file.instructions for fault in instruction.faults]
        if found or file.faults:
            faults[path.name] = found
    assert len(faults) <= 1  # one of them continues a command without the backslash


def test_an_instruction_knows_its_parts():
    run = one("  run --mount=type=cache,target=/x --network='none' apt-get  update  \n")
    assert (run.keyword, run.arguments) == ("RUN", "apt-get  update")
    assert [(flag.name, flag.value) for flag in run.flags] == [("mount", "type=cache,target=/x"), ("network", "none")]
    assert (run.written.start, run.code_span) == (2, (2, 67))


def test_continuations_join_lines_and_keep_places():
    text = "RUN a && \\\n  # a comment\n\n  b \\  \n c\nUSER x\n"
    file = parse(text.encode())
    run, user = file.instructions
    assert run.arguments == "a &&   b  c"
    span = run.logical.span(run.logical.text.index("c"), run.logical.text.index("c") + 1)
    assert file.source.slice(span) == "c"
    assert file.source.position(span.start)[:2] == (5, 2)
    assert {kind for kind, _, _ in run.pieces} == set(PieceKind) & {
        PieceKind.TEXT, PieceKind.CONTINUATION, PieceKind.COMMENT, PieceKind.BLANK, PieceKind.NEWLINE
    }  # fmt: skip
    assert user.arguments == "x"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings(ending: str):
    file = parse(f"FROM a{ending}RUN b \\{ending}  c{ending}".encode())
    assert [node.arguments for node in file.instructions] == ["a", "b   c"]


def test_two_escapes_are_no_continuation():
    assert [node.arguments for node in parse(b"RUN a \\\\\nUSER b").instructions] == ["a \\\\", "b"]


def test_the_escape_directive_changes_what_continues():
    file = parse(b"# escape=`\nFROM a\nCOPY a C:\\\nRUN b `\n c\n")
    assert [node.arguments for node in file.instructions] == ["a", "a C:\\", "b  c"]
    assert file.escape == "`"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# syntax=a\n# check=skip=all\n# escape=`\nFROM x", ["syntax", "check", "escape"]),
        ("#check=skip=all\n#escape=`\n", ["check", "escape"]),
        ("# comment\n# syntax=a\n", []),
        ("\n# syntax=a\n", []),
        ("# unknown=a\n# syntax=a\n", []),
        ("#!/usr/bin/env x\n# syntax=a\n# escape=`\n", ["syntax"]),
        ("\ufeff# syntax=a\n", ["syntax"]),
        ("// syntax=a\n", ["syntax"]),
        ('{"syntax": "a", "x": [1]}', ["syntax"]),
        ("# Syntax = a b \nFROM x", ["syntax"]),
    ],
)
def test_directives(text: str, names: list[str]):
    assert [node.name for node in parse(text.encode()).directives] == names


def test_faults_of_directives():
    file = parse(b"# escape=x\n# syntax=a\n# syntax=b\nFROM c\n")
    assert [fault.code for fault in file.faults] == ["invalid-escape", "repeated-directive"]
    assert file.source.slice(file.faults[1].span) == "b"


def test_heredocs():
    text = "COPY <<A <<-'B C' --x /d\n$x\nA\n\tb\n\tB C\nUSER u\n"
    file = parse(text.encode())
    copy, user = file.instructions
    assert [(doc.name, doc.expand, doc.chomp, doc.text) for doc in copy.heredocs] == [
        ("A", True, False, "$x\n"),
        ("B C", False, True, "\tb\n"),
    ]
    assert user.arguments == "u"
    assert file.source.slice(copy.heredocs[1].opener) == "<<-'B C'"


@pytest.mark.parametrize(
    "text", ['RUN ["<<A"]', "RUN echo '<<A", "RUN a<<A", "RUN a <<<A", "CMD <<A", "RUN << A", "RUN <<"]
)
def test_what_is_no_heredoc(text: str):
    assert one(text).heredocs == one(text).faults == ()


def test_onbuild_may_have_a_heredoc():
    node = one("ONBUILD RUN <<E\nx\nE\n")
    assert node.inner is not None
    assert node.inner.heredocs[0].text == "x\n"


def test_a_heredoc_without_end_hides_nothing():
    file = parse(b"RUN <<EOF\nUSER a\nCMD b\n")
    assert [node.keyword for node in file.instructions] == ["RUN", "USER", "CMD"]
    assert [fault.code for fault in file.instructions[0].faults] == ["unterminated-heredoc"]


def test_many_open_heredocs_are_read_in_little_time():
    assert len(parse(b"RUN <<X cat <<Y\n" * 30_000).instructions) == 30_000


@pytest.mark.parametrize(
    ("text", "strings"),
    [
        ('CMD ["a", "b\\"c"]', ["a", 'b"c']),
        ("CMD []", []),
        ("CMD ['a']", None),
        ('CMD ["a"] x', None),
        ('CMD ["a",]', None),
        ("CMD [ -f x ] && y", None),
        ('HEALTHCHECK --interval=1m30s CMD ["a"]', ["a"]),
        ('HEALTHCHECK CMD curl ["a"]', None),
        ('ENV ["a"]', None),
        ("RUN " + "[" * 5000, None),
    ],
)
def test_the_exec_form(text: str, strings: list[str] | None):
    found = one(text).json
    assert (found if found is None else [word.text for word in found]) == strings


def test_an_exec_forms_strings_have_their_places():
    file = parse(b'CMD ["a", \\\n "bc"]')
    words = file.instructions[0].json
    assert words is not None
    assert file.source.slice(words[1].span) == "bc"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NOPE x", "unknown-instruction"),
        ("SHELL", "no-arguments"),
        ("ONBUILD", "no-arguments"),
        ("CMD [1]", "not-strings"),
        ("ONBUILD CMD [null]", "not-strings"),
    ],
)
def test_faults(text: str, code: str):
    assert [fault.code for fault in one(text).faults] == [code]


def test_deep_onbuild_is_bounded():
    assert one("ONBUILD " * 5000 + "RUN x").inner is not None


def test_nodes_between_instructions():
    kinds = [type(node) for node in parse(b"# syntax=a\n\n\n# b\nFROM c\n\\\n").nodes]
    assert kinds == [Directive, Trivia, Comment, Instruction, Trivia]
