"""The advisory database as an artifact: what cosign, oras and Debian's docker-registry make of it."""

import subprocess
from pathlib import Path

import pytest

from advisories import osv, write_zip
from cosign_shell import NEW, OLD, Shell
from deb_programs import program
from prill.vuln.database import open_database

pytestmark = [pytest.mark.compat]


@pytest.fixture
def database(shell: Shell) -> Path:
    made = shell.home / "advisories.db"
    assert shell.run("db", "import", write_zip(shell.home / "PyPI.zip", osv("A-1")), "--db", made).code == 0
    return made


def digest_of(said: str) -> str:
    return next(line.split()[1] for line in said.splitlines() if line.startswith("  digest"))


@pytest.mark.parametrize(("suite", "layout"), [(NEW, "bundle"), (NEW, "legacy"), (OLD, "legacy")])
def test_cosign_verifies_who_signed_it(shell: Shell, database: Path, suite: str, layout: str):
    name = f"{shell.host}/advisories"
    said = shell.prill("db", "push", f"{name}:1", "--db", str(database), "--key", "cosign.key", "--layout", layout)
    shell.check(suite, "verify", f"{name}@{digest_of(said)}")


def test_cosign_signs_it(shell: Shell, database: Path):
    name = f"{shell.host}/advisories"
    said = shell.prill("db", "push", f"{name}:1", "--db", str(database), "--unsigned")
    shell.make(NEW, "sign", f"{name}@{digest_of(said)}")
    assert "wrote" in shell.prill("db", "pull", f"{name}:1", "--db", "pulled.db", "--key", "cosign.pub")
    with open_database(shell.home / "pulled.db") as pulled:
        assert [id_ for _, id_, _, _ in pulled.vulnerabilities()] == ["A-1"]


def test_oras_fetches_it(shell: Shell, database: Path):
    shell.prill("db", "push", f"{shell.host}/advisories:1", "--db", str(database), "--key", "cosign.key")
    out = shell.home / "fetched"
    oras = program(shell.cache, "trixie", "oras")
    words = [oras, "pull", "--plain-http", "-o", out, f"{shell.host}/advisories:1"]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    assert (out / "advisories.db").read_bytes() == database.read_bytes()


def test_docker_registry_keeps_it(registry: str, shell: Shell, database: Path):
    name = f"{registry}/advisories:1"
    shell.prill("db", "push", name, "--db", str(database), "--key", "cosign.key")
    shell.prill("db", "push", name, "--db", str(database), "--key", "cosign.key")
    shell.prill("db", "pull", name, "--db", "pulled.db", "--key", "cosign.pub")
    assert (shell.home / "pulled.db").read_bytes() == database.read_bytes()
