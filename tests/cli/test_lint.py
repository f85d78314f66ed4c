"""prill lint and prill rule, from arguments to documents and exit codes."""

import io
import json
import sys
from pathlib import Path

import pytest

from prill.cli.exit import Exit
from prill.cli.main import main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "sub" / "node_modules").mkdir(parents=True)
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    (tmp_path / "sub" / "app.Dockerfile").write_text("FROM debian:13\n")
    (tmp_path / "sub" / "node_modules" / "Dockerfile").write_text("FROM other\n")
    (tmp_path / "Dockerfile.dockerignore").write_text(".git\n")
    return tmp_path


def test_a_folder_is_searched(project: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["lint", "--only", "DL3006", str(project)]) == Exit.NO
    out, err = capsys.readouterr()
    assert "warning[unpinned-base] debian has no tag" in out
    assert f"--> {project}/Dockerfile:1:6" in out
    assert "1 | FROM debian\n  |      ^^^^^^" in out
    assert err == "2 files: 1 warning\n"


def test_json_holds_everything(project: Path, capsys: pytest.CaptureFixture[str]):
    assert (
        main(["lint", "--format", "json", "--only", "unpinned-base", "--fail-on", "error", str(project)]) == Exit.GOOD
    )
    document = json.loads(capsys.readouterr().out)
    assert [Path(one).name for one in document["subjects"]] == ["Dockerfile", "app.Dockerfile"]
    (finding,) = document["findings"]
    assert (finding["rule"], finding["aliases"][0]) == ("unpinned-base", "DL3006")
    assert finding["location"]["start"] == {"line": 1, "column": 6, "byte": 5}
    assert document["gaps"] == []


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"FROM debian:latest\n")))
    assert main(["lint", "--only", "latest-tag", "--name", "x/Dockerfile", "-"]) == Exit.NO
    assert "--> x/Dockerfile:1:6" in capsys.readouterr().out


def test_suppressed_findings_do_not_count(project: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["lint", "--only", "unpinned-base", "--ignore", "unpinned-base", "-v", str(project)]) == Exit.GOOD
    out, err = capsys.readouterr()
    assert "suppressed by settings" in out
    assert "1 suppressed" in err


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["lint", str(tmp_path)]) == Exit.NOTHING
    assert main(["lint", str(tmp_path / "absent")]) == Exit.NOTHING
    assert main(["lint", "--only", "nope", str(tmp_path)]) == Exit.MISUSED
    (tmp_path / "Dockerfile").symlink_to("/dev/null")
    assert main(["lint", str(tmp_path)]) == Exit.INCOMPLETE
    assert main(["lint", "--allow-gaps", str(tmp_path)]) == Exit.GOOD
    assert "Is a device" in capsys.readouterr().err


def test_pages(capsys: pytest.CaptureFixture[str]):
    assert main(["rule", "dl3006"]) == Exit.GOOD
    out = capsys.readouterr().out
    assert out.startswith("# unpinned-base\n\nThe base image has no tag.\nseverity: warning; aliases: DL3006, DS-0001")
    assert "\nfix: by hand\n" in out
    assert main(["rule"]) == Exit.GOOD
    assert "unpinned-base " in capsys.readouterr().out
    assert main(["rule", "DL3066x"]) == Exit.MISUSED
    assert "DL30" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("DS001", "ds-0001?"),
        ("AVD-DS-0031", "ds-0031?"),
        ("SC2086", "shellcheck.net"),
        ("shellcheck", "shellcheck.net"),
    ],
)
def test_names_that_others_have_lead_on(name: str, hint: str, capsys: pytest.CaptureFixture[str]):
    assert main(["rule", name]) == Exit.MISUSED
    assert hint in capsys.readouterr().err


