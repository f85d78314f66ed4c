import pytest

from prill.api.lint import LintOptions, lint_data
from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN


def suppressed(text: str, rule: str = "cd-in-run") -> list[tuple[int, bool]]:
    found = lint(read_dockerfile(text.encode()), BUILTIN, Context()).findings
    return [(one.location.line, one.suppressed_by is not None) for one in found if one.rule == rule]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("FROM a:1\n# hadolint stage ignore=DL3003\nRUN cd a\nRUN cd b\nFROM c:1\nRUN cd d\n", {3: False, 4: True, 6: False}),
        ("FROM a:1\nRUN cd a\n# hadolint stage ignore=DL3003\n\nRUN cd b\n", {2: False, 5: True}),
        ("# hadolint stage ignore=DL3003\nFROM a:1\nRUN cd a\nFROM c:1\nRUN cd d\n", {3: True, 5: False}),
        ("# hadolint stage ignore=DL3003\n\nFROM a:1\nRUN cd a\n", {4: False}),
        ("FROM a:1\n# prill: ignore[cd-in-run] why\n# more\nRUN x && \\\n  cd a\nRUN cd b\n", {5: True, 6: False}),
        ("FROM a:1\n# hadolint ignore=DL3004\n# hadolint ignore=DL3003\nRUN cd a\n", {4: True}),
        ("FROM a:1\n# hadolint ignore=DL3003\n# hadolint ignore=DL3004\nRUN cd a\n", {4: False}),
        ("FROM a:1\nRUN cd a\n# hadolint global ignore=DL3003\nRUN cd b\n", {2: True, 4: True}),
    ],
)  # fmt: skip
def test_how_far_a_comment_reaches(text: str, lines: dict[int, bool]):
    assert dict(suppressed(text)) == lines


def test_a_stage_ends_with_the_next_from():
    text = "# hadolint stage ignore=DL3006\n{}FROM a\nFROM b\nFROM c\n"
    assert dict(suppressed(text.format(""), "unpinned-base")) == {2: False, 3: True, 4: False}
    assert dict(suppressed(text.format("\n"), "unpinned-base")) == {3: True, 4: False, 5: False}


def test_the_first_of_several_comments_gives_the_reason():
    text = "FROM a:1\n# hadolint global ignore=DL3003 # one\n# prill: ignore[cd-in-run] two\nRUN cd a\n"
    [found] = [
        one for one in lint(read_dockerfile(text.encode()), BUILTIN, Context()).findings if one.rule == "cd-in-run"
    ]
    assert found.suppressed_by is not None
    assert found.suppressed_by.reason == "one"


def test_thousands_of_comments_are_matched_by_place():
    lines = 3000
    text = "FROM a:1\n" + "# hadolint ignore=DL3003\nRUN cd a\n" * lines
    assert suppressed(text) == [(3 + 2 * number, True) for number in range(lines)]


@pytest.mark.parametrize(
    ("directive", "skipped"),
    [
        ("# check=skip=FromAsCasing", True), ("#!/x\n# check=skip=all", True), ("# check=error=false;skip=FromAsCasing", True),
        ("# check=skip=fromascasing", False), ("# check=skip=JSONArgsRecommended, FromAsCasing", False), ("# x\n# check=skip=all\n", False),
        ("# x\n# check=skip=all", True),
    ],
)  # fmt: skip
def test_names_of_checks_are_read_as_buildkit_does(directive: str, skipped: object):
    assert [one for _, one in suppressed(f"{directive}\nFROM a:1 as b\n", "from-as-casing")] == [bool(skipped)]


@pytest.mark.parametrize("value", ["all", "InvalidDefinitionDescription", "error=true;experimental=all"])
def test_a_file_can_ask_for_experimental_checks(value: str):
    value = value if "=" in value else f"experimental={value}"
    report = lint_data(f"# check={value}\n\n# b\nFROM a:1 AS c\n".encode(), "Dockerfile", LintOptions())
    assert [one.location.line for one in report.findings if one.rule == "invalid-description"] == [4]


CHECKED = "# check=skip=JSONArgsRecommended\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"FROM a:1\n{CHECKED}CMD a\nENTRYPOINT b\n", {3: True, 4: False}),
        (f"FROM a:1\n{CHECKED}# more\nCMD a\n", {4: True}),
        (f"FROM a:1\n{CHECKED}\nCMD a\n", {4: False}),
        (f"FROM a:1\n{CHECKED}ENV a=b\nCMD a\n", {4: False}),
        ("FROM a:1\n#CHECK = skip=all;error=true\nCMD a\n", {3: True}),
        ("FROM a:1\n# check=skip=jsonargsrecommended\nCMD a\n", {3: False}),
        ("FROM a:1\n# check=nope\nCMD a\n", {3: False}),
        ("FROM a:1\n# to check = skip=all\nCMD a\n", {3: False}),
        (f"{CHECKED}FROM a:1\n{CHECKED}CMD a\nENTRYPOINT b\n", {4: True, 5: True}),
        (f"# check=skip=StageNameCasing\nFROM a:1\n{CHECKED}CMD a\nENTRYPOINT b\n", {4: True, 5: False}),
    ],
)
def test_a_check_directive_above_an_instruction(text: str, lines: dict[int, bool]):
    assert dict(suppressed(text, "shell-form-command")) == lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# check=skip=WorkdirRelativePath\nFROM a:1\n", ["unused-suppression"]),
        ("# check=skip=WorkdirRelativePath\nFROM a:1\nWORKDIR b\n", []),
        (f"FROM a:1\n{CHECKED}USER 1\nCMD a\n", ["unused-suppression"]),
        (f"FROM a:1\n{CHECKED}CMD a\n", []),
        ("# check=skip=all\nFROM a:1\n", []),
        ("# check=skip=UndefinedVar,CopyIgnoredFile,InvalidBaseImagePlatform\nFROM a:1\n", []),
        ("# check=skip=InvalidDefinitionDescription\nFROM a:1\n", []),
        ("# check=skip=workdirrelativepath\nFROM a:1\nWORKDIR b\n", ["unknown-suppression"]),
        ("# check=skip=DL3000,relative-workdir\nFROM a:1\nWORKDIR b\n", ["unknown-suppression"] * 2),
    ],
)
def test_a_check_directive_that_skips_nothing_is_found(text: str, said: list[str]):
    report = lint_data(text.encode(), "Dockerfile", LintOptions())
    assert [one.rule for one in report.findings if one.rule in {"unused-suppression", "unknown-suppression"}] == said


def test_buildkits_names_are_told_to_the_letter():
    report = lint_data(b"# check=skip=jsonargsrecommended\nFROM a:1\nCMD a\n", "Dockerfile", LintOptions())
    (found,) = [one.message for one in report.findings if one.rule == "unknown-suppression"]
    assert found == "BuildKit has no check 'jsonargsrecommended'; did you mean JSONArgsRecommended?"
