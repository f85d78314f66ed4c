"""An image of which the build left out all code of one package, and what is attached to it."""

import json
from pathlib import Path

import pytest

from deb_files import Deb, File
from debian_changelogs import changelog, doc
from prill.api.attached_types import RECORD
from workshop import Workshop, base_files, blob, program

TEXT = changelog("openssl", ("3.5-2", ["CVE-2026-1000 (a leak)"]), ("3.5-1", []))
SOURCE = {"Source": "openssl"}
LIBRARY, TOOL = "usr/lib/x86_64-linux-gnu/libssl3.so.3", "usr/bin/openssl"


def libssl(version: str) -> Deb:
    return Deb("libssl3", version, {LIBRARY: f"a library, {version}", **doc("libssl3", TEXT)}, fields=SOURCE)


def tool(version: str) -> Deb:
    files = {TOOL: File(b"\x7fELF", 0o755), "etc/ssl/openssl.cnf": "[a]\n", **doc("openssl", TEXT)}
    return Deb("openssl", version, files, fields=SOURCE)


def trimmed_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Build an image whose openssl has no program, and whose library is there; both are behind."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shop = Workshop(tmp_path, [base_files(), program(), libssl("3.5-1"), tool("3.5-1")])
    shop.packages("base-files", "app", "openssl", trim={"sets": ["docs"], "paths": [TOOL]})
    shop.made()
    shop.publish([base_files(), program()], updates=[libssl("3.5-2"), tool("3.5-2")])
    return shop


def artifact_of(layout: Path) -> Path:
    """Return the blob with the artifact whose layer is the build record of a layout's image."""
    for path in (layout / "blobs" / "sha256").iterdir():
        data = path.read_bytes()
        if data.startswith(b'{"schemaVersion":2') and json.loads(data).get("artifactType") == RECORD:
            return path
    raise AssertionError("there is no record")


def record_of(layout: Path) -> Path:
    return blob(layout, json.loads(artifact_of(layout).read_bytes())["layers"][0]["digest"])
