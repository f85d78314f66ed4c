"""Completion scripts: they parse, and they offer what there is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from prill.cli.main import COMMANDS, main

SHELLS = {"bash": ["-n"], "zsh": ["-n"], "fish": ["--no-execute"]}


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_there(shell: str, capsys: pytest.CaptureFixture[str]):
    text = script(shell, capsys)
    assert [name for name, _ in COMMANDS if name not in text] == []
    for option in ("variant", "plain-http", "max-size", "scripts"):
        assert re.search(rf"(--|-l ){option}\b", text), option


@pytest.mark.compat
@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_parses_it(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script(shell, capsys))
    done = subprocess.run([program, *SHELLS[shell], tmp_path / "script"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def offered(words: list[str], text: str) -> list[str]:
    """Ask bash what it would offer for the last of ``words``."""
    setting = f"COMP_WORDS=({' '.join(words)!s}) COMP_CWORD={len(words) - 1}"
    if not words[-1]:
        setting = f"COMP_WORDS=({' '.join(words[:-1])} '') COMP_CWORD={len(words) - 1}"
    code = f'{text}\n{setting}\n_prill\nprintf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_what_bash_offers(capsys: pytest.CaptureFixture[str]):
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    text = script("bash", capsys)
    assert offered(["prill", "reb"], text) == ["rebuild"]
    assert {"new", "lock", "build"} <= set(offered(["prill", ""], text))
    assert offered(["prill", "lock", "--ch"], text) == ["--check"]
    assert offered(["prill", "cache", "pr"], text) == ["prune"]
    assert offered(["prill", "completion", ""], text) == ["bash", "zsh", "fish"]


def test_bash_offers_what_an_option_takes_and_leaves_files_to_the_shell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    (tmp_path / "app.tar").touch()
    monkeypatch.chdir(tmp_path)
    text = script("bash", capsys)
    assert offered(["prill", "scan", "--format", "j"], text) == ["json"]
    assert offered(["prill", "scan", "--fail-on", "h"], text) == ["high"]
    assert offered(["prill", "scan", ""], text) == []  # nothing of its own: readline's default are files
    assert offered(["prill", "sbom", ""], text) == ["convert", "diff", "validate", "app.tar"]


def test_an_unknown_shell_is_misuse():
    with pytest.raises(SystemExit) as caught:
        main(["completion", "csh"])
    assert caught.value.code == 2
