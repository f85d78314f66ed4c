"""prill vex, and what statements do to a scan."""

import json
from pathlib import Path

import pytest

from advisories import write_json
from deb_files import Deb
from debian_changelogs import changelog, doc, status, write_root
from prill.cli.exit import Exit
from workshop import Workshop

TEXT = changelog("app", ("1.0-2", ["CVE-2026-1000", "CVE-2026-1001"]), ("1.0-1", []))
SAID = ("--reason", "not reachable", "--owner", "me@example.org", "--expires")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shop = Workshop(tmp_path, [])
    shop.publish([Deb("app", "1.0-1")], updates=[Deb("app", "1.0-2", doc("app", TEXT))])
    write_root(shop.root / "root", status("app", "1.0-1"))
    return shop


def scanned(shop: Workshop, *words: object, code: Exit = Exit.GOOD) -> dict:
    ran = shop.run("scan", shop.root / "root", "--format", "json", *words)
    assert ran.code == code, ran
    return json.loads(ran.out)


def dismissed(found: dict) -> set[str]:
    return {one["id"] for one in found["findings"] if one["suppressedBy"]}


def test_files_of_a_verb_may_stand_behind_an_option(shop: Workshop):
    for name in ("a.json", "b.json"):
        shop.good(
            "vex", "add", shop.root / name, "CVE-2026-1000", "--package", "pkg:deb/debian/app", *SAID, "2999-01-31"
        )
    ran = shop.run("vex", "list", shop.root / "a.json", "--format", "json", shop.root / "b.json")
    assert [Path(one["source"]).name for one in json.loads(ran.out)["statements"]] == ["a.json", "b.json"]
    assert shop.run("vex", "list", shop.root / "a.json", "--bogus", shop.root / "b.json").code == Exit.MISUSED
    assert shop.run("cache", "info", "--format", "json", "another").code == Exit.MISUSED


def test_a_statement_is_added_listed_and_used(shop: Workshop):
    file = shop.root / "app.vex.json"
    said = ("--package", "pkg:deb/debian/app", "--justification", "vulnerable_code_not_present", *SAID, "2999-01-31")
    assert shop.run("vex", "add", file, "CVE-2026-1000", *said).code == Exit.GOOD
    assert "2 statements" in shop.run("vex", "add", file, "CVE-1999-1", *said).out
    out = shop.run("vex", "list", file).out
    assert "CVE-2026-1000  not_affected  pkg:deb/debian/app  me@example.org  2999-01-31" in out
    assert shop.run("vex", "check", file).code == Exit.GOOD
    found = scanned(shop, "--vex", file)
    assert dismissed(found) == {"CVE-2026-1000"}
    assert len(found["findings"]) == 2
    assert any("CVE-1999-1 is not_affected concerns nothing" in note for note in found["notes"])
    assert shop.run("scan", shop.root / "root", "--vex", file, "--fail-on", "unknown").code == Exit.NO


def test_a_statement_about_another_image_says_which(shop: Workshop):
    file = shop.root / "app.vex.json"
    said = ("--package", "pkg:deb/debian/app", "--image", "else", *SAID, "2999-01-31")
    assert shop.run("vex", "add", file, "CVE-2026-1000", *said).code == Exit.GOOD
    assert "pkg:deb/debian/app in else  " in shop.run("vex", "list", file).out
    notes = scanned(shop, "--vex", file)["notes"]
    assert any(note.endswith(f"({file}, about else)") for note in notes)


def test_expired_ones_fail(shop: Workshop):
    file = shop.root / "app.vex.json"
    shop.run("vex", "add", file, "CVE-2026-1000", "--package", "pkg:deb/debian/app", *SAID, "2020-01-31")
    ran = shop.run("vex", "check", file)
    assert ran.code == Exit.NO
    assert "expired on 2020-01-31: CVE-2026-1000" in ran.out
    found = scanned(shop, "--vex", file, code=Exit.NO)
    assert dismissed(found) == set()
    file.write_text(file.read_text().replace("CVE-2026-1000", "CVE-2026-1000\\u001b[2J"))
    assert "expired on 2020-01-31: CVE-2026-1000\\x1b[2J" in shop.run("vex", "check", file).out
    assert "CVE-2026-1000 counts again" in found["expired"][0]


def test_exceptions_in_the_settings_and_in_files(shop: Workshop):
    waiver = '\n[[exceptions]]\nid = "CVE-2026-1000"\nowner = "me"\nreason = "x"\nexpires = 2999-01-01\n'
    shop.settings.write_text(shop.settings.read_text() + waiver)
    ignore = shop.root / ".trivyignore"
    ignore.write_text("CVE-2026-1001\n")
    found = scanned(shop, "--ignore", ignore)
    assert dismissed(found) == {"CVE-2026-1000", "CVE-2026-1001"}
    assert shop.run("scan", shop.root / "root", "--ignore", ignore, "--fail-on", "unknown").code == Exit.GOOD
    assert "CVE-2026-1001" in shop.run("vex", "list", ignore).out


