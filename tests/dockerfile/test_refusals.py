"""What BuildKit refuses is one finding; what it accepts is none."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import Selection, lint
from prill.dockerfile.lexing import why_not_expanded
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN, syntax_error, unportable_syntax
from refused_dockerfiles import ACCEPTED, BOTH, BUILDKIT, EMPTY, whole


def problems(text: str) -> list[tuple[str, ...]]:
    """Return the aliases of each finding of the rule."""
    result = lint(read_dockerfile(f"{whole(text)}\n".encode()), (syntax_error.RULE,), Context())
    assert result.gaps == ()
    assert all(finding.message for finding in result.findings)
    return [finding.aliases for finding in result.findings]


@pytest.mark.parametrize("text", BOTH)
def test_what_hadolint_refuses_too(text: str):
    assert problems(text) == [("DL1000",)]


@pytest.mark.parametrize("text", BUILDKIT)
def test_what_buildkit_alone_refuses(text: str):
    assert problems(text) == [()]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_buildkit_accepts(text: str):
    assert problems(text) == []


@pytest.mark.parametrize("text", EMPTY)
def test_an_empty_command_is_no_fault(text: str):
    document = read_dockerfile(f"{whole(text)}\n".encode())
    result = lint(document, BUILTIN, Context())
    assert result.gaps == ()
    assert {finding.rule for finding in result.findings}.isdisjoint({"syntax-error", "unportable-syntax"})
    asked = lint(document, (unportable_syntax.RULE,), Context(), Selection(only=frozenset({"dl1000"})))
    assert [finding.aliases for finding in asked.findings] == [("DL1000",)]


def test_the_place_is_the_part_that_is_wrong():
    document = read_dockerfile(b"FROM a:1\nEXPOSE 80 \\\n  foo\nRUN --network=x y\n")
    result = lint(document, (syntax_error.RULE,), Context())
    slices = [document.file.source.text[one.location.start_byte : one.location.end_byte] for one in result.findings]
    assert slices == ["foo", "x"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("FROM scratch\nRUN --mount=from=a x", 1),
        ("FROM scratch\nWORKDIR /.\nRUN --mount=from=a x", 1),
        ("FROM scratch AS a\nWORKDIR /w\nFROM a\nRUN --mount=from=b x", 0),
        ("FROM unheard.example/of/it:1\nRUN --mount=from=a x", 0),
        ("FROM golang:1.24\nRUN --mount=from=a x", 0),
    ],
)
def test_a_mount_without_a_target_lies_at_the_working_directory(text: str, count: int):
    assert len(problems(text)) == count


def test_the_escape_of_the_file_counts():
    assert problems('FROM a\nENV a=`"') == [("DL1000",)]
    accepted = read_dockerfile(b'# escape=`\nFROM a\nENV a=`"\nCOPY a C:\\\n')
    assert lint(accepted, (syntax_error.RULE,), Context()).findings == ()


def test_a_word_may_nest_as_deeply_as_it_likes():
    deep = "${a:-" * 50_000
    assert "missing" in why_not_expanded(deep)
    assert why_not_expanded(deep + "}" * 50_000) == ""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("FROM a:1\nRUN " + "a" * 65_531 + "\nRUN b\n", []),
        ("FROM a:1\nRUN " + "a" * 65_532 + "\nRUN b\n", [2]),
        ("FROM a:1\nRUN " + "\u00e9" * 32_766 + "\n", [2]),
        ("FROM a:1\nRUN " + "\u00e9" * 32_765, []),
        ("FROM a:1\n# " + "a" * 65_534, [2]),
        ("FROM a:1\nRUN <<E\n" + "a" * 65_536 + "\nE\n", [3]),
    ],
    ids=["longest", "longer", "longer in bytes", "longest in bytes", "comment", "heredoc"],
)
def test_a_line_that_buildkit_does_not_read(text: str, lines: list[int]):
    found = lint(read_dockerfile(text.encode()), BUILTIN, Context()).findings
    assert [(one.location.line, one.aliases) for one in found if one.rule == "syntax-error"] == [
        (line, ()) for line in lines
    ]
