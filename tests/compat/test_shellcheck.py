"""ShellCheck's findings in a Dockerfile, where they stand."""

import sys
from pathlib import Path

import pytest

from prill.api.lint import LintOptions, lint_data, lint_paths
from prill.api.lint_settings import SettingsFinder
from prill.api.lint_shellcheck import add_shellcheck, shellcheck_infos
from prill.api.shellcheck import find_shellcheck
from prill.dockerfile.engine import Selection
from prill.model.finding import Finding, Report

pytestmark = pytest.mark.compat

TEXT = """\
FROM debian:13
ARG given
RUN echo $given $other && \\
    # a comment
    cd /x && \\
    é=1; echo $é `date`
# hadolint ignore=SC2164
RUN cd /y
RUN <<EOF
echo $(ls
EOF
RUN ["sh", "-c", "cd /z"]
SHELL ["powershell"]
RUN cd $x
"""


@pytest.fixture(scope="module")
def program() -> Path:
    found = find_shellcheck([Path(sys.executable).parent, Path("/usr/bin")])
    if found is None:
        pytest.skip("shellcheck is not installed")
    return found


def said(program: Path, text: str, tmp_path: Path) -> tuple[Finding, ...]:
    path = tmp_path / "Dockerfile"
    options = LintOptions(selection=Selection(only=frozenset({"shellcheck"})))
    report = lint_data(text.encode(), str(path), options)
    report = add_shellcheck(report, [(path, text.encode())], options, SettingsFinder(), program, workers=2)
    assert report.gaps == ()
    return report.findings


def test_a_byte_that_is_no_text_is_no_pattern_of_the_shells(program: Path, tmp_path: Path):
    path = tmp_path / "Dockerfile"
    data = b"FROM debian:13\nRUN cat \xff $x\n"
    options = LintOptions(selection=Selection(only=frozenset({"shellcheck"})))
    report = add_shellcheck(
        lint_data(data, str(path), options), [(path, data)], options, SettingsFinder(), program, workers=1
    )
    assert ("SC2086", 11) in {(one.aliases[0], one.location.column) for one in report.findings}
    assert "SC2035" not in {one.aliases[0] for one in report.findings}


def test_findings_stand_where_they_are(program: Path, tmp_path: Path):
    found = said(program, TEXT, tmp_path)
    places = {(one.aliases[0], one.location.line, one.location.column) for one in found if one.suppressed_by is None}
    assert ("SC2086", 3, 17) in places
    assert ("SC2086", 3, 10) not in places  # ARG says that it is set
    assert ("SC2006", 6, 18) in places
    assert {line for _, line, _ in places} <= {3, 6, 10, 11}
    assert any(code.startswith("SC1") for code, line, _ in places if line in {10, 11})
    marked = [one.location.line for one in found if one.suppressed_by is not None]
    assert marked == [8]


def test_equal_bodies_are_found_in_each_place(program: Path, tmp_path: Path):
    found = said(program, "FROM a:1\nRUN cd /x\nRUN cd /x\n", tmp_path)
    assert [(one.aliases[0], one.location.line) for one in found] == [("SC2164", 2), ("SC2164", 3)]


def test_each_code_is_described_once(program: Path, tmp_path: Path):
    found = said(program, "FROM a:1\nRUN cd /x\nRUN cd /x && echo `ls`\n", tmp_path)
    infos = shellcheck_infos(Report(subjects=("x",), findings=found))
    assert (
        [info.id for info in infos] == sorted({one.code for one in found}) == ["SC2005", "SC2006", "SC2046", "SC2164"]
    )
    assert all(f"wiki/{info.id}>" in info.page for info in infos)


def test_without_the_program_it_is_a_gap(tmp_path: Path):
    options = LintOptions()
    report = lint_data(b"FROM a:1\n", "x", options)
    assert "no such program" in add_shellcheck(report, [], options, SettingsFinder(), None, workers=1).gaps[0].reason


def test_a_program_that_fails_is_a_gap(tmp_path: Path):
    broken = tmp_path / "shellcheck"
    broken.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    broken.chmod(0o755)
    options = LintOptions()
    path = tmp_path / "Dockerfile"
    report = lint_data(b"FROM a:1\nRUN a\n", str(path), options)
    found = add_shellcheck(report, [(path, b"FROM a:1\nRUN a\n")], options, SettingsFinder(), broken, workers=1)
    assert "broken" in found.gaps[0].reason


def test_the_shell_of_busybox_is_known(program: Path, tmp_path: Path):
    found = said(program, 'FROM alpine:3.22\nSHELL ["/bin/ash", "-c"]\nRUN cd /x\nRUN [[ a = b ]]\n', tmp_path)
    assert [finding.aliases for finding in found] == [("SC2164",), ("SC2050",)]


def test_dockerfiles_inside_of_other_files_are_asked_about(program: Path, tmp_path: Path):
    path = tmp_path / "compose.yaml"
    text = b"services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM a:1\n        RUN cd /x\n"
    path.write_bytes(text)
    options = LintOptions(selection=Selection(only=frozenset({"shellcheck"})))
    report = lint_paths([path], options, SettingsFinder())
    report = add_shellcheck(report, [(path, text)], options, SettingsFinder(), program, workers=1)
    (finding,) = report.findings
    place = finding.location
    assert (finding.aliases, place.line, place.column) == (("SC2164",), 6, 13)
    assert text[place.start_byte : place.end_byte] == b"cd /x"
