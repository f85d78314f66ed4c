"""prill scan with a database: other ecosystems, severities, states, ages."""

import json
import re
from pathlib import Path

import pytest

from advisories import HIGH, osv, write_json, write_zip
from deb_files import Deb
from debian_changelogs import changelog, doc, status, write_root
from prill.cli.exit import Exit
from prill.views.sizes import count
from workshop import Workshop

NPM = {"app/node_modules/left/package.json": '{"name": "left", "version": "1.0.0", "license": "MIT"}'}
TEXT = changelog("app", ("1.0-2", ["CVE-2026-1000: fix"]), ("1.0-1", []))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shop = Workshop(tmp_path, [])
    shop.publish([Deb("app", "1.0-1")], updates=[Deb("app", "1.0-2", doc("app", TEXT))])
    return shop


def imported(shop: Workshop, *files: Path) -> None:
    assert shop.run("db", "import", "--complete", *files).code in (Exit.GOOD, Exit.INCOMPLETE)


def root(shop: Workshop) -> Path:
    return write_root(shop.root / "root", status("app", "1.0-1"), **NPM)


def scanned(shop: Workshop, *words: object, code: Exit = Exit.GOOD) -> dict:
    ran = shop.run("scan", root(shop), "--format", "json", *words)
    assert ran.code == code, ran
    return json.loads(ran.out)


def tracker(shop: Workshop, **releases: dict) -> Path:
    return write_json(shop.root / "tracker.json", {"app": {"CVE-2026-1000": {"releases": releases}}})


def npm(shop: Workshop, *records: dict) -> Path:
    return write_zip(shop.root / "npm.zip", *(records or (osv("GHSA-1", "npm", "left", aliases=["CVE-2026-2000"]),)))


def test_the_users_database_is_asked_and_fills_the_gap(shop: Workshop):
    assert scanned(shop, code=Exit.INCOMPLETE)["gaps"][0]["subject"] == "npm"
    record = osv("GHSA-1", "npm", "left", aliases=["CVE-2026-2000"], severity=[{"type": "CVSS_V3", "score": HIGH}])
    imported(shop, npm(shop, record))
    found = scanned(shop)
    assert [(one["id"], one["package"]["name"], one["fixedIn"]) for one in found["findings"]] == [
        ("CVE-2026-2000", "left", "2.0"),
        ("CVE-2026-1000", "app", "1.0-2"),
    ]
    assert found["findings"][0]["ratings"] == [{"severity": "high", "source": "GHSA", "vector": HIGH, "score": 7.5}]
    assert "npm.zip" in [one["name"] for one in found["sources"]]
    assert scanned(shop, "--no-db", code=Exit.INCOMPLETE)["findings"] == found["findings"][1:]


def test_severities_decide(shop: Workshop):
    record = osv("GHSA-1", "npm", "left", severity=[{"type": "CVSS_V3", "score": HIGH}])
    imported(
        shop,
        npm(shop, record),
        tracker(shop, trixie={"status": "resolved", "fixed_version": "1.0-2", "urgency": "low"}),
    )
    assert shop.run("scan", root(shop), "--fail-on", "critical").code == Exit.GOOD
    assert shop.run("scan", root(shop), "--fail-on", "high").code == Exit.NO
    assert shop.run("scan", root(shop), "--fail-on", "high", "--severity", "low").code == Exit.GOOD


def test_the_archive_and_the_tracker_speak_of_one_vulnerability(shop: Workshop):
    imported(
        shop, npm(shop), tracker(shop, trixie={"status": "resolved", "fixed_version": "1.0-2", "urgency": "medium"})
    )
    (one,) = (one for one in scanned(shop)["findings"] if one["package"]["name"] == "app")
    assert [claim["source"] for claim in one["why"]] == [
        "changelog of app in trixie-security",
        "debian-tracker: CVE-2026-1000",
    ]
    assert one["severity"] == "medium"


