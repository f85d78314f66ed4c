import json
from collections.abc import Callable
from pathlib import Path

import pytest

from prill.api.lint import LintOptions, lint_host, lint_paths
from prill.api.lint_files import find_dockerfiles
from prill.api.lint_fix import fix_data
from prill.api.lint_inline import find_inline, is_inline_host, moved, unread_inline
from prill.api.lint_settings import SettingsFinder
from prill.dockerfile.source import Source
from prill.model.finding import Edit, Finding, Fix, Location, Severity

COMPOSE = """\
services:
  é:
    build:
      dockerfile_inline: |
        FROM debian

        RUN cd /x
      context: .
  b:
    build:
        dockerfile_inline: |-
          FROM debian:latest
"""
BAKE = """\
target "a" {
  dockerfile-inline = <<EOT
FROM debian
RUN cd /x
EOT
}
"""


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("compose.yaml", COMPOSE, [("unpinned-base", 5, 14), ("cd-in-run", 7, 13), ("latest-tag", 12, 16)]),
        (
            "docker-compose.dev.yml",
            COMPOSE.replace("\n", "\r\n"),
            [("unpinned-base", 5, 14), ("cd-in-run", 7, 13), ("latest-tag", 12, 16)],
        ),
        ("docker-bake.hcl", BAKE, [("unpinned-base", 3, 6), ("cd-in-run", 4, 5)]),
    ],
)
def test_findings_have_their_place_in_the_host(
    tmp_path: Path, name: str, text: str, places: list[tuple[str, int, int]]
):
    (tmp_path / name).write_bytes(text.encode())
    report = lint_paths(find_dockerfiles([tmp_path]), LintOptions(), SettingsFinder())
    wanted = {rule for rule, _, _ in places}
    found = [(one.rule, one.location.line, one.location.column) for one in report.findings if one.rule in wanted]
    assert found == places
    first = next(one for one in report.findings if one.rule == "unpinned-base")
    assert text.encode()[first.location.start_byte : first.location.end_byte] == b"debian"


QUOTED = r"""{"target": {"a": {"dockerfile-inline": "FROM debian\n# \"\ud83d\ude00\u00e9\"\nRUN cd /x"},
  "b": {"dockerfile-inline":
  "FROM debian:latest"}}}
"""
DOUBLE = r"""services:
  a: {build: {dockerfile_inline: "FROM debian\n
      RUN \
        cd /x

      RUN cd /y"}}
  b: {build: {'dockerfile_inline': 'FROM debian:latest

    LABEL a="it''s"'}}
"""
FOLDED = """\
a:
  dockerfile_inline: >-
    FROM
    debian

    RUN true &&
    cd /x
  context: .
"""


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("docker-bake.json", QUOTED, [("unpinned-base", 1, 46), ("cd-in-run", 1, 84), ("latest-tag", 3, 9)]),
        ("compose.yaml", DOUBLE, [("unpinned-base", 2, 40), ("cd-in-run", 4, 9), ("cd-in-run", 6, 11), ("latest-tag", 7, 42)]),
        ("compose.yaml", FOLDED, [("unpinned-base", 4, 5), ("cd-in-run", 7, 5)]),
        ("compose.yaml", FOLDED.replace("\n", "\r\n"), [("unpinned-base", 4, 5), ("cd-in-run", 7, 5)]),
        ("docker-bake.hcl", r'target "a" { dockerfile-inline = "FROM debian\nRUN cd /x" }', [("unpinned-base", 1, 40), ("cd-in-run", 1, 52)]),
    ],
)  # fmt: skip
def test_strings_and_folded_text_are_read(tmp_path: Path, name: str, text: str, places: list[tuple[str, int, int]]):
    (tmp_path / name).write_bytes(text.encode())
    report = lint_paths(find_dockerfiles([tmp_path]), LintOptions(), SettingsFinder())
    wanted = {rule for rule, _, _ in places} | {"syntax-error"}
    found = [one for one in report.findings if one.rule in wanted]
    assert [(one.rule, one.location.line, one.location.column) for one in found] == places
    spans = [text.encode()[one.location.start_byte : one.location.end_byte] for one in found]
    assert spans[0] == b"debian"
    assert {span for one, span in zip(found, spans, strict=True) if one.rule == "cd-in-run"} <= {
        b"cd",
        b"cd /x",
        b"cd /y",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r'dockerfile_inline: "a\x41\U0001F600\u00e9\t\ud800\/\\"', "aA\U0001f600\xe9\t\ufffd/\\"),
        ("dockerfile_inline: 'a\n\n  b  \n  c'", "a\nb c"),
        ("dockerfile_inline: >\n\n  a\n  b\n    c\n  d\n\n\n  e\n", "\na b\n  c\nd\n\ne"),
        ("dockerfile_inline: |\n  a\n\n   b", "a\n\n b"),
    ],
)
def test_what_a_string_says(text: str, said: str):
    (inline,) = find_inline(text)
    assert inline.text == said
    assert len(inline.places) == len(said)


