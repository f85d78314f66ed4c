"""prill sbom and its verbs, from arguments to documents and exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from prill.formats.sbom_documents import read_sbom
from run_prill import Prill

STATUS = """\
Package: libssl3
Status: install ok installed
Version: 3.0.11-1
Architecture: amd64
Source: openssl
Maintainer: Debian OpenSSL Team <team@example.test>
Description: the library

Package: app
Status: install ok installed
Version: 2.0
Architecture: all
Depends: libssl3
Maintainer: Somebody <somebody@example.test>
Description: the program
"""
COPYRIGHT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: x\nLicense: MIT\n text\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root file system with two Debian packages, of one of which the licence is not known."""
    root = tmp_path / "root"
    for path, text in {
        "var/lib/dpkg/status": STATUS,
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
        "usr/share/doc/app/copyright": COPYRIGHT,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return root


class TestSbom:
    def test_a_table(self, root: Path, prill: Prill):
        ran = prill("sbom", f"dir:{root}")
        assert ran.code == 4
        lines = ran.out.splitlines()
        assert lines[0].endswith("Debian GNU/Linux 12 (bookworm): 2 packages") or "…" in lines[0]
        assert "  app      2.0       MIT" in lines
        assert "  libssl3  3.0.11-1" in lines
        assert "gaps, 1: what could not be read or is not known" in lines
        assert max(map(len, lines)) <= 80
        assert prill("sbom", f"dir:{root}", "--allow-gaps").code == 0

    def test_a_machine_format_stands_alone(self, root: Path, prill: Prill):
        ran = prill("sbom", f"dir:{root}", "--format", "cyclonedx")
        assert json.loads(ran.out)["specVersion"] == "1.6"
        assert "gaps, 1" in ran.err
        assert "libssl3" in ran.err
        assert prill("sbom", f"dir:{root}", "--format", "cyclonedx", "-q").err == ""

    def test_several_documents_in_one_run(self, root: Path, prill: Prill, tmp_path: Path):
        first, second, third = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.json"
        ran = prill(
            "sbom", f"dir:{root}", "--format", "cyclonedx@1.4", "-o", first, "--also", f"spdx:{second}", "--also", f"spdx-3:{third}"
        )  # fmt: skip
        assert (ran.code, ran.out) == (4, "")
        assert json.loads(first.read_bytes())["specVersion"] == "1.4"
        sboms = [read_sbom(path.read_bytes(), path.name) for path in (first, second, third)]
        assert len({tuple(package.purl for package in sbom.packages) for sbom in sboms}) == 1
        assert [len(sbom.gaps) for sbom in sboms] == [1, 1, 1]

    def test_no_document_replaces_another(
        self, root: Path, prill: Prill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.chdir(tmp_path)
        for words in (
            ("-o", "x", "--also", f"spdx:{tmp_path / 'x'}"),
            ("--also", "spdx:x", "--also", "purls:./x"),
            ("--also", "spdx:-"),
        ):
            ran = prill("sbom", f"dir:{root}", "--format", "cyclonedx", *words)
            assert (ran.code, ran.out) == (2, "")
            assert "two documents go to" in ran.err
        assert list(tmp_path.glob("[x-]")) == []

    def test_a_dash_is_standard_output(self, root: Path, prill: Prill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        plain = prill("sbom", f"dir:{root}", "--format", "purls", "--allow-gaps")
        assert prill("sbom", f"dir:{root}", "--format", "purls", "--allow-gaps", "-o", "-").out == plain.out != ""
        ran = prill("sbom", f"dir:{root}", "--format", "spdx", "--allow-gaps", "-o", "x", "--also", "purls:-")
        assert ran.out == plain.out
        for words in (("inspect", f"dir:{root}"), ("lint", tmp_path / "Dockerfile"), ("new", "static")):
            (tmp_path / "Dockerfile").write_text("FROM scratch\n")
            assert prill(*words, "-o", "-").out == prill(*words).out != ""
            assert prill(*words, "-o", "").code == 2
        assert not (tmp_path / "-").exists()

    def test_an_existing_document(self, root: Path, prill: Prill, tmp_path: Path):
        document = tmp_path / "a.json"
        prill("sbom", f"dir:{root}", "--format", "spdx", "-o", document)
        assert "  app      2.0       MIT" in prill("sbom", document).out
        assert prill("sbom", document, "--format", "purls", "-q").out.splitlines() == [
            "pkg:deb/debian/app@2.0?arch=all&distro=debian-12",
            "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl",
        ]

    def test_the_same_bytes_each_time_and_the_time_asked_for(
        self, root: Path, prill: Prill, monkeypatch: pytest.MonkeyPatch
    ):
        words = ("sbom", f"dir:{root}", "--format", "cyclonedx", "-q")
        first = prill(*words).out
        assert prill(*words, "--no-cache").out == first
        assert json.loads(first)["metadata"]["timestamp"] == "1970-01-01T00:00:00Z"
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
        assert json.loads(prill(*words).out)["metadata"]["timestamp"] == "2025-10-09T08:53:20Z"
        serials = {json.loads(prill(*words, "--serial", "random").out)["serialNumber"] for _ in range(2)}
        assert len(serials) == 2

    def test_who_answers_for_it(self, root: Path, prill: Prill):
        who = "Organization: Example (sbom@example.test)"
        metadata = json.loads(prill("sbom", f"dir:{root}", "--format", "cyclonedx", "--creator", who).out)["metadata"]
        assert metadata["manufacturer"] == {"name": "Example", "contact": [{"email": "sbom@example.test"}]}
        spdx = json.loads(prill("sbom", f"dir:{root}", "--format", "spdx", "--creator", who).out)
        assert spdx["creationInfo"]["creators"][1] == who

    @pytest.mark.parametrize(
        ("words", "problem"),
        [
            (("--format", "xml"), "no SBOM format 'xml'"),
            (("--format", "cyclonedx@9"), "not written in version '9'"),
            (("--also", "spdx"), "not a format and a file: 'spdx'"),
            (("--also", "nothing:x.json"), "no SBOM format 'nothing'"),
            (("--creator", "me"), "not a creator: 'me'"),
        ],
    )
    def test_misuse(self, root: Path, prill: Prill, words: tuple[str, ...], problem: str):
        ran = prill("sbom", f"dir:{root}", *words)
        assert ran.code == 2
        assert problem in ran.err
        assert ran.out == ""

    def test_a_pipe_that_is_closed_early(self, root: Path, tmp_path: Path):
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
        command = f"{sys.executable} -m prill sbom dir:{root} --format spdx -q | head -c 1"
        done = subprocess.run(["bash", "-c", command], capture_output=True, env=environment, check=False)
        assert done.stdout == b"{"
        assert b"Traceback" not in done.stderr


class TestConvert:
    def test_from_one_format_to_another(self, root: Path, prill: Prill, tmp_path: Path):
        first, second = tmp_path / "a.json", tmp_path / "b.json"
        prill("sbom", f"dir:{root}", "--format", "spdx-3", "-o", first)
        ran = prill("sbom", "convert", first, "--format", "cyclonedx@1.5", "-o", second, "--allow-gaps")
        assert ran.code == 0
        assert json.loads(second.read_bytes())["specVersion"] == "1.5"
        assert [one.purl for one in read_sbom(first.read_bytes(), "").packages] == [
            one.purl for one in read_sbom(second.read_bytes(), "").packages
        ]

    def test_what_is_lost_is_said(self, prill: Prill, tmp_path: Path):
        path = tmp_path / "a.json"
        path.write_text('{"bomFormat":"CycloneDX","specVersion":"1.6","services":[{"name":"x"}]}')
        ran = prill("sbom", "convert", path, "--format", "spdx")
        assert ran.code == 4
        assert "1 are not carried over: services" in ran.err

    def test_what_a_list_of_purls_has_no_place_for(self, prill: Prill, tmp_path: Path):
        path = tmp_path / "a.json"
        components = [{"type": "library", "name": "x"}, {"type": "library", "name": "y", "purl": "pkg:npm/y@1"}]
        path.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components}))
        ran = prill("sbom", "convert", path, "--format", "purls")
        assert (ran.code, ran.out) == (4, "pkg:npm/y@1\n")
        assert "1 packages without a package URL are left out: purls" in ran.err
        assert prill("sbom", "convert", path, "--format", "spdx").code == 0

    @pytest.mark.parametrize("text", ["", "{}", '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}'])
    def test_what_is_no_sbom(self, prill: Prill, tmp_path: Path, text: str):
        path = tmp_path / "a.json"
        path.write_text(text)
        assert prill("sbom", "convert", path).code == 2
        assert prill("sbom", "convert", tmp_path).code == 2
        assert prill("sbom", "convert", tmp_path / "none").code == 3