@pytest.mark.parametrize(
    ("release", "state", "shown"),
    [
        ({"status": "open", "urgency": "low", "nodsa": "minor", "nodsa_reason": ""}, "no-dsa", "no fix (no-dsa)"),
        (
            {"status": "open", "urgency": "low", "nodsa": "x", "nodsa_reason": "ignored"},
            "will-not-fix",
            "will not be fixed",
        ),
        ({"status": "open", "urgency": "unimportant"}, "unimportant", "no fix (unimportant)"),
        ({"status": "open", "urgency": "end-of-life"}, "end-of-life", "end of life"),
        ({"status": "open", "urgency": "not yet assigned"}, "affected", "no fix"),
    ],
)
def test_what_has_no_fix_is_named_with_the_vendors_reason(shop: Workshop, release: dict, state: str, shown: str):
    imported(shop, npm(shop), tracker(shop, trixie=release))
    (one,) = (one for one in scanned(shop, "--no-archive")["findings"] if one["package"]["name"] == "app")
    assert (one["state"], one["fixedIn"]) == (state, None)
    out = shop.run("scan", root(shop), "--no-archive").out
    assert shown in out
    assert not [
        one for one in scanned(shop, "--no-archive", "--only-fixed")["findings"] if one["package"]["name"] == "app"
    ]


def test_what_the_vendor_denies_is_in_the_report_and_does_not_count(shop: Workshop):
    imported(shop, tracker(shop, trixie={"status": "resolved", "fixed_version": "0", "urgency": "low"}))
    ran = shop.run("scan", root(shop), "--no-archive", "--fail-on", "unknown", "--allow-gaps")
    assert ran.code == Exit.GOOD
    assert ran.out.splitlines()[1:3] == [  # of the npm package nobody knows anything
        "vulnerabilities: unknown, as not everything could be looked at, 1 suppressed or denied",
        "",
    ]
    assert "CVE-2026-1000" in ran.out


def test_old_data_is_used_and_its_age_said_unless_a_bound_is_given(shop: Workshop):
    imported(shop, npm(shop))
    ran = shop.run("scan", root(shop))
    assert ran.code == Exit.GOOD
    assert "source: npm.zip, 1 record" in ran.out
    found = scanned(shop, "--max-db-age", "1", code=Exit.INCOMPLETE)
    assert re.fullmatch(r"it is of \d{4}-\d\d-\d\d, and --max-db-age allows 1 day", found["gaps"][0]["reason"])
    ran = shop.run("scan", root(shop), "--max-db-age", "1", "--allow-gaps")
    assert len(re.findall(r"dated in the future|hours old|days? old", ran.out.replace("\n  ", " "))) == ran.out.count(
        "source: "
    )
    assert scanned(shop, "--max-db-age", "99999")["gaps"] == []


@pytest.mark.parametrize(
    ("modified", "gaps"), [("2999-01-01T00:00:00Z", 1), ("zzzz", 1), ("9999", 1), ("2000-01-01", 1)]
)
def test_a_record_without_a_true_date_makes_no_source_young(modified: str, gaps: int, shop: Workshop):
    old = {"modified": "2001-01-01T00:00:00Z"}
    records = osv("B-1", "npm", "app", **{**old, "modified": modified}), osv("A-1", "npm", "app", **old)
    imported(shop, write_zip(shop.root / "npm.zip", *records))
    found = scanned(shop, "--max-db-age", "1", code=Exit.INCOMPLETE)
    assert len(found["gaps"]) == gaps
    assert found["gaps"][0]["subject"] == "npm.zip"


