"""prill version, and its verb."""

import io
from pathlib import Path

import pytest

from prill import __version__
from prill.cli.exit import Exit
from prill.cli.main import main


def test_version_prints_the_version(capsys: pytest.CaptureFixture[str]):
    assert main(["version"]) == Exit.GOOD
    assert capsys.readouterr().out == f"prill {__version__}\n"


def test_two_versions_are_put_in_order(capsys: pytest.CaptureFixture[str]):
    assert main(["version", "compare", "--ecosystem", "Debian:12", "1.0~rc1-1", "1.0-1"]) == Exit.GOOD
    assert capsys.readouterr().out == "1.0~rc1-1 < 1.0-1\n"


def test_statements_that_hold_are_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "versions.txt"
    file.write_text("# pairs\n\n1.2_rc1 < 1.2\n// more\n1.2 = 1.2\t# the same\n")
    assert main(["version", "compare", "--ecosystem", "Alpine", "--check", str(file)]) == Exit.GOOD
    assert capsys.readouterr().out == "2 statements, 0 wrong\n"


def test_wrong_statements_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"1.0 > 2.0\n1.0 < 2.0\nx y = 1\n")))
    assert main(["version", "compare", "--ecosystem", "npm", "--check"]) == Exit.NO
    out, err = capsys.readouterr()
    assert out == "WRONG 1.0 > 2.0\n2 statements, 1 wrong\n"
    assert "no statement: 1 line, the first 'x y = 1'" in err


def test_what_is_no_statement_or_no_version_is_not_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "versions.txt"
    file.write_text("1.0 < 2.0\n3.6.0 ~ 3.6\n")
    assert main(["version", "compare", "--ecosystem", "Go", "--check", str(file)]) == Exit.INCOMPLETE
    file.write_text("latest > 2.0\n")
    assert main(["version", "compare", "--ecosystem", "Go", "--check", str(file)]) == Exit.NO
    assert "not a version of semver: 'latest'" in capsys.readouterr().err
    file.write_text("\n")
    assert main(["version", "compare", "--ecosystem", "Go", "--check", str(file)]) == Exit.NOTHING


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--ecosystem", "Slackware", "1", "2"], "no version order is known for 'Slackware'"),
        (["--ecosystem", "PyPI", "1"], "two versions can be compared, not 1"),
        (["--ecosystem", "PyPI", "--check", "-", "1"], "with --check no versions are named"),
        (["--ecosystem", "PyPI", "--check", "/dev"], "Is a directory"),
        (["--ecosystem", "Debian", "1 0", "2"], "not a version of Debian packages"),
    ],
)
def test_misuse(words: list[str], says: str, capsys: pytest.CaptureFixture[str]):
    assert main(["version", "compare", *words]) == Exit.MISUSED
    assert says in capsys.readouterr().err