class TestDiff:
    def test_two_images(self, root: Path, prill: Prill, tmp_path: Path):
        old = tmp_path / "old.json"
        prill("sbom", f"dir:{root}", "--format", "spdx", "-o", old)
        status = STATUS.replace("3.0.11-1", "3.0.12-1").replace("Package: app", "Package: tool")
        (root / "var/lib/dpkg/status").write_text(status)
        ran = prill("sbom", "diff", old, f"dir:{root}", "--allow-gaps")
        assert ran.code == 0
        assert ran.out.splitlines() == [
            "deb:",
            "- app      2.0".replace("- ", "  - ", 1),
            "    libssl3  3.0.11-1 → 3.0.12-1",
            "  + tool     2.0",
            "1 changed, 1 added, 1 removed",
            "0 the same",
        ]
        assert prill("sbom", "diff", old, f"dir:{root}", "--check").code == 10
        report = json.loads(prill("sbom", "diff", old, f"dir:{root}", "--format", "json").out)
        assert report == {
            "added": [{"ecosystem": "deb", "name": "tool", "old": [], "new": ["2.0"]}],
            "removed": [{"ecosystem": "deb", "name": "app", "old": ["2.0"], "new": []}],
            "changed": [{"ecosystem": "deb", "name": "libssl3", "old": ["3.0.11-1"], "new": ["3.0.12-1"]}],
            "same": 0,
        }

    def test_nothing_differs(self, root: Path, prill: Prill, tmp_path: Path):
        for name in ("cyclonedx", "spdx"):
            prill("sbom", f"dir:{root}", "--format", name, "-o", tmp_path / name)
        ran = prill("sbom", "diff", tmp_path / "cyclonedx", tmp_path / "spdx", "--check", "--allow-gaps")
        assert (ran.code, ran.out) == (0, "2 the same\n")