def test_a_release_past_its_end_is_unknown(shop: Workshop):
    page = shop.root / "alpine-linux.md"
    page.write_text(
        '---\ntitle: x\nreleasePolicyLink: x\npermalink: /alpine-linux\nreleases:\n- releaseCycle: "3.10"\n  eol: 2021-05-01\n---\n'
    )
    secdb = {
        "distroversion": "v3.10",
        "packages": [{"pkg": {"name": "busybox", "secfixes": {"1.30-r9": ["CVE-2026-3"]}}}],
    }
    imported(shop, page, write_json(shop.root / "main.json", secdb))
    place = write_root(shop.root / "alpine", release="ID=alpine\nVERSION_ID=3.10.5\n")
    database = "P:busybox\nV:1.30-r2\nA:x86_64\nL:GPL\no:busybox\nF:bin\n\n"
    (place / "lib/apk/db").mkdir(parents=True)
    (place / "lib/apk/db/installed").write_text(database)
    (place / "var/lib/dpkg/status").unlink()
    ran = shop.run("scan", place, "--format", "json")
    assert ran.code == Exit.INCOMPLETE
    found = json.loads(ran.out)
    assert [(one["id"], one["fixedIn"]) for one in found["findings"]] == [("CVE-2026-3", "1.30-r9")]
    assert "its support ended on 2021-05-01" in " ".join(gap["reason"] for gap in found["gaps"])


@pytest.mark.parametrize("words", [(), ("--no-db",)])
def test_a_release_past_its_end_needs_no_date_in_the_database_to_be_unknown(words: tuple[str, ...], shop: Workshop):
    imported(shop, write_zip(shop.root / "debian.zip", osv("DEBIAN-CVE-1", "Debian:9", "app")))
    place = write_root(shop.root / "old", status("app", "3.0-1"), release="ID=debian\nVERSION_ID=9\n")
    ran = shop.run("scan", place, "--format", "json", *words)
    assert ran.code == Exit.INCOMPLETE
    assert "its support ended on 2022-07-01" in " ".join(gap["reason"] for gap in json.loads(ran.out)["gaps"])


def test_a_named_database_must_be_there_and_be_one(shop: Workshop):
    assert shop.run("scan", root(shop), "--db", shop.root / "none.db").code == Exit.NOTHING
    (shop.root / "cut.db").write_bytes(b"SQLite format 3\0")
    assert shop.run("scan", root(shop), "--db", shop.root / "cut.db").code == Exit.MISUSED


def test_an_sbom_with_made_up_purls_is_scanned(shop: Workshop):
    imported(shop, npm(shop))
    components = [
        {"type": "library", "name": "x", "version": "1", "purl": purl}
        for purl in ("pkg:npm/left@1.0.0", "pkg:nowhere/a@1")
    ]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}
    ran = shop.run("scan", write_json(shop.root / "app.cdx.json", document), "--format", "json")
    assert ran.code == Exit.INCOMPLETE
    found = json.loads(ran.out)
    assert [one["id"] for one in found["findings"]] == ["CVE-2026-2000"]
    assert "nowhere" in {gap["subject"] for gap in found["gaps"]}


def test_few_records_of_a_release_leave_the_note_that_the_unfixed_are_not_known(shop: Workshop):
    told = "vulnerabilities without a fix are not known without a database"
    single = tracker(shop, trixie={"status": "open", "urgency": "low"})
    assert shop.run("db", "import", single).code == Exit.GOOD
    found = scanned(shop, code=Exit.INCOMPLETE)
    assert ("CVE-2026-1000", "fixed") in [(one["id"], one["state"]) for one in found["findings"]]
    assert told in " ".join(found["notes"])
    alone = scanned(shop, "--no-archive", code=Exit.INCOMPLETE)
    assert {(one["subject"], one["reason"]) for one in alone["gaps"]} >= {
        (
            "deb of debian 13",
            "the database has some records about it, and no whole feed, so no more is known about app",
        )
    }
    assert shop.run("db", "import", "--complete", single).code == Exit.GOOD
    assert told not in " ".join(scanned(shop, code=Exit.INCOMPLETE)["notes"])


