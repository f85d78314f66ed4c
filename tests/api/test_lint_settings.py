from pathlib import Path

import pytest

from prill.api.hadolint_settings import InvalidHadolintSettings, read_hadolint_settings
from prill.api.lint import LintOptions, lint_paths
from prill.api.lint_settings import SECTIONS, InvalidLintSettings, LintSettings, SettingsFinder, read_lint_table
from prill.cli import settings
from prill.dockerfile.rule import LabelRule
from prill.errors import PrillError
from prill.model.finding import Severity


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def found(path: Path, fixed: Path | None = None) -> LintSettings:
    return SettingsFinder(fixed).settings_for(path / "Dockerfile")


def test_the_nearest_file_counts(project: Path):
    write(project / "prill.toml", '[lint]\nignore = ["DL3006"]\n')
    write(project / "sub" / "pyproject.toml", '[tool.prill.lint]\nignore = ["DL3007"]\n')
    assert found(project).ignore == {"dl3006"}
    assert found(project / "sub" / "deep").ignore == {"dl3007"}


def test_a_pyproject_without_the_table_is_passed_over(project: Path):
    write(project / "prill.toml", "[lint]\nstrict-labels = true\n")
    write(project / "sub" / "pyproject.toml", '[project]\nname = "x"\n')
    write(project / "sub" / "prill.toml", '[cache]\ndirectory = "x"\n')
    assert found(project / "sub").strict_labels


def test_nothing_is_looked_for_above_the_repository(project: Path):
    write(project / "prill.toml", '[lint]\nignore = ["x"]\n')
    (project / "sub" / ".git").write_text("gitdir: elsewhere\n")
    assert found(project / "sub" / "deep") == LintSettings()


def test_everything_that_can_be_said():
    table = {
        "ignore": ["Unpinned-Base"],
        "enable": ["missing-healthcheck"],
        "severity": {"DL3007": "error"},
        "allowed-registries": ["*.example"],
        "labels": {"maintainer": "email"},
        "strict-labels": True,
        "pragmas": False,
        "per-file": [{"files": ["test/**"], "ignore": ["latest-tag"], "severity": {"DL3007": "style"}}],
    }
    settings = read_lint_table(table, "x")
    assert settings.labels == (LabelRule("maintainer", "email"),)
    assert (settings.severities["dl3007"], settings.pragmas) == (Severity.ERROR, False)
    assert settings.holding_for("test/a/Dockerfile").ignore == {"unpinned-base", "latest-tag"}
    assert settings.holding_for("test/a/Dockerfile").severities["dl3007"] is Severity.STYLE
    assert settings.holding_for("src/Dockerfile").ignore == {"unpinned-base"}