class TestValidate:
    def test_what_is_missing_for_whom(self, root: Path, prill: Prill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
        path = tmp_path / "a.json"
        prill("sbom", f"dir:{root}", "--format", "cyclonedx", "-o", path)
        ran = prill("sbom", "validate", path, "--against", "schema,ntia")
        assert (ran.code, ran.out) == (0, "CycloneDX 1.6, 2 packages\nvalid: yes\nNTIA minimum elements: yes\n")
        report = json.loads(prill("sbom", "validate", path, "--format", "json").out)
        missing = {one["element"]: one["packages"] for one in report["missing"]}
        assert missing["licence"] == ["pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl"]
        assert missing["email or URL of the SBOM's creator"] == []
        assert "timestamp" not in missing
        assert prill("sbom", "validate", path).code == 10

    @pytest.mark.parametrize(
        ("component", "identified"),
        [
            ({"cpe": "cpe:2.3:a:x:x:1:*:*:*:*:*:*:*"}, True),
            ({"group": "g", "swid": {"tagId": "x", "name": "x"}}, True),
            ({"purl": "pkg:npm/x@1"}, True),
            ({}, False),
        ],
    )
    def test_any_unique_identifier(self, component: dict[str, object], identified: bool, prill: Prill, tmp_path: Path):  # noqa: FBT001
        path = tmp_path / "a.json"
        one = {"type": "library", "name": "x", "version": "1", **component}
        path.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [one]}))
        said = prill("sbom", "validate", path, "--against", "ntia").out
        assert ("unique identifier" not in said) is identified

    @pytest.mark.parametrize(
        ("change", "missing"),
        [
            ({}, []),
            ({"version": ""}, []),
            ({"manufacturer": {"name": "B"}}, ["email or URL of the component's creator"]),
            ({"manufacturer": {"url": ["https://b.example"]}}, ["supplier name"]),
            ({"manufacturer": {}, "authors": [{"name": "B", "email": "b@b.example"}]}, []),
            ({"manufacturer": {}}, ["supplier name", "email or URL of the component's creator"]),
            ({"externalReferences": [{"type": "vcs", "url": "https://b.example/x", "hashes": [{"alg": "SHA-512", "content": "a" * 128}]}]}, ["SHA-512 of the deployed file"]),
            ({"externalReferences": [{"type": "distribution", "url": "https://b.example/x", "hashes": [{"alg": "SHA-256", "content": "a" * 64}]}]}, ["SHA-512 of the deployed file"]),
        ],
    )  # fmt: skip
    def test_what_the_guidelines_own_table_demands(
        self, change: dict[str, object], missing: list[str], prill: Prill, tmp_path: Path
    ):
        properties = {
            "filename": "lib.so",
            "executable": "executable",
            "archive": "no archive",
            "structured": "structured",
        }
        hashed = {"url": "https://b.example/lib.so", "hashes": [{"alg": "SHA-512", "content": "a" * 128}]}
        one = {
            "type": "library",
            "name": "lib",
            "version": "2",
            "purl": "pkg:generic/lib@2",
            "manufacturer": {"name": "B", "contact": [{"email": "b@b.example"}]},
            "licenses": [{"expression": "MIT"}],
            "properties": [{"name": f"bsi:component:{name}", "value": value} for name, value in properties.items()],
            "externalReferences": [{"type": "distribution", **hashed}],
            **change,
        }
        metadata = {"timestamp": "2026-01-01T00:00:00Z", "manufacturer": {"name": "A", "url": ["https://a.example"]}}
        path = tmp_path / "a.json"
        path.write_text(
            json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": metadata, "components": [one]})
        )
        ran = prill("sbom", "validate", path)
        assert re.findall(r"^  - ([^(\n]+?)(?: \(\d+\):.*)?$", ran.out, re.MULTILINE) == missing
        assert ran.code == (10 if missing else 0)

    def test_a_cpe_in_spdx(self, root: Path, prill: Prill, tmp_path: Path):
        path = tmp_path / "a.json"
        prill("sbom", f"dir:{root}", "--format", "spdx", "-o", path)
        document = json.loads(path.read_bytes())
        for package in document["packages"]:
            for reference in package.get("externalRefs", ()):
                reference |= {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x:x:1:*:*:*:*:*:*:*"}  # fmt: skip
        path.write_text(json.dumps(document))
        assert "unique identifier" not in prill("sbom", "validate", path, "--against", "ntia").out

    def test_a_schema_fault(self, prill: Prill, tmp_path: Path):
        path = tmp_path / "a.json"
        path.write_text('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"x","name":5}]}')
        ran = prill("sbom", "validate", path)
        assert ran.code == 10
        assert "valid: no\n  - /components/0/type: expected one of" in ran.out
        assert "/components/0/name: expected string, found 5" in ran.out
        assert json.loads(prill("sbom", "validate", path, "--format", "json").out)["valid"] is False

    def test_an_old_format_and_no_time(self, root: Path, prill: Prill, tmp_path: Path):
        path = tmp_path / "a.json"
        prill("sbom", f"dir:{root}", "--format", "spdx", "-o", path)
        said = prill("sbom", "validate", path).out
        assert "BSI TR-03183-2: no\n  - one of the formats CycloneDX 1.6, CycloneDX 1.7, SPDX 3.0\n" in said
        assert "NTIA minimum elements: no\n  - timestamp\n" in said

    def test_rules_that_do_not_exist(self, prill: Prill, tmp_path: Path):
        assert prill("sbom", "validate", tmp_path / "x", "--against", "iso").code == 2
