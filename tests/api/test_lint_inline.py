from pathlib import Path

import pytest

from prill.api.lint import LintOptions, lint_paths
from prill.api.lint_files import find_dockerfiles
from prill.api.lint_inline import find_inline, is_inline_host, unread_inline
from prill.api.lint_settings import SettingsFinder

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
    assert all(one.fixes == () for one in report.findings)


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
    assert all(one.fixes == () for one in report.findings)


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
