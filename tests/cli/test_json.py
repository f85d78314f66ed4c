"""docs/json.md names the fields of every document that ``--format json`` writes, and all names are in one style."""

import json
import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from advisories import osv, write_json
from prill.cli.argument_parser import long_options
from prill.cli.main import COMMANDS, command_parser
from prill.model.fact_values import Support
from prill.model.facts import FactValue
from prill.oci.serving.server import RegistryServer
from prill.signing._pem import to_pem
from prill.signing.private_key import generate_key
from workshop import Workshop, base_files, library, program

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:3] for line in PAGE.splitlines() if line.startswith("| `")]
FIELDS = {
    name: set(re.findall(r"`(\w+)`", fields)) for names, fields in ROWS for name in re.findall("`([^`]+)`", names)
}
NAME = re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*")
NAMED_BY_DATA = {
    "annotations": "whoever signed chose their names",
    "claims": "a certificate's extensions, in words",
    "counts": "the results' statuses, as `status` has them",
    "facts": "the questions' ids, as `remarks` has them",
    "xattrs": "a file system's names",
}
"""Objects whose members stand for something outside of the document, and for what."""
WRITING = (
    ("show", "out"),
    ("inspect", "out"),
    ("files", "out"),
    ("diff", "out", "changed"),
    ("sbom diff", "sbom.json", "sbom.json"),
    ("sbom validate", "sbom.json"),
    ("scan", "sbom.json", "--no-archive"),
    ("compare", "out", "changed", "--no-archive"),
    ("db status",),
    ("lint", "Dockerfile"),
    ("test", "out", "--tests", "tests.yaml"),
    ("copy", "out", "copied"),
    ("tree", "out"),
    ("bases list",),
    ("vex list", "app.vex.json"),
    ("trust show",),
    ("cache info",),
)
SIGNED = {"push", "pull", "download sbom --list", "verify", "verify-attestation", "verify-blob"}


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
    waived = ("--image", "app", "--reason", "unreachable", "--owner", "me@example.test", "--expires", "2027-01-31")
    shop.good("vex", "add", tmp_path / "app.vex.json", "CVE-2026-1", *waived)
    shop.good("sbom", shop.out, "--format", "cyclonedx", "-o", tmp_path / "sbom.json", "--allow-gaps")
    shop.run("db", "import", tmp_path / "PyPI.json")
    shop.good("bases", "add", shop.out)
    shop.publish((base_files(), library("3.5-2", fields={}), program("3.0")))
    shop.made(out="changed")
    return shop


def test_every_field_is_on_the_page(shop: Workshop):
    for words in WRITING:
        held(shop, *words)


def test_every_field_about_what_is_signed_is_on_the_page(shop: Workshop):
    key = generate_key()
    (shop.root / "key").write_bytes(to_pem("PRIVATE KEY", key.to_pkcs8()))
    (shop.root / "key.pub").write_bytes(key.public_key.to_pem())
    with RegistryServer(shop.root / "registry") as server, chdir(shop.root):
        image, plain = f"{server.host}/app:1", "--plain-http"
        held(shop, "push", "out", image, plain)
        signing = (image, plain, "--key", "key")
        shop.good("sign", *signing, "-a", "a_b=1")
        shop.good("attest", *signing, "--type", "cyclonedx", "--predicate", "sbom.json")
        shop.good("sign-blob", "sbom.json", "--key", "key")
        held(shop, "pull", image, "-o", "pulled", plain)
        held(shop, "download sbom --list", image, plain)
        held(shop, "verify", image, plain, "--key", "key.pub")
        held(shop, "verify-attestation", image, plain, "--key", "key.pub", "--type", "cyclonedx")
        held(shop, "verify-blob", "sbom.json", "--key", "key.pub")


def test_every_name_is_in_camel_case():
    """The pages, and what an image must have much in it to show."""
    assert [name for fields in FIELDS.values() for name in fields if not NAME.fullmatch(name)] == []
    values = (*FactValue.__args__, Support)
    assert [name for kind in values for name in kind.__struct_encode_fields__ if not NAME.fullmatch(name)] == []
    document = {"facts": {"run-as": [{"user_id": 0}]}, "stray_name": [], "deep": [{"a": {"b-c": 1}}]}
    assert list(odd_names(document)) == ["user_id", "stray_name", "b-c"]


def held(shop: Workshop, command: str, *words: str) -> None:
    """Run a command, and hold its document to the page."""
    with chdir(shop.root):
        ran = shop.run(*command.split(), *words, "--format", "json")
    assert ran.out, (command, ran)
    document = json.loads(ran.out)
    assert set(document[0] if isinstance(document, list) else document) == FIELDS[command], command
    assert list(odd_names(document)) == [], command


def odd_names(value: object, *, data: bool = False) -> Iterator[str]:
    """Yield the members' names that are not in camelCase, but for those that are ``data``."""
    match value:
        case dict():
            for name, member in value.items():
                if not data and not NAME.fullmatch(name):
                    yield name
                yield from odd_names(member, data=not data and name in NAMED_BY_DATA)
        case list():
            for member in value:
                yield from odd_names(member)


def test_every_command_that_writes_json_is_on_the_page():
    writing = {name for name, _ in COMMANDS if "json" in (_formats(name) or ())}
    assert writing - FIELDS.keys() == {"bases", "cache", "db", "trust", "vex"}  # their verbs are
    assert FIELDS.keys() == SIGNED | {words[0] for words in WRITING}


def _formats(name: str) -> tuple[str, ...]:
    action = long_options(command_parser(name)).get("--format")
    return tuple(action.choices or ()) if action else ()