def test_files_without_a_dockerfile_are_passed_over(tmp_path: Path):
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "Dockerfile").write_text("FROM a:1\n")
    assert [path.name for path in find_dockerfiles([tmp_path])] == ["Dockerfile"]


@pytest.mark.parametrize(
    "text",
    ["", "dockerfile_inline: |", "  dockerfile_inline: |\n\n", "dockerfile-inline = <<E\n", "dockerfile_inline: x"],
)
def test_nothing_inside(text: str):
    assert find_inline(text) == ()


def test_names_of_hosts():
    assert is_inline_host("docker-compose.override.yml")
    assert not is_inline_host("mycompose.yaml")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('a:\n  dockerfile_inline: "FROM a\\nRUN b"\n', ()),
        ("build: {dockerfile_inline: FROM a}\n", (1,)),
        ("  dockerfile_inline: >\n    FROM a\n", ()),
        ('  dockerfile_inline: "FROM a\n', (1,)),
        ('  dockerfile-inline = "FROM ${a}"\n', (1,)),
        ("{a: {dockerfile_inline: 'FROM a'}, b: {dockerfile_inline: *b}}\n", (1,)),
        ("  dockerfile_inline: !tag 'FROM a'\n", (1,)),
        ("  dockerfile_inline: *shared\n", (1,)),
        ('  "dockerfile_inline": "FROM a"\n', ()),
        ('{"target": {"a": {\n"dockerfile-inline": "FROM a"}}}\n', ()),
        ("  dockerfile-inline = var.text\n", (1,)),
        ("  dockerfile_inline: |\n    FROM a\n  dockerfile_inline: *b\n", (3,)),
        ("  dockerfile_inline: |2- # why\n      FROM a\n", ()),
        ("  dockerfile-inline = <<-EOT\nFROM a\nEOT\n", ()),
        ("# dockerfile_inline: x\n  my_dockerfile_inline: x\n  dockerfile_inline:\n", ()),
    ],
)
def test_what_is_written_in_another_way_is_known(text: str, lines: tuple[int, ...]):
    assert unread_inline(text) == lines


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "services: {a: {build: {dockerfile_inline: *a}}}\n"),
        ("docker-bake.hcl", 'target "a" { dockerfile-inline = var.a }\n'),
    ],
)
def test_and_is_a_gap(tmp_path: Path, name: str, text: str):
    (tmp_path / name).write_text(text)
    found = find_dockerfiles([tmp_path])
    report = lint_paths(found, LintOptions(), SettingsFinder())
    assert [path.name for path in found] == [name]
    reason = "line 1: a Dockerfile by reference, without quotes or with ${…} is not read; write a block (| or <<EOT)"
    assert [gap.reason for gap in report.gaps] == [reason]