@pytest.mark.parametrize(
    "text",
    [
        "lint = 1",
        "[lint]\nignored = []",
        "[lint]\nignore = 1",
        "[lint]\nseverity = {a = 'x'}",
        "[lint]\nlabels = {a = 'x'}",
        "[lint]\npragmas = 1",
        "[lint]\nper-file = 1",
        "[[lint.per-file]]\nper-file = []",
        "[lint",
        "\xff",
    ],
)
def test_what_cannot_be_said_is_an_error(project: Path, text: str):
    (project / "prill.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(InvalidLintSettings, match=r"prill\.toml"):
        found(project)


def test_the_named_file_counts_for_all(project: Path):
    write(project / "prill.toml", '[lint]\nignore = ["DL3006"]\n')
    named = write(project / "other.toml", '[lint]\nignore = ["DL3007"]\n')
    assert found(project, named).ignore == {"dl3007"}
    with pytest.raises(InvalidLintSettings, match="No such file"):
        found(project, project / "absent.toml")


def test_a_named_file_without_settings_for_linting_is_noted(project: Path):
    """Other commands' settings may stand there alone. What is beside the Dockerfile does not count in its place."""
    write(project / "prill.toml", '[lint]\nignore = ["DL3006"]\n')
    named = write(project / "other.toml", '[cache]\ndirectory = "x"\n')
    settings = found(project, named)
    assert settings == LintSettings(notes=(f"{named}: no settings for linting",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('ignore = ["nope"]', "lint.ignore: there is no rule 'nope'"),
        ('enable = ["unpinned-bas"]', "lint.enable: there is no rule 'unpinned-bas'"),
        ('severity = {noq = "error"}', "lint.severity: there is no rule 'noq'"),
        ('per-file = [{files = ["*"], ignore = ["nope"]}]', "lint.ignore: there is no rule 'nope'"),
    ],
)
def test_a_rule_that_does_not_exist_is_misuse(project: Path, text: str, message: str):
    write(project / "prill.toml", f"[lint]\n{text}\n")
    with pytest.raises(InvalidLintSettings, match=message):
        found(project)


def test_rules_are_named_by_id_alias_and_shellchecks_codes(project: Path):
    write(project / "prill.toml", '[lint]\nignore = ["unpinned-base", "DL3006", "UndefinedVar", "SC2086"]\n')
    assert found(project).ignore == {"unpinned-base", "dl3006", "undefinedvar", "sc2086"}


def test_hadolints_file_is_honoured_and_its_slips_are_noted(project: Path):
    write(
        project / ".hadolint.yaml",
        "ignored: [DL3006, dl3008]\noverride:\n  error: [DL3007]\n  oops: [x]\ntrustedRegistries: [docker.io]\n"
        "label-schema: {maintainer: text}\nstrict-labels: true\ndisable-ignore-pragma: true\nignore: [DL3008]\n",
    )
    settings = found(project / "sub")
    assert settings.ignore == {"dl3006"}
    assert settings.severities == {"dl3007": Severity.ERROR}
    assert (settings.allowed_registries, settings.pragmas, settings.strict_labels) == (("docker.io",), False, True)
    assert [note.rpartition(": ")[2] for note in settings.notes] == [
        "hadolint knows no ignore; it has no effect",
        "hadolint knows no override.oops; it has no effect",
        "hadolint knows no dl3008; it has no effect",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[", "- a", "ignored: 1", "ignored: [1]", "ignored: DL3006", "trustedRegistries: debian",
        "override: {error: DL3006}", "no-fail: x", "no-fail: yes", "no-fail: on", "format: [x]", "format: nope",
        "format: JSON", "failure-threshold: WARNING", "override: 1",
    ],
)  # fmt: skip
def test_what_hadolint_would_not_take(text: str):
    with pytest.raises(InvalidHadolintSettings, match=r"x\.yaml"):
        read_hadolint_settings(text.encode(), "x.yaml")


def test_words_that_yaml_1_2_takes_for_texts():
    settings = read_hadolint_settings(b"ignored: [yes, 1:30, 2020-01-01, NO]\nno-fail: TRUE\nno-color: null\n", "x")
    assert (settings.ignored, settings.no_fail, settings.no_color) == ({"yes", "1:30", "2020-01-01", "no"}, True, False)


def test_an_empty_file_says_nothing():
    assert read_hadolint_settings(b"", "x").ignored == frozenset()


def test_both_hold_for_a_file(project: Path):
    write(project / ".hadolint.yaml", "ignored: [DL3006, dl3008]\noverride: {style: [DL3007]}\n")
    write(project / "prill.toml", '[lint]\nenable = ["missing-healthcheck"]\n[lint.severity]\nlatest-tag = "error"\n')
    path = write(project / "Dockerfile", "FROM debian\nFROM debian:latest\n")
    report = lint_paths([path], LintOptions(), SettingsFinder())
    by_rule = {finding.rule: finding for finding in report.findings}
    assert by_rule["unpinned-base"].suppressed_by is not None
    assert by_rule["latest-tag"].severity is Severity.ERROR
    assert "missing-healthcheck" in by_rule


def test_errors_are_prills():
    assert issubclass(InvalidLintSettings, PrillError)


@pytest.mark.parametrize(
    ("name", "text", "section"),
    [
        ("prill.toml", '[lin]\nignore = ["DL3006"]\n', "lin"),
        ("prill.toml", 'ignore = ["DL3006"]\n[lint]\n', "ignore"),
        ("pyproject.toml", '[tool.prill.lnt]\nignore = ["DL3006"]\n', "lnt"),
    ],
)
def test_a_section_that_no_command_reads_is_an_error(project: Path, name: str, text: str, section: str):
    write(project / name, text)
    with pytest.raises(InvalidLintSettings, match=f"there is no section '{section}'"):
        found(project)


def test_the_sections_of_all_commands_are_known():
    assert set(settings._KEYS) | set(settings._OF_OTHERS) == SECTIONS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("failure-threshold: error\n", "error"),
        ("failure-threshold: none\n", "style"),
        ("failure-threshold: error\nno-fail: true\n", "never"),
        ("no-fail: false\n", ""),
    ],
)
def test_hadolints_threshold_is_known(project: Path, text: str, said: str):
    write(project / ".hadolint.yaml", text)
    write(project / "sub" / "prill.toml", "[lint]\n")
    assert found(project / "sub").fail_on == said
