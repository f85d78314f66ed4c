"""Text that nobody asks ShellCheck about: it has nothing to say there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from prill.api.shellcheck import EXCLUDED, find_shellcheck
from prill.api.shellcheck_silent import SILENT_PROGRAMS, is_silent
from prill.dockerfile.document import read_dockerfile

pytestmark = pytest.mark.compat

ARGUMENTS = (
    "",
    "install -y a=1 b:amd64 c@2 ./d",
    "update",
    "-rf /var/lib/apt/lists/*",
    "-p /a/b /c",
    "-fsSL https://example.org/x.tar.gz -o /tmp/x",
    "'a b' \"c\" 1 +x a,b %d",
    "-R 1000:1000 /home/user/app",
    "a b/",
)


@pytest.fixture(scope="module")
def program() -> Path:
    found = find_shellcheck([Path(sys.executable).parent, Path("/usr/bin")])
    if found is None:
        pytest.skip("shellcheck is not installed")
    return found


def comments(program: Path, texts: list[str], shell: str, folder: Path) -> list[tuple[str, str]]:
    names = {}
    for number, text in enumerate(texts):
        path = folder / str(number)
        path.write_text(f"#!{shell}\n{text}\n")
        names[str(path)] = text
    command = [str(program), "--norc", "-f", "json1", "-e", EXCLUDED, "--", *names]
    done = subprocess.run(command, capture_output=True, check=False)
    return [(names[one["file"]], one["message"]) for one in json.loads(done.stdout)["comments"]]


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_programs_without_pitfalls(program: Path, shell: str, tmp_path: Path):
    one = [f"{name} {arguments}".rstrip() for name in sorted(SILENT_PROGRAMS) for arguments in ARGUMENTS]
    several = [f"{before} && {after}" for before, after in zip(one[::9], one[4::9], strict=False)]
    texts = [text for text in one + several if is_silent(text)]
    assert len(texts) > 300
    assert comments(program, texts, shell, tmp_path) == []


def test_real_files(program: Path, shared_data: Path, tmp_path: Path):
    found = {
        step.instruction.arguments
        for path in sorted((shared_data / "dockerfiles").glob("*/*"))
        for step in read_dockerfile(path.read_bytes()).of("RUN")
        if step.instruction.json is None and not step.instruction.heredocs
    }
    texts = sorted(filter(is_silent, found))
    assert len(texts) > len(found) * 0.4
    assert comments(program, texts, "/bin/sh", tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        "rm -rf /usr", "rm -rf /etc/", "mkdir -pm 755 /a/b", "cp a", "ln -s a", "mv a", "echo -e a", "cd /x", "echo $x",
        "apt-get install *", "curl x | sh", "echo a > b", "a=1", "make do", "echo =", "sudo apt-get update", "unknown",
        "true || false", "echo 'a\\n'", "cp -t a b", "",
    ],
)  # fmt: skip
def test_what_has_a_pitfall_is_asked_about(text: str):
    assert not is_silent(text)