def test_statements_and_exceptions_are_listed_as_json(shop: Workshop):
    file, ignore = shop.root / "app.vex.json", shop.root / ".trivyignore"
    shop.run("vex", "add", file, "CVE-1", "--package", "pkg:npm/a", "--image", "app", *SAID, "2020-01-31")
    ignore.write_text("CVE-2\n")
    listed = json.loads(shop.run("vex", "list", file, ignore, "--format", "json").out)["statements"]
    known = {"owner": "me@example.org", "expires": "2020-01-31", "expired": True, "unclearExpiry": None}
    assert listed[0] == {
        "id": "CVE-1", "status": "not_affected", "about": ["pkg:npm/a in app"], **known, "source": str(file)
    }  # fmt: skip
    nobody = {"owner": None, "expires": None, "expired": False, "unclearExpiry": None}
    assert listed[1] == {"id": "CVE-2", "status": "accepted", "about": [], **nobody, "source": str(ignore)}
    assert "CVE-2          accepted      everything" in shop.run("vex", "list", file, ignore).out


def test_a_scan_states_what_it_knows_as_openvex(shop: Workshop):
    file = shop.root / "app.vex.json"
    shop.run("vex", "add", file, "CVE-2026-1000", "--package", "pkg:deb/debian/app", *SAID, "2999-01-31")
    ran = shop.run("scan", shop.root / "root", "--vex", file, "--format", "openvex")
    assert ran.code == Exit.GOOD, ran
    statements = {one["vulnerability"]["name"]: one for one in json.loads(ran.out)["statements"]}
    assert statements["CVE-2026-1000"]["status"] == "not_affected"
    assert statements["CVE-2026-1001"]["status"] == "affected"
    assert statements["CVE-2026-1001"]["action_statement"] == "upgrade app to 1.0-2"
    again = shop.root / "again.vex.json"
    again.write_text(ran.out)
    assert dismissed(scanned(shop, "--vex", again)) == {"CVE-2026-1000"}


@pytest.mark.parametrize(
    "words",
    [
        ("CVE-1", *SAID, "2999-01-31"),
        ("CVE-1", "--package", "pkg:npm/a", *SAID, "soon"),
        ("CVE-1", "--package", "pkg:npm/a", *SAID, "9999-99-99"),
        ("CVE-1", "--package", "pkg:npm/a", *SAID, "2027-02-30"),
        (
            "CVE-1",
            "--package",
            "pkg:npm/a",
            "--status",
            "fixed",
            "--justification",
            "component_not_present",
            *SAID,
            "2999-01-31",
        ),
    ],
)
def test_a_statement_must_be_one(shop: Workshop, words: tuple):
    assert shop.run("vex", "add", shop.root / "x.vex.json", *words).code == Exit.MISUSED
    assert not (shop.root / "x.vex.json").exists()


def test_what_openvex_wants_and_a_document_lacks_is_told(shop: Workshop):
    file = shop.root / "app.vex.json"
    product = {"products": [{"@id": "pkg:npm/a"}]}
    statements = [
        {"vulnerability": {"name": "CVE-1"}, "status": "not_affected", **product},
        {"vulnerability": {"name": "CVE-2"}, "status": "affected", "impact_statement": "x", **product},
        {"vulnerability": {"name": "CVE-3"}, "status": "fixed", "justification": "component_not_present", **product},
        {"vulnerability": {"name": "CVE-4"}, "status": "fixed"},
        {"vulnerability": {"name": "CVE-5"}, "status": "fixed", "timestamp": "yesterday", **product},
        {"vulnerability": {"name": "CVE-6"}, "status": "affected", "action_statement": "upgrade", **product},
        {"vulnerability": {"name": "CVE-7"}, "status": "not_affected", "impact_statement": "not there", **product},
        {"vulnerability": {"name": "CVE-8"}, "status": "under_investigation", **product},
        {"vulnerability": {"name": "CVE-9"}, "status": "fixed", "timestamp": "2026-13-01T00:00:00Z", **product},
        {"vulnerability": {"name": "CVE-10"}, "status": "fixed", "timestamp": "2026-01-31t00:00:00z", **product},
    ]
    write_json(file, {"timestamp": "2026-01-01T00:00:00.123456+02:00", "statements": statements})
    ran = shop.run("vex", "check", file)
    assert ran.code == Exit.NO
    assert [line.partition(" (")[0] for line in ran.out.splitlines()] == [
        "not as OpenVEX wants it: statement 1, CVE-1: not_affected without a justification or an impact_statement",
        "not as OpenVEX wants it: statement 2, CVE-2: affected without an action_statement",
        "not as OpenVEX wants it: statement 3, CVE-3: a justification goes with not_affected, not with fixed",
        "not as OpenVEX wants it: statement 4, CVE-4: it names no product",
        "not as OpenVEX wants it: statement 5, CVE-5: 'yesterday' is no time such as 2027-01-31T12:00:00Z",
        "not as OpenVEX wants it: statement 9, CVE-9: '2026-13-01T00:00:00Z' is no time such as 2027-01-31T12:00:00Z",
        "10 statements, 0 expired",
    ]