def test_fixing_writes_and_keeps_the_mode(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "Dockerfile"
    path.write_text("FROM debian:13 as build\nUSER 5\nCMD a b\n")
    path.chmod(0o640)
    assert main(["lint", "--diff", "--fix", str(path)]) == Exit.NO
    out, err = capsys.readouterr()
    assert "-FROM debian:13 as build\n+FROM debian:13 AS build\n" in out
    assert "1 fix, 1 file would change" in err
    assert path.read_text().startswith("FROM debian:13 as")
    assert main(["lint", "--fix", str(path)]) == Exit.NO
    assert path.read_text() == "FROM debian:13 AS build\nUSER 5\nCMD a b\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert main(["lint", "--unsafe-fixes", str(path)]) == Exit.GOOD
    assert path.read_text() == 'FROM debian:13 AS build\nUSER 5\nCMD ["a", "b"]\n'


def test_fixing_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"FROM debian:13 as build\n")))
    assert main(["lint", "--only", "from-as-casing", "--fix", "-"]) == Exit.GOOD
    assert capsys.readouterr().out == "FROM debian:13 AS build\n"


@pytest.mark.parametrize("name", ["sarif", "junit", "checkstyle", "codeclimate", "gitlab", "gnu", "github", "hadolint"])
def test_formats_go_to_files(project: Path, name: str, capsys: pytest.CaptureFixture[str]):
    target = project / "report"
    assert main(["lint", "--format", name, "-o", str(target), str(project)]) == Exit.NO
    assert capsys.readouterr().out == ""
    assert target.stat().st_size > 50


def test_severity_limits_what_other_formats_hold(project: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["lint", "--format", "gnu", "--severity", "error", "--fail-on", "never", str(project)]) == Exit.GOOD
    assert capsys.readouterr().out == ""


def test_settings_are_found_and_named(project: Path, capsys: pytest.CaptureFixture[str]):
    (project / ".hadolint.yaml").write_text("ignored: [DL3006, runs-as-root]\noops: 1\n")
    assert main(["lint", str(project)]) == Exit.GOOD
    assert "hadolint knows no oops" in capsys.readouterr().err
    (project / "lint.toml").write_text("[lint]\nnope = 1\n")
    assert main(["lint", "--config", str(project / "lint.toml"), str(project)]) == Exit.MISUSED
    assert "there is no lint.nope" in capsys.readouterr().err


def test_what_was_found_is_remembered(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "kept"))
    words = ["lint", "--format", "json", str(project / "Dockerfile"), str(project / "sub")]
    assert main(words) == Exit.NO
    plain = capsys.readouterr()
    for _ in range(2):
        assert main([*words, "--cache"]) == Exit.NO
        assert capsys.readouterr() == plain
    assert len(list((project / "kept" / "prill" / "derived" / "lint").glob("*/*"))) == 1


def test_a_cache_that_cannot_be_written_is_a_note(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "Dockerfile"))
    assert main(["lint", "--cache", "--only", "DL3006", str(project)]) == Exit.NO
    out, err = capsys.readouterr()
    assert "unpinned-base" in out
    assert "prill: nothing was remembered: " in err


