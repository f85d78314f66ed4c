"""What both cosigns attest as VEX is read by a scan, in the older layout and in bundles, and counts by their key."""

import json
from pathlib import Path

import pytest

from advisories import osv, write_zip
from cosign_shell import NEW, OLD, Shell
from images import file, image_of
from prill.cli.exit import Exit

pytestmark = pytest.mark.compat

PACKAGE = '{"name": "left", "version": "1.0.0"}'
VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.test/vex",
    "author": "me@example.test",
    "timestamp": "2026-01-01T00:00:00Z",
    "version": 1,
    "statements": [
        {
            "vulnerability": {"name": "CVE-2026-2000"},
            "products": [{"@id": "pkg:npm/left@1.0.0"}],
            "status": "not_affected",
            "justification": "vulnerable_code_not_present",
        }
    ],
}


@pytest.mark.parametrize(
    ("suite", "legacy"), [(OLD, True), (NEW, True), (NEW, False)], ids=["cosign-2", "cosign-3-legacy", "cosign-3"]
)
def test_a_scan_reads_what_cosign_attests(shell: Shell, tmp_path: Path, suite: str, *, legacy: bool):
    image = shell.push(image_of([file("app/node_modules/left/package.json", PACKAGE)]))
    (shell.home / "vex.json").write_text(json.dumps(VEX))
    shell.make(suite, "attest", image, "--type", "openvex", "--predicate", "vex.json", legacy=legacy)
    database = tmp_path / "a.db"
    npm = write_zip(tmp_path / "npm.zip", osv("CVE-2026-2000", "npm", "left"))
    assert shell.run("db", "import", "--complete", npm, "--db", database).code == Exit.GOOD
    common = ("--quiet", "--plain-http", "--db", database, "--no-archive", "--allow-gaps", "--format", "json")
    for words, expected in (
        (("--key", "cosign.pub"), "vulnerable_code_not_present"),
        (("--attested-vex",), ""),
        ((), ""),
    ):
        ran = shell.run("scan", image, *common, *words)
        assert ran.code == Exit.GOOD, ran.err
        found = json.loads(ran.out)
        (one,) = found["findings"]
        assert (one["suppressedBy"] or {}).get("justification", "") == expected
        told = [note for note in found["notes"] if "would dismiss 1 finding; it is not verified" in note]
        assert len(told) == (words == ("--attested-vex",))
