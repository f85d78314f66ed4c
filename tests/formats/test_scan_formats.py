"""A scan in machine formats: valid by their schemas, complete, the same each time."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from msgspec import structs

from prill.formats.sbom_documents import faults_of, read_sbom
from prill.formats.scan_cyclonedx import encode_scan_cyclonedx
from prill.formats.scan_json import encode_scan
from prill.formats.scan_sarif import encode_scan_sarif
from prill.model.advisory import Advisory, Level, Rating
from prill.model.package import Location
from prill.model.sbom import Subject
from prill.model.scan_report import ScanReport
from scan_reports import EVIL, FIXED, REPORT, VECTOR

EMPTY = ScanReport(subject=Subject(name="x"), distro=None, packages=0, matches=())


def sarif(report: ScanReport = REPORT) -> dict:
    return json.loads(encode_scan_sarif(report, tool="prill", version="1"))["runs"][0]


def cyclonedx() -> dict[str, dict]:
    document = json.loads(encode_scan_cyclonedx(REPORT, tool="prill-1"))
    return {one["id"]: one for one in document["vulnerabilities"]}


class TestSarif:
    @pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["full", "empty"])
    def test_it_is_valid(self, report: ScanReport, shared_data: Path):
        schema = json.loads((shared_data / "schemas/sarif-2.1.0.schema.json").read_bytes())
        validator = jsonschema.validators.validator_for(schema)(schema)
        document = json.loads(encode_scan_sarif(report, tool="prill", version="1"))
        assert [error.message for error in validator.iter_errors(document)] == []

    def test_every_result_has_its_rule_and_files_of_the_image(self):
        run = sarif()
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        paths = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]}
        assert paths == {"var/lib/dpkg/status", "app/node_modules/left%20pad/package.json"}

    def test_severities_are_what_githubs_viewer_sorts_by(self):
        scores = {one["id"]: one["properties"].get("security-severity") for one in sarif()["tool"]["driver"]["rules"]}
        assert scores == {"CVE-2026-1": "9.8", "CVE-2026-4": None, "CVE-2026-5": "0.1", "GHSA-2": "5.0", "GHSA-3": None}

    def test_what_the_vendor_denies_is_not_said_to_be_there(self):
        told = {one["ruleId"]: one["message"]["text"] for one in sarif()["results"]}
        assert told["CVE-2026-4"] == "libssl3 3.5-1 is not affected by CVE-2026-4"
        assert told["CVE-2026-1"] == "libssl3 3.5-1 has CVE-2026-1: fixed in 3.5-2"

    def test_githubs_own_fingerprint_tells_a_result_again(self):
        seen = [one["partialFingerprints"]["primaryLocationLineHash"] for one in sarif()["results"]]
        assert len({*seen}) == len(seen) > 1
        assert seen == [one["partialFingerprints"]["primaryLocationLineHash"] for one in sarif()["results"]]

    def test_it_stays_within_githubs_bounds(self):
        advisory = structs.replace(FIXED.advisory, summary="s" * 2000, details="d" * 2000)
        places = tuple(Location(f"app/{number}/package.json", "sha256:1") for number in range(1200))
        match = structs.replace(FIXED, advisory=advisory, package=replace(FIXED.package, locations=places))
        run = sarif(replace(REPORT, matches=(match,)))
        (rule,) = run["tool"]["driver"]["rules"]
        assert len(rule["shortDescription"]["text"]) == len(rule["fullDescription"]["text"]) == 1024
        assert len(run["results"][0]["locations"]) == 1000

    def test_a_name_becomes_no_link(self):
        match = structs.replace(FIXED, package=replace(FIXED.package, name="[a](https://evil.test)"))
        (result,) = sarif(replace(REPORT, matches=(match,)))["results"]
        assert "](" not in json.dumps([result["message"], result["locations"]])

    def test_what_is_dismissed_is_suppressed_and_gaps_are_notifications(self):
        run = sarif()
        suppressed = {one["ruleId"]: one["suppressions"] for one in run["results"] if "suppressions" in one}
        assert set(suppressed) == {"CVE-2026-4", "CVE-2026-5"}
        assert suppressed["CVE-2026-4"][0]["justification"] == "the vendor says that it is not affected"
        assert suppressed["CVE-2026-5"][0]["justification"] == "not_affected: vulnerable_code_not_present: not built in"
        (notice,) = run["invocations"][0]["toolExecutionNotifications"]
        assert notice["message"]["text"].startswith("jar: cannot be read")

    def test_the_score_is_of_the_level_that_counts(self):
        ratings = (
            Rating(level=Level.MEDIUM, source="vendor"),
            Rating(level=Level.CRITICAL, source="x", vector=VECTOR, score=9.8),
        )
        match = structs.replace(FIXED, advisory=Advisory(id="CVE-2026-1", ratings=ratings))
        (rule,) = sarif(replace(REPORT, matches=(match,)))["tool"]["driver"]["rules"]
        assert (rule["defaultConfiguration"]["level"], rule["properties"]["security-severity"]) == ("warning", "5.5")

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("https://example.test/a?b=c&d=%20e#f", True),
            ("http://example.test:8080", True),
            ("https://example.test/a|b<x>", False),
            ("https://example.test/a b", False),
            ("https://example.test/\u00e9", False),
            ("https://example.test/%zz", False),
            ("https://example.test/a#b#c", False),
            ("https://example.test/[x]", False),
            ("https://", False),
        ],
    )
    def test_an_address_that_is_no_uri_is_no_link(self, url: str, expected: bool):  # noqa: FBT001
        match = structs.replace(FIXED, advisory=Advisory(id="CVE-2026-1", references=(url,)))
        (rule,) = sarif(replace(REPORT, matches=(match,)))["tool"]["driver"]["rules"]
        assert ("helpUri" in rule) is expected

    def test_only_web_addresses_are_links(self):
        (rule,) = (one for one in sarif()["tool"]["driver"]["rules"] if one["id"] == "CVE-2026-1")
        assert rule["helpUri"] == "https://example.test/1"
        assert "javascript:" not in rule["help"]["markdown"]


class TestCycloneDX:
    def test_it_is_valid_and_still_the_images_sbom(self):
        data = encode_scan_cyclonedx(REPORT, tool="prill-1")
        title, faults = faults_of(data, "scan")
        assert title.startswith("CycloneDX 1.")
        assert [str(fault) for fault in faults] == []
        assert len(read_sbom(data, "scan").packages) == 2

    def test_vulnerabilities_affect_components_of_the_document(self):
        document = json.loads(encode_scan_cyclonedx(REPORT, tool="prill-1"))
        refs = {one["bom-ref"] for one in document["components"]}
        assert {each["ref"] for one in document["vulnerabilities"] for each in one["affects"]} <= refs

    def test_what_is_said_of_each(self):
        found = cyclonedx()
        assert {
            "severity": "critical",
            "score": 9.8,
            "method": "CVSSv31",
            "vector": VECTOR,
            "source": {"name": "GHSA"},
        } in found["CVE-2026-1"]["ratings"]
        assert found["CVE-2026-1"]["analysis"] == {"state": "exploitable", "response": ["update"]}
        assert found["CVE-2026-1"]["recommendation"] == "upgrade libssl3 to 3.5-2"
        assert found["CVE-2026-1"]["advisories"] == [{"url": "https://example.test/1"}]
        assert found["GHSA-2"]["analysis"] == {"state": "in_triage", "response": ["will_not_fix"]}
        assert found["GHSA-2"]["ratings"][0]["method"] == "CVSSv2"
        assert found["CVE-2026-4"]["analysis"]["state"] == "not_affected"
        assert found["CVE-2026-5"]["analysis"] == {
            "state": "not_affected",
            "justification": "code_not_present",
            "detail": "not built in",
        }
        assert "updated" not in found["GHSA-3"]

    def test_what_a_scan_could_not_know_is_in_it(self):
        data = encode_scan_cyclonedx(REPORT, tool="prill-1")
        assert {gap.subject for gap in read_sbom(data, "scan").gaps} >= {"jar"}
        components, vulnerabilities = json.loads(data)["compositions"]
        assert components["aggregate"] == "complete"
        assert vulnerabilities["aggregate"] == "incomplete"
        assert len(vulnerabilities["vulnerabilities"]) == len(json.loads(data)["vulnerabilities"])
        nothing = json.loads(encode_scan_cyclonedx(replace(REPORT, matches=()), tool="prill-1"))
        assert [one["aggregate"] for one in nothing["compositions"]] == ["complete"]
        assert [one["name"] for one in nothing["properties"]] == ["prill:gap:jar"]
        whole = json.loads(encode_scan_cyclonedx(replace(REPORT, gaps=()), tool="prill-1"))
        assert [one["aggregate"] for one in whole["compositions"]] == ["complete"]

    def test_a_report_without_its_sbom_cannot_be_one(self):
        with pytest.raises(ValueError, match="without its SBOM"):
            encode_scan_cyclonedx(replace(REPORT, sbom=None), tool="x")


class TestJson:
    def test_it_holds_all_that_the_report_does(self):
        document = json.loads(encode_scan(REPORT, tool="prill-1"))
        assert [one["id"] for one in document["findings"]] == [one.advisory.id for one in REPORT.matches]
        first = document["findings"][0]
        assert (first["severity"], first["epss"], first["knownExploitedSince"]) == ("critical", 0.5, "2026-01-03")
        assert (first["layer"], first["broughtBy"], first["origin"]) == ("sha256:1", "RUN apt-get install", "base")
        assert document["complete"] is False
        assert document["gaps"] == [{"subject": "jar", "reason": f"cannot be read {EVIL}"}]
        assert {one["id"]: one["suppressedBy"]["owner"] for one in document["findings"] if one["suppressedBy"]} == {
            "CVE-2026-5": "me"
        }

    def test_every_format_gives_the_same_bytes_twice(self):
        for encode in (
            lambda: encode_scan(REPORT, tool="x"),
            lambda: encode_scan_sarif(REPORT, tool="x", version="1"),
            lambda: encode_scan_cyclonedx(REPORT, tool="x"),
        ):
            assert encode() == encode()