DOCKERFILE = """\
FROM debian:13 as base

MAINTAINER me
RUN apt-get update && \\
    apt-get install curl
ADD a /b
"""
FIXED = """\
FROM debian:13 AS base

LABEL org.opencontainers.image.authors="me"
RUN apt-get update && \\
    apt-get install -y --no-install-recommends curl
COPY a /b
"""


def indented(text: str, by: str) -> str:
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("name", "host"),
    [
        (
            "compose.yaml",
            lambda text: f"services:\n  é:\n    dockerfile_inline: |\n{indented(text, ' ' * 6)}    x: 1\n",
        ),
        ("compose.yaml", lambda text: f"a:\n  - dockerfile_inline: |-  # why\n{indented(text, ' ' * 8)}b: |\n  c\n"),
        ("docker-bake.hcl", lambda text: f'target "a" {{\n  dockerfile-inline = <<EOT\n{text}EOT\n}}\n'),
        (
            "docker-bake.hcl",
            lambda text: f'target "a" {{\n  dockerfile-inline = <<-E\n{indented(text, "    ")}  E\n}}\n',
        ),
    ],
)
def test_a_block_is_mended_where_it_stands(name: str, host: Callable[[str], str]):
    fixed = fix_data(host(DOCKERFILE).encode(), name, LintOptions(), unsafe=True)
    assert fixed.data.decode() == host(FIXED)
    assert fixed.applied >= len(["as", "MAINTAINER", "install", "ADD"])
    assert fix_data(fixed.data, name, LintOptions(), unsafe=True).data == fixed.data


def test_what_quotes_would_change_stays_in_a_string():
    text = json.dumps({"target": {"a": {"dockerfile-inline": DOCKERFILE}}})
    fixed = json.loads(fix_data(text.encode(), "docker-bake.json", LintOptions(), unsafe=True).data)
    wanted = FIXED.replace('LABEL org.opencontainers.image.authors="me"', "MAINTAINER me")  # with quotes
    assert fixed["target"]["a"]["dockerfile-inline"] == wanted


def test_a_line_is_not_put_into_folded_text():
    text = "dockerfile_inline: >\n  FROM debian:13 as x\n\n  RUN apt-get install\n  curl\n"
    fixed = fix_data(text.encode(), "compose.yaml", LintOptions()).data.decode()
    assert fixed == text.replace(" as ", " AS ").replace("apt-get install", "apt-get install -y")


def test_what_compose_would_put_a_variable_into_is_not_written():
    text = "dockerfile_inline: |\n  FROM debian:13\n  ENV a $$HOME\n"
    report = lint_host(text.encode(), "compose.yaml", LintOptions())
    assert [one.fixes for one in report.findings if one.rule == "legacy-key-value"] == [()]
    plain = lint_host(text.replace("$", "").encode(), "compose.yaml", LintOptions())
    assert [len(one.fixes) for one in plain.findings if one.rule == "legacy-key-value"] == [1]


def test_the_first_line_keeps_its_indentation():
    (inline,) = find_inline("dockerfile_inline: |\n    FROM a\n    RUN b\n")
    host = Source.of(b"dockerfile_inline: |\n    FROM a\n    RUN b\n", "compose.yaml")
    place = Location(path="compose.yaml", line=1, column=1, end_line=1, end_column=5, start_byte=0, end_byte=4)

    def edits(*found: Edit) -> list[tuple[Edit, ...]]:
        fix = Fix("mend", found)
        finding = Finding("x", Severity.INFO, "x", place, None, (), "", (fix,))
        return [one.edits for one in moved(finding, inline, host).fixes]

    assert edits(Edit(0, 0, "# b\n")) == [(Edit(25, 25, "# b\n    "),)]
    assert edits(Edit(0, 0, " ")) == edits(Edit(0, 4, "")) == []
    assert edits(Edit(7, 10, "CMD"), Edit(12, 12, " c")) == [(Edit(36, 39, "CMD"), Edit(41, 41, " c"))]
    assert edits(Edit(7, 10, "CMD"), Edit(12, 12, " $c")) == []