def test_states_can_be_chosen(shop: Workshop):
    said = {
        "CVE-2026-1": {"status": "open", "urgency": "low"},
        "CVE-2026-2": {"status": "open", "urgency": "low", "nodsa": "minor", "nodsa_reason": ""},
        "CVE-2026-3": {"status": "resolved", "fixed_version": "1.0-2", "urgency": "low"},
    }
    document = {"app": {id_: {"releases": {"trixie": release}} for id_, release in said.items()}}
    imported(shop, npm(shop), write_json(shop.root / "tracker.json", document))
    states = {"affected": ["CVE-2026-1"], "no-dsa,affected": ["CVE-2026-2", "CVE-2026-1"], "will-not-fix": []}
    for words, expected in states.items():
        found = scanned(shop, "--no-archive", "--state", words)
        assert [one["id"] for one in found["findings"]] == expected
        assert found["notes"] == [f"{count(4 - len(expected), 'finding')} not shown, as the options ask for others"]
    assert (
        shop.run("scan", root(shop), "--no-archive", "--state", "will-not-fix", "--fail-on", "unknown").code
        == Exit.GOOD
    )
    assert shop.run("scan", root(shop), "--state", "broken").code == Exit.MISUSED


def test_what_another_vendor_built_is_no_package_of_the_release(shop: Workshop):
    imported(shop, write_zip(shop.root / "alma.zip", osv("ALSA-2026:1", "AlmaLinux:9", "app")))
    components = [
        {
            "type": "library",
            "name": name,
            "version": "3.0-1",
            "purl": f"pkg:rpm/almalinux/{name}@3.0-1?arch=x86_64&distro=almalinux-9.4",
            "publisher": vendor,
            "properties": [{"name": "prill:found-by", "value": "rpm"}],
        }
        for name, vendor in (("app", "AlmaLinux"), ("more", "Fedora Project"))
    ]
    path = write_json(
        shop.root / "sbom.cdx.json", {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}
    )
    ran = shop.run("scan", path, "--format", "json")
    assert ran.code == Exit.INCOMPLETE
    (gap,) = json.loads(ran.out)["gaps"]
    assert gap == {
        "subject": "rpm of almalinux 9.4",
        "reason": "Fedora Project built these, and no source has its advisories, so no more is known about more",
    }


def test_what_was_not_understood_is_noted_by_each_scan(shop: Workshop):
    imported(shop, npm(shop, osv("A-1", "npm", "left"), {"id": "B-1", "affected": "x"}))
    found = scanned(shop)
    said = "npm.zip: what 1 record said is missing here, not understood when it was imported"
    assert said in found["notes"]
    assert [one["missed"] for one in found["sources"] if "missed" in one] == [1]
    imported(shop, write_json(shop.root / "kev.json", {"catalogVersion": "1", "vulnerabilities": []}))
    assert said in scanned(shop)["notes"]


def test_a_name_in_an_image_does_not_command_the_terminal(shop: Workshop):
    imported(shop, npm(shop))
    component = {"type": "library", "name": "a\x1b[2J", "version": "x\x1b", "purl": "pkg:npm/left@1.0.0"}
    path = write_json(
        shop.root / "sbom.cdx.json", {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [component]}
    )
    for words in ((), ("--explain", "CVE-2026-2000"), ("--explain", "CVE-1999-1")):
        ran = shop.run("scan", path, *words)
        assert "\x1b" not in ran.out + ran.err
        assert r"\x1b" in ran.out + ran.err


def test_a_document_without_packages_is_not_clean(shop: Workshop):
    path = write_json(shop.root / "sbom.cdx.json", {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []})
    ran = shop.run("scan", path, "--format", "json")
    assert ran.code == Exit.INCOMPLETE
    assert json.loads(ran.out)["gaps"][0]["reason"] == "the document lists no package, so nothing is known"