def test_a_day_that_is_none_in_a_document_is_told(shop: Workshop):
    file = shop.root / "app.vex.json"
    shop.good("vex", "add", file, "CVE-1", "--package", "pkg:npm/a", *SAID, "2999-01-31")
    file.write_text(file.read_text().replace("2999-01-31", "31.01.2025"))
    ran = shop.run("vex", "check", file)
    assert ran.code == Exit.NO
    assert "expires on no day that is known: CVE-1, not_affected, '31.01.2025'" in ran.out
    assert "unclear" in shop.run("vex", "list", file).out


@pytest.mark.parametrize(
    ("id_", "package", "owner", "says"),
    [
        ("CVE-1", "lodash", "me", "--package: not a package URL: 'lodash'"),
        ("CVE 1", "pkg:npm/a", "me", "no id of a vulnerability: 'CVE 1'"),
        ("", "pkg:npm/a", "me", "no id of a vulnerability: ''"),
        ("CVE-1", "pkg:npm/a", " ", "--owner is empty"),
    ],
)
def test_what_would_concern_nothing_is_not_written(shop: Workshop, id_: str, package: str, owner: str, says: str):
    file = shop.root / "x.vex.json"
    words = ("--package", package, "--owner", owner, "--reason", "x", "--expires", "2999-01-31")
    ran = shop.run("vex", "add", file, id_, *words)
    assert ran.code == Exit.MISUSED
    assert says in ran.err
    assert not file.exists()


def test_what_stands_in_a_document_stays_as_it_is(shop: Workshop):
    file = shop.root / "x.vex.json"
    product = {"@id": "x", "identifiers": {"cpe23": "cpe:2.3:a:x"}, "hashes": {"sha-256": "aa"}}
    one = {"vulnerability": {"name": "CVE-1"}, "products": [product], "status": "affected", "supplier": "s"}
    head = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1", "author": "me@example.org"}
    write_json(file, {**head, "timestamp": "2026-01-01T00:00:00Z", "version": 3, "statements": [one]})
    shop.good("vex", "add", file, "CVE-2", "--package", "pkg:npm/a", *SAID, "2999-01-31")
    found = json.loads(file.read_text())
    assert found["statements"][0] == one
    assert {name: found[name] for name in head} == head
    assert (found["timestamp"], found["version"], len(found["statements"])) == ("2026-01-01T00:00:00Z", 4, 2)


@pytest.mark.parametrize(
    "document",
    [
        {"document": {"publisher": {"name": "me"}}, "vulnerabilities": []},
        {"bomFormat": "CycloneDX", "vulnerabilities": []},
        {"@context": "https://openvex.dev/ns", "author": "me", "statements": []},
    ],
)
def test_a_document_of_another_form_is_not_written_over(shop: Workshop, document: dict):
    file = write_json(shop.root / "x.json", document)
    ran = shop.run("vex", "add", file, "CVE-2", "--package", "pkg:npm/a", *SAID, "2999-01-31")
    assert ran.code == Exit.MISUSED
    assert json.loads(file.read_text()) == document


def test_a_document_has_one_author(shop: Workshop):
    file = shop.root / "app.vex.json"
    shop.run("vex", "add", file, "CVE-1", "--package", "pkg:npm/a", *SAID, "2999-01-31")
    said = ("--reason", "x", "--owner", "you", "--expires", "2999-01-31")
    ran = shop.run("vex", "add", file, "CVE-2", "--package", "pkg:npm/a", *said)
    assert ran.code == Exit.MISUSED
    assert "a document has one author" in ran.err


@pytest.mark.parametrize("option", ["--vex", "--ignore"])
def test_files_that_cannot_be_read(shop: Workshop, option: str):
    (shop.root / "x.json").write_text("{}")
    (shop.root / "x.toml").write_text("[")
    file = shop.root / ("x.json" if option == "--vex" else "x.toml")
    assert shop.run("scan", shop.root / "root", option, file).code == Exit.MISUSED
    assert shop.run("scan", shop.root / "root", option, shop.root).code == Exit.MISUSED
