"""Versions of documents: which are linted, with which settings, and what keeps them from being linted."""

from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="needs the extra prill[lsp]")

from prill.cli.language_server.look import MAX_BYTES, Looked, LookOptions, Opened, look
from prill.model.finding import Severity


def opened(uri: str, text: str = "FROM debian\n", language: str | None = None) -> Opened:
    return Opened(uri=uri, version=1, language=language, text=text)


def looked(folder: Path, text: str, least: Severity = Severity.WARNING, config: Path | None = None) -> Looked:
    options = LookOptions(today=lambda: date(2026, 1, 1), least=least, config=config)
    return look(opened((folder / "Dockerfile").as_uri(), text), options)


def rules(found: Looked) -> list[str]:
    return [finding.rule for finding in found.shown]


@pytest.mark.parametrize(
    ("uri", "language", "expected"),
    [
        ("file:///a/Dockerfile", None, True),
        ("file:///a/app.Dockerfile", "plaintext", True),
        ("file:///a/Containerfile.dev", "plaintext", True),
        ("file:///a/image.txt", "dockerfile", True),
        ("untitled:Untitled-1", "dockerfile", True),
        ("file:///a/Dockerfile.md", "markdown", False),
        ("file:///a/main.py", "python", False),
        ("untitled:Untitled-1", "plaintext", False),
    ],
)
def test_which_documents_are_dockerfiles(uri: str, language: str | None, expected: bool):  # noqa: FBT001
    assert opened(uri, language=language).is_dockerfile is expected


def test_names_are_unquoted(tmp_path: Path):
    assert opened((tmp_path / "a b" / "Dockerfile").as_uri()).path == tmp_path / "a b" / "Dockerfile"


def test_settings_are_found_from_the_file_upwards_and_read_anew(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    assert "unpinned-base" in rules(looked(tmp_path / "sub", "FROM debian\n"))
    (tmp_path / "prill.toml").write_text('[lint]\nignore = ["DL3006"]\n')
    assert "unpinned-base" not in rules(looked(tmp_path / "sub", "FROM debian\n"))


def test_one_file_of_settings_may_count_for_all(tmp_path: Path):
    config = tmp_path / "other.toml"
    config.write_text('[lint]\nignore = ["unpinned-base"]\n')
    assert "unpinned-base" not in rules(looked(tmp_path, "FROM debian\n", config=config))


def test_the_least_severity(tmp_path: Path):
    text = "from debian:13\nUSER 1\n"
    assert set(rules(looked(tmp_path, text))) < set(rules(looked(tmp_path, text, Severity.STYLE)))


def test_settings_that_cannot_be_read_are_a_gap(tmp_path: Path):
    (tmp_path / "prill.toml").write_text("[lint]\nignroe = []\n")
    found = looked(tmp_path, "FROM debian\n")
    assert not found.shown
    assert "ignroe" in found.gaps[0].reason


def test_a_folder_that_cannot_be_read_is_a_gap(tmp_path: Path):
    found = looked(tmp_path / ("x" * 300), "FROM debian\n")
    assert not found.shown
    assert found.gaps[0].reason.startswith("not linted: ")


def test_a_document_that_is_too_long_is_a_gap(tmp_path: Path):
    assert not looked(tmp_path, "#" + "x" * (MAX_BYTES - 1)).gaps
    found = looked(tmp_path, "#" + "é" * (MAX_BYTES // 2))
    assert not found.shown
    assert str(MAX_BYTES) in found.gaps[0].reason


def test_what_is_no_unicode_keeps_its_place(tmp_path: Path):
    found = looked(tmp_path, "# \ud800\ud800\nFROM debian\n")
    finding = next(one for one in found.shown if one.rule == "unpinned-base")
    start, end = found.span(finding.location)
    assert found.source.text[start:end] == "debian"
    assert start == len("# ..\nFROM ")