def test_a_file_that_is_too_long_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    text = b"from a:1\nRUN a\n" + b"#\n" * (4 << 20)
    (tmp_path / "Dockerfile").write_bytes(text)
    assert main(["lint", "--fix", "Dockerfile"]) == Exit.INCOMPLETE
    assert (tmp_path / "Dockerfile").read_bytes() == text
    for words in (["lint", "-"], ["lint", "--fix", "-"], ["lint", "--hadolint", "-"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        assert main(words) in {Exit.INCOMPLETE, Exit.BROKE}
        assert "longer than" in capsys.readouterr().err


def test_codes_of_shellcheck_can_be_ignored(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    assert main(["lint", "--ignore", "SC2086,DL3006,runs-as-root", str(tmp_path)]) == Exit.GOOD
    assert main(["lint", "--ignore", "SC20860", str(tmp_path)]) != Exit.GOOD
    assert "there is no rule 'sc20860'" in capsys.readouterr().err


SHELL = "FROM debian:13\nUSER 1\nRUN apt update && echo $x\n"


@pytest.mark.parametrize(
    "words", [["--shellcheck"], ["--only", "SC2086"], ["--only", "shellcheck"], ["--fix", "--shellcheck"], ["--diff", "--only", "sc2086"]]
)  # fmt: skip
def test_to_name_shellchecks_codes_is_to_ask_it(project: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]):
    """Without the program that is a gap: nobody looked."""
    monkeypatch.setattr("prill.api.shellcheck.find_shellcheck", lambda _folders: None)
    (project / "Dockerfile").write_text(SHELL)
    assert main(["lint", *words, "--fail-on", "never", str(project / "Dockerfile")]) == Exit.INCOMPLETE
    assert (
        main(["lint", *words, "--ignore", "SC2154", "--fail-on", "never", "--allow-gaps", str(project / "Dockerfile")])
        == Exit.GOOD
    )


@pytest.mark.parametrize("words", [["--ignore", "shellcheck"], ["--ignore", "SC2086"], ["--only", "DL3027"]])
def test_nothing_else_asks_it(project: Path, words: list[str]):
    (project / "Dockerfile").write_text(SHELL)
    assert main(["lint", *words, "--fail-on", "never", str(project / "Dockerfile")]) == Exit.GOOD


def test_what_shellcheck_says_of_a_file_that_was_fixed(project: Path, capsys: pytest.CaptureFixture[str]):
    if not (Path(sys.executable).parent / "shellcheck").exists():
        pytest.skip("shellcheck is not installed")
    (project / "Dockerfile").write_text(SHELL)
    main(["lint", "--fix", "--shellcheck", "--severity", "style", str(project / "Dockerfile")])
    assert "apt-get update" in (project / "Dockerfile").read_text()
    assert "3:28" in (printed := capsys.readouterr().out), printed
    assert "(SC2086)" in printed


def test_as_hadolint_no_other_comments_count(project: Path, capsys: pytest.CaptureFixture[str]):
    text = "# check=skip=MaintainerDeprecated\nFROM a:1\n# prill: ignore[DL3002]\nUSER root\n# check=skip=all\nMAINTAINER x\n"
    (project / "Dockerfile").write_text(text)
    assert main(["lint", "--hadolint", "--no-color", str(project / "Dockerfile")]) == Exit.BROKE
    printed = capsys.readouterr().out
    assert "DL3002" in printed
    assert "DL4000" in printed


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("failure-threshold: error\n", [], Exit.GOOD),
        ("failure-threshold: error\n", ["--fail-on", "warning"], Exit.NO),
        ("no-fail: true\n", [], Exit.GOOD),
        ("failure-threshold: style\n", ["--ignore", "DL3006,DL3003,runs-as-root"], Exit.NO),
        ("no-color: true\n", [], Exit.NO),
    ],
)
def test_hadolints_threshold_is_the_default(tmp_path: Path, text: str, words: list[str], code: Exit):
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN cd /x\n")
    (tmp_path / ".hadolint.yaml").write_text(text)
    assert main(["lint", *words, str(tmp_path)]) == code
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Dockerfile").write_text("FROM scratch:\n")
    assert main(["lint", *words, str(tmp_path)]) == (Exit.GOOD if "no-fail" in text else Exit.NO)


def test_a_target_that_is_no_stage_is_a_gap(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "Dockerfile"
    path.write_text("FROM debian:13 AS a\nUSER 5\n")
    assert main(["lint", "--target", "A", str(path)]) == Exit.GOOD
    assert main(["lint", "--target", "b", str(path)]) == Exit.INCOMPLETE
    assert "there is no stage 'b' to be built" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--diff"], ["--fix", "--diff"], ["--fix", "-"], ["--unsafe-fixes", "-"]])
def test_standard_output_holds_one_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], words: list[str]
):
    monkeypatch.chdir(tmp_path)
    text = b"FROM debian:13\nRUN apt-get install x\nUSER 5\n"
    Path("Dockerfile").write_bytes(text)
    for more, code in ([], Exit.MISUSED), (["-o", "out.json"], Exit.GOOD):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        assert main(["lint", "--only", "DL3014", "--format", "json", *more, *words]) == code
        out, err = capfdbinary.readouterr()
        assert (b"install -y x" in out) is (code is Exit.GOOD)
        assert (b"with -o" in err) is (code is Exit.MISUSED)
    assert Path("Dockerfile").read_bytes() == text
    assert json.loads(Path("out.json").read_bytes())["findings"] == []
