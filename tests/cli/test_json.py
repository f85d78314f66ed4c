"""docs/json.md names the fields of every document that ``--format json`` writes."""

import json
import re
from contextlib import chdir
from pathlib import Path

import pytest

from advisories import osv, write_json
from prill.cli.argument_parser import long_options
from prill.cli.main import COMMANDS, command_parser
from workshop import Workshop

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:3] for line in PAGE.splitlines() if line.startswith("| `")]
FIELDS = {
    name: set(re.findall(r"`(\w+)`", fields)) for names, fields in ROWS for name in re.findall("`([^`]+)`", names)
}
SIGNED = {"push", "pull", "verify", "verify-attestation", "verify-blob"}
"""Their documents are those of `copy`, or need a signature; their own tests hold them."""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop with an image ``out``, a Dockerfile, tests, an SBOM, a database and a known base."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shop = Workshop(tmp_path)
    shop.made()
    with shop.settings.open("a", encoding="utf-8") as settings:
        settings.write("[lint]\n")
    (tmp_path / "Dockerfile").write_text("FROM debian\n", encoding="utf-8")
    (tmp_path / "tests.yaml").write_text(
        "schemaVersion: 2.0.0\nfileExistenceTests: [{name: app, path: /usr/bin/app, shouldExist: true}]\n"
    )
    write_json(tmp_path / "PyPI.json", osv("A-1"))
    shop.good("sbom", shop.out, "--format", "cyclonedx", "-o", tmp_path / "sbom.json", "--allow-gaps")
    shop.run("db", "import", tmp_path / "PyPI.json")
    shop.good("bases", "add", shop.out)
    return shop


def test_every_field_is_on_the_page(shop: Workshop):
    for words in (
        ("show", "out"),
        ("inspect", "out"),
        ("files", "out"),
        ("diff", "out", "out"),
        ("sbom diff", "sbom.json", "sbom.json"),
        ("sbom validate", "sbom.json"),
        ("scan", "sbom.json", "--no-archive"),
        ("compare", "out", "out", "--no-archive"),
        ("db status",),
        ("lint", "Dockerfile"),
        ("test", "out", "--tests", "tests.yaml"),
        ("copy", "out", "copied"),
        ("tree", "out"),
        ("bases list",),
    ):
        with chdir(shop.root):
            ran = shop.run(*words[0].split(), *words[1:], "--format", "json")
        assert ran.out, (words, ran)
        document = json.loads(ran.out)
        assert set(document[0] if isinstance(document, list) else document) == FIELDS[words[0]], words


def test_every_command_that_writes_json_is_on_the_page():
    writing = {name for name, _ in COMMANDS if "json" in (_formats(name) or ())}
    assert writing - FIELDS.keys() == {"bases", "db"}  # their verbs are
    assert FIELDS["push"] == FIELDS["pull"] == FIELDS["copy"]
    assert FIELDS.keys() >= SIGNED


def _formats(name: str) -> tuple[str, ...]:
    action = long_options(command_parser(name)).get("--format")
    return tuple(action.choices or ()) if action else ()
