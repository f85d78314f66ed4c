"""The hook for pre-commit runs a command that there is, over the files that it would find by itself."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from prill.api.lint_files import is_dockerfile
from prill.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def test_the_command_is_one_of_prills():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    for hook in HOOKS.values():
        program, command = hook["entry"].split()
        assert program in scripts
        assert command in dict(COMMANDS)
        assert hook["language"] == "python"


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "dockerfile",
        "Dockerfile.dev",
        "Dockerfile-arm64",
        "app.Dockerfile",
        "app-containerfile",
        "Containerfile_x",
        "Dockerfile.dockerignore",
        "Dockerfile.md",
        "Dockerfile.html",
        "Dockerfile.j2",
        "dockerfile.py",
        "Makefile",
        "mydockerfile",
        "Dockerfiles",
        "Dockerfile.",
    ],
)
def test_its_files_are_those_that_lint_looks_for(name: str):
    hook = HOOKS["prill-lint"]
    for path in (name, f"some/folder/{name}"):
        taken = bool(re.search(hook["files"], path)) and not re.search(hook["exclude"], path)
        assert taken is is_dockerfile(name)
