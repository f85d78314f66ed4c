from pathlib import Path

import pytest

from prill.api.lint import LintOptions, lint_paths
from prill.api.lint_settings import InvalidLintSettings, SettingsFinder, read_lint_table
from prill.api.policy_bases import InvalidPolicy, read_policy_bases

SETTINGS = '[lint]\nallowed-bases = ["debian"]\n'


def refused(folder: Path) -> set[str]:
    options = LintOptions()
    report = lint_paths([folder / "Dockerfile"], options, SettingsFinder())
    return {finding.message.partition(" ")[0] for finding in report.findings if finding.rule == "forbidden-base"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    text = "FROM debian:13 AS a\nFROM gcr.io/distroless/static\nCOPY --from=a / /\nCOPY --from=alpine:3 / /\n"
    (tmp_path / "sub" / "Dockerfile").write_text(text)
    return tmp_path


def test_without_a_list_everything_is_allowed(project: Path):
    assert refused(project / "sub") == set()


def test_the_settings_say_what_is_allowed(project: Path):
    (project / "prill.toml").write_text(SETTINGS)
    assert refused(project / "sub") == {"gcr.io/distroless/static", "alpine:3"}


def test_what_is_not_known_is_told_as_it_is_written(project: Path):
    (project / "prill.toml").write_text(SETTINGS)
    (project / "sub" / "Dockerfile").write_text("FROM ${BASE}\nCOPY --from=x/$TOOLS:1 / /\n")
    assert refused(project / "sub") == {"${BASE}", "x/$TOOLS:1"}


def test_the_policy_counts_before_the_settings_wherever_both_lie(project: Path):
    (project / "sub" / "prill.toml").write_text(SETTINGS)
    (project / "prill-policy.toml").write_text('[bases]\nallowed = ["gcr.io/distroless/*"]\n[signatures]\nx = 1\n')
    assert refused(project / "sub") == {"debian:13", "alpine:3"}


def test_a_policy_that_says_nothing_about_bases_leaves_the_settings(project: Path):
    (project / "sub" / "prill.toml").write_text(SETTINGS)
    (project / "prill-policy.toml").write_text("[signatures]\nx = 1\n")
    assert refused(project / "sub") == {"gcr.io/distroless/static", "alpine:3"}


def test_an_empty_list_allows_nothing(project: Path):
    (project / "prill-policy.toml").write_text("[bases]\nallowed = []\n")
    assert refused(project / "sub") == {"debian:13", "gcr.io/distroless/static", "alpine:3"}


@pytest.mark.parametrize(
    "text",
    [
        "[bases]\nallowed = 1\n",
        "[bases]\nallowd = []\n",
        "bases = 1\n",
        "[bases]\nallowed = ['gcr.io/distroless*']\n",
        "[bases]\n",
        "[",
        "\xff",
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "prill-policy.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InvalidPolicy, match=r"prill-policy\.toml"):
        read_policy_bases(path)


def test_settings_refuse_what_would_let_lookalikes_in():
    with pytest.raises(InvalidLintSettings, match=r"allowed-bases.*distroless\*"):
        read_lint_table({"allowed-bases": ["gcr.io/distroless*"]}, "x")