class TestSourcesThatADocumentDoesNotName:
    """Debian's advisories are about sources, which purls without ``upstream`` do not say."""

    @pytest.fixture
    def sources(self, shop: Workshop) -> Workshop:
        openssl = {"fields": {"Source": "openssl"}}
        numbered = {"fields": {"Source": "tool-defaults (7)"}}
        shop.publish(
            [
                Deb("libssl3", "3.5-1+b2", fields={"Source": "openssl (3.5-1)"}),
                Deb("openssl-tools", "3.5-1", **openssl),
                Deb("tool", "4:12", **numbered),
            ]
        )
        events = [{"introduced": "0"}, {"fixed": "3.5-1"}]
        imported(shop, write_zip(shop.root / "debian.zip", osv("DEBIAN-CVE-2026-3000", "Debian:13", "openssl", events=events)))  # fmt: skip
        return shop

    def scanned(self, shop: Workshop, *purls: str, code: Exit, words: tuple[str, ...] = ()) -> dict:
        components = [
            {"type": "library", "name": purl.split("/")[2].split("@")[0], "version": purl.split("@")[1].split("?")[0], "purl": f"{purl}arch=amd64&distro=debian-13"}
            for purl in purls
        ]  # fmt: skip
        document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}
        path = write_json(shop.root / "sbom.cdx.json", document)
        ran = shop.run("scan", path, "--format", "json", *words)
        assert ran.code == code, ran
        return json.loads(ran.out)

    def test_without_the_archive_they_are_a_gap(self, sources: Workshop):
        purls = ("pkg:deb/debian/libssl3@3.4-9?", "pkg:deb/debian/tool@4:12?")
        found = self.scanned(sources, *purls, code=Exit.INCOMPLETE, words=("--no-archive",))
        assert found["findings"] == []
        (gap,) = (one for one in found["gaps"] if one["subject"] == "source packages")
        assert "none of 2 packages' source packages" in gap["reason"]
        assert gap["reason"].endswith("libssl3, tool")

    @pytest.mark.parametrize(
        ("version", "expected"), [("3.4-9", 1), ("3.4-9+b1", 1), ("3.5-1", 0), ("3.5-1+b2", 0), ("3.5-1+b1", 0)]
    )
    def test_the_archives_index_names_them(self, sources: Workshop, version: str, expected: int):
        found = self.scanned(sources, f"pkg:deb/debian/libssl3@{version}?", code=Exit.INCOMPLETE if expected else Exit.GOOD)  # fmt: skip
        assert [one["id"] for one in found["findings"]] == ["DEBIAN-CVE-2026-3000"] * expected
        assert not [one for one in found["gaps"] if one["subject"] == "source packages"]

    def test_a_source_with_versions_of_its_own_stays_a_gap_where_the_version_is_another(self, sources: Workshop):
        found = self.scanned(sources, "pkg:deb/debian/tool@4:11?", code=Exit.INCOMPLETE)
        assert "source packages" in [one["subject"] for one in found["gaps"]]
        found = self.scanned(sources, "pkg:deb/debian/tool@4:12?", code=Exit.GOOD)
        assert found["gaps"] == []

    def test_a_document_that_names_any_leaves_out_those_of_the_same_name(self, sources: Workshop):
        purls = ("pkg:deb/debian/libssl3@3.4-9?upstream=openssl&", "pkg:deb/debian/tool@4:12?")
        found = self.scanned(sources, *purls, code=Exit.GOOD, words=("--no-archive",))
        assert [one["id"] for one in found["findings"]] == ["DEBIAN-CVE-2026-3000"]
        assert "source packages" not in [one["subject"] for one in found["gaps"]]


def test_what_others_build_for_debian_is_a_gap_without_the_archive_too(shop: Workshop):
    """The tracker covers the release, and knows nothing of another archive's nodejs."""
    imported(shop, tracker(shop, trixie={"status": "resolved", "fixed_version": "1.0-2", "urgency": "low"}))
    folder = write_root(shop.root / "root", status("app", "1.0-1"), status("nodejs", "20.11.0-1nodesource1"))
    ran = shop.run("scan", folder, "--no-archive", "--format", "json")
    assert ran.code == Exit.INCOMPLETE
    (gap,) = json.loads(ran.out)["gaps"]
    why = "others ('nodesource' is in their versions) built these, and no source has its advisories"
    assert (gap["subject"], gap["reason"]) == ("deb of debian 13", f"{why}, so no more is known about nodejs")
