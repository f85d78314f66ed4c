from pathlib import Path

import pytest

from prill.api.lint import LintOptions, UnknownRule, find_rule, lint_data, lint_paths
from prill.api.lint_files import find_dockerfiles, is_dockerfile
from prill.api.lint_fix import fix_data
from prill.api.lint_settings import SettingsFinder
from prill.dockerfile.parser import parse


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "dockerfile",
        "Dockerfile.dev",
        "app.Dockerfile",
        "Containerfile",
        "x.containerfile",
        "a-Dockerfile",
        "a\n.Dockerfile",
    ],
)
def test_names_of_dockerfiles(name: str):
    assert is_dockerfile(name)


@pytest.mark.parametrize(
    "name", ["Dockerfile.dockerignore", "Dockerfile.md", "dockerfile.py", "Makefile", "mydockerfile", ""]
)
def test_names_of_other_files(name: str):
    assert not is_dockerfile(name)


def test_the_dockerignore_beside_it_is_read(tmp_path: Path):
    (tmp_path / ".dockerignore").write_text("*.log\n")
    (tmp_path / "Dockerfile").write_text("FROM a:1\nCOPY x.log /x\n")
    found = lint_paths(find_dockerfiles([tmp_path]), LintOptions(), SettingsFinder()).findings
    assert "copy-ignored-file" in {finding.rule for finding in found}
    (tmp_path / "Dockerfile.dockerignore").write_text("nothing\n")
    found = lint_paths(find_dockerfiles([tmp_path]), LintOptions(), SettingsFinder()).findings
    assert "copy-ignored-file" not in {finding.rule for finding in found}


def test_several_processes_find_the_same(tmp_path: Path):
    for number in range(100):
        (tmp_path / f"{number:03}.Dockerfile").write_text(f"FROM debian\nRUN cd /{number}\n")
    paths = find_dockerfiles([tmp_path])
    one = lint_paths(paths, LintOptions(), SettingsFinder())
    assert lint_paths(paths, LintOptions(), SettingsFinder(), workers=2) == one
    assert len(one.findings) >= 200


def test_a_file_that_is_too_long_is_a_gap(tmp_path: Path):
    path = tmp_path / "Dockerfile"
    with path.open("wb") as file:
        file.truncate((8 << 20) + 1)
    assert "longer than" in lint_paths([path], LintOptions(), SettingsFinder()).gaps[0].reason


def test_rules_by_their_names():
    assert find_rule("dl3006") is find_rule("unpinned-base")
    with pytest.raises(UnknownRule, match="missing-tga"):
        find_rule("missing-tga")


def test_any_bytes_can_be_linted():
    for data in (
        b"\xff\xfe\x00",
        b"FROM \xff\nRUN \xff && cd \xfe\n",
        b"RUN " + b"(" * 5000,
        b"\\\n" * 50,
        b"\x00" * 100,
    ):
        assert lint_data(data, "x", LintOptions()).gaps == ()


@pytest.mark.parametrize("unsafe", [False, True])
def test_fixes_on_real_files_are_idempotent_and_parse(shared_data: Path, unsafe: bool):  # noqa: FBT001 - a parameter of the test
    applied = 0
    for path in sorted((shared_data / "dockerfiles" / "sample").glob("*"))[::8]:
        data = path.read_bytes()
        fixed = fix_data(data, path.name, LintOptions(), unsafe=unsafe)
        applied += fixed.applied
        assert fix_data(fixed.data, path.name, LintOptions(), unsafe=unsafe).data == fixed.data
        left = [one for one in fixed.report.counted if one.fixes and (unsafe or one.fixes[0].safe)]
        assert left == []
        before, after = parse(data), parse(fixed.data)
        assert len(after.instructions) == len(before.instructions)
        faults = [fault.code for one in before.instructions for fault in one.faults]
        assert [fault.code for one in after.instructions for fault in one.faults] == faults
    assert applied > 60
