"""prill compare: images side by side, and in what each differs from the first."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from advisories import write_json
from deb_files import Deb, File, Link
from debian_changelogs import changelog, doc, status, write_root
from prill.cli.exit import Exit
from prill.views.comparison_table import short_names
from workshop import Workshop

TEXT = changelog("openssl", ("3.5-2", ["CVE-2026-1000"]), ("3.5-1", []))
RELEASE = {"usr/lib/os-release": 'ID=debian\nVERSION_ID="13"\n', "etc/os-release": Link("../usr/lib/os-release")}
BASE = Deb("base-files", "1.0", RELEASE)
SHELL = Deb(
    "dash",
    "1.0",
    {"usr/bin/dash": File(b"#!/bin/true\n", 0o755), "usr/bin/sh": Link("dash"), "usr/bin/a": b"", "usr/bin/b": b""},
)


def libssl(version: str) -> Deb:
    return Deb("libssl3", version, doc("libssl3", TEXT), fields={"Source": "openssl"})


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Two images: one with a shell and an old library, one without the shell and with the new one."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    shop = Workshop(tmp_path, [])
    shop.publish([BASE, SHELL, libssl("3.5-1")])
    shop.packages("base-files", "dash", "libssl3")
    shop.made(out="old")
    shop.publish([BASE, SHELL], updates=[libssl("3.5-2")])
    shop.packages("base-files", "libssl3")
    shop.made(out="new")
    return shop


def compared(shop: Workshop, *words: object) -> dict:
    ran = shop.run("compare", shop.root / "old", shop.root / "new", "--format", "json", "--allow-gaps", *words)
    assert ran.code == Exit.GOOD, ran
    return json.loads(ran.out)


def test_figures_stand_side_by_side_with_their_differences(shop: Workshop):
    ran = shop.run("compare", shop.root / "old", shop.root / "new", "--allow-gaps")
    assert ran.code == Exit.GOOD, ran
    rows = {line[:25].strip(): line[25:].split() for line in ran.out.splitlines()}
    assert ran.out.splitlines()[0].split() == ["old", "new"]
    assert rows["packages"] == ["3", "2", "(-1)"]
    assert re.search(r"distribution +debian 13 +debian 13", ran.out)
    assert "  1 package removed: dash" in ran.out
    assert "  1 package upgraded: libssl3" in ran.out
    files, folders = (
        re.search(rf"  ([0-9]+) {what} removed", ran.out) for what in ("files?", "folders? (?:and|or) links?")
    )
    assert files
    assert folders
    assert files[1] != folders[1]
    assert rows["files"][2] == f"(-{files[1]})", "as many as there are fewer: no folder is a file"
    (delta,) = compared(shop)["differences"]
    assert (delta["filesRemoved"], delta["foldersAndLinksRemoved"]) == (int(files[1]), int(folders[1]))
    assert (delta["filesAdded"], delta["foldersAndLinksAdded"]) == (0, 0)
    assert rows["files"][0] == str(delta["filesSame"] + delta["filesChanged"] + delta["filesRemoved"])
    assert delta["foldersAndLinksSame"]
    assert "  1 vulnerability gone: CVE-2026-1000" in ran.out
    assert rows["vulnerabilities"] == ["1", "or", "more", "unknown"]
    assert rows["fixed by upgrades"] == ["1", "0", "(-1)"]
    assert "critical" not in rows, "nobody knows how severe anything is"
    assert max(map(len, ran.out.splitlines())) <= 100


def test_a_licence_that_cannot_be_read_is_no_gap_of_a_comparison(shop: Workshop):
    folder = write_root(shop.root / "root", status("dash", "1.0"))
    (folder / "usr/share/doc/dash/copyright").unlink()
    reason = "no licence could be read from its copyright file"
    assert reason in shop.run("inspect", folder).out
    ran = shop.run("compare", folder, folder, "--format", "json", "--no-archive")
    assert reason not in ran.out
    assert ran.code == Exit.INCOMPLETE
    assert [gap["subject"] for gap in json.loads(ran.out)["gaps"]] == ["deb of debian 13"]
    assert ran.err.startswith("prill: gaps, 1: ")
    assert "deb of debian 13" in ran.err


def test_json_has_every_figure_with_its_source(shop: Workshop):
    document = compared(shop)
    rows = {row["id"]: row for row in document["rows"]}
    assert all(row["source"] and len(row["figures"]) == 2 for row in rows.values())
    assert rows["compressed"]["figures"][0]["number"] > rows["compressed"]["figures"][1]["number"]
    assert rows["kev"]["figures"][0] == {"text": "unknown", "number": None, "unknown": True}
    (delta,) = document["differences"]
    assert delta["vulnerabilitiesGone"] == ["CVE-2026-1000"]
    assert [one["name"] for one in delta["packages"]["removed"]] == ["dash"]
    assert "usr/bin/dash" not in json.dumps(rows)
    assert rows["fixable"]["source"] == "debian:13, changelogs of 2026-01-01"
    assert re.search(r"as of \d{4}-\d{2}-\d{2}$", rows["support"]["source"])
    assert rows["kev"]["source"] == "no CISA KEV"


def test_of_vulnerabilities_that_are_known_none_is_known_to_be_exploited(shop: Workshop):
    """As long as there may be more of them than are known, that is not the same as none."""
    entry = {"cveID": "CVE-2020-1", "dateAdded": "2026-01-01"}
    kev = write_json(shop.root / "kev.json", {"catalogVersion": "2026.01.01", "vulnerabilities": [entry]})
    shop.good("db", "import", kev)
    (row,) = (one for one in compared(shop)["rows"] if one["id"] == "kev")
    assert row["figures"][0] == {"text": "none of 1 known", "number": None, "unknown": True}
    assert row["figures"][1]["text"] == "unknown", "no vulnerability of it is known"


def test_what_nobody_could_look_at_is_unknown_never_zero(shop: Workshop):
    rows = {row["id"]: row for row in compared(shop, "--no-archive")["rows"]}
    assert [one["text"] for one in rows["vulnerabilities"]["figures"]] == ["unknown", "unknown"]
    assert shop.run("compare", shop.root / "old", shop.root / "new", "--no-archive").code == Exit.INCOMPLETE


@pytest.mark.parametrize("release", ["ID=frobnix\n", 'ID=debian\nVERSION_ID="12"\n'])
def test_nothing_is_gone_or_new_where_the_other_image_is_not_known(shop: Workshop, release: str):
    other = write_root(shop.root / "other", status("app", "1.0"), release=release)
    pairs = ((shop.root / "old", other), (other, shop.root / "old"))
    there, back = (shop.run("compare", *pair, "--format", "json", "--allow-gaps") for pair in pairs)
    assert (there.code, back.code) == (Exit.GOOD, Exit.GOOD), (there, back)
    (delta,) = json.loads(there.out)["differences"]
    assert (delta["vulnerabilitiesGone"], delta["vulnerabilitiesUnknown"]) == ([], ["CVE-2026-1000"])
    (delta,) = json.loads(back.out)["differences"]
    assert (delta["vulnerabilitiesNew"], delta["vulnerabilitiesUnknownBefore"]) == ([], ["CVE-2026-1000"])
    table = shop.run("compare", shop.root / "old", other, "--allow-gaps").out
    assert "  1 vulnerability of the first, unknown here: CVE-2026-1000" in table
    assert "vulnerability gone" not in table


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags |= {tag, *(f"on:{name}" for name, _ in attrs if name.startswith("on"))}


def test_markdown_and_html(shop: Workshop):
    target = shop.root / "comparison.html"
    pair = (shop.root / "old", shop.root / "new", "--allow-gaps")
    assert shop.run("compare", *pair, "--format", "html", "-o", target).code == Exit.GOOD
    page = target.read_text()
    tags = _Page(page).tags
    assert not {"script", "link", "img"} & tags
    assert not [tag for tag in tags if tag.startswith("on:")]
    assert 'class="bars"' in page
    assert "print-color-adjust: exact" in page, "a chart is all background, which printers leave out"
    assert "CVE-2026-1000" in page
    assert '<span class="level unknown">unknown</span></p>' in page, "a chart's colours are said in words"
    assert 'aria-label="vulnerabilities by severity: old 1 or more (1 unknown); new unknown"' in page
    markdown = shop.run("compare", *pair, "--format", "markdown").out
    assert "| packages | 3 | 2 \\(-1\\) |" in markdown
    assert "- 1 vulnerability gone: CVE-2026-1000" in markdown


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("dir:debian12-main", "debian12-main"),
        ("docker-archive:out/app.tar", "app.tar"),
        ("out/python3/", "python3"),
        ("registry.example.test/gold/app:1@sha256:00", "app:1"),
        ("/", "/"),
    ],
)
def test_a_column_is_headed_by_what_tells_it_apart(name: str, short: str):
    assert short_names([name]) == (short,)


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["old/app.tar", "new/app.tar", "x/other.tar"], ("old/app.tar", "new/app.tar", "other.tar")),
        (["docker-archive:a/b/app.tar", "oci-dir:c/b/app.tar/"], ("a/b/app.tar", "c/b/app.tar")),
        (["app.tar", "old/app.tar"], ("app.tar", "old/app.tar")),
        (["r.test/app@sha256:00", "r.test/app@sha256:11"], ("r.test/app@sha256:00", "r.test/app@sha256:11")),
        (["oci-dir:app", "dir:app"], ("oci-dir:app", "dir:app")),
        (["a/app", "a/app", "b/app"], ("a/app", "a/app", "b/app")),
        (["a/app", "a/app"], ("app", "app")),
        (["/", "/"], ("/", "/")),
    ],
)
def test_columns_of_one_name_are_headed_by_as_much_as_tells_them_apart(names: list[str], short: tuple[str, ...]):
    assert short_names(names) == short


def test_three_images_stand_beside_each_other_and_sources_are_named_once(shop: Workshop):
    ran = shop.run("compare", shop.root / "old", shop.root / "new", shop.root / "old", "--allow-gaps")
    assert ran.out.count("size, compressed") == 1
    assert ran.out.count("source: debian:13, trixie,") == 1
    assert "  nothing differs" in ran.out, "the third is the first"


def test_several_images_do_not_overflow_the_table(shop: Workshop):
    ran = shop.run("compare", *[shop.root / "old", shop.root / "new"] * 4, "--allow-gaps")
    assert ran.code == Exit.GOOD
    assert max(map(len, ran.out.splitlines())) <= 100
    assert ran.out.count("size, compressed") > 1


def test_an_image_that_is_not_there(shop: Workshop):
    assert shop.run("compare", shop.root / "old", shop.root / "none").code == Exit.NOTHING


def test_with_a_database_of_the_release_what_has_no_fix_is_counted(shop: Workshop):
    affected = {"releases": {"trixie": {"status": "open", "urgency": "high"}}}
    fixed = {"releases": {"trixie": {"status": "resolved", "fixed_version": "3.5-2", "urgency": "medium"}}}
    advisories = write_json(shop.root / "tracker.json", {"openssl": {"CVE-2026-9": affected, "CVE-2026-1000": fixed}})
    kev = write_json(
        shop.root / "kev.json",
        {
            "title": "CISA Catalog of Known Exploited Vulnerabilities",
            "catalogVersion": "2026.01.01",
            "dateReleased": "2026-01-01T00:00:00.0000Z",
            "count": 1,
            "vulnerabilities": [{"cveID": "CVE-2026-9", "dateAdded": "2026-01-01"}],
        },
    )
    shop.good("db", "import", "--complete", advisories, kev)
    document = compared(shop)
    rows = {row["id"]: [one["text"] for one in row["figures"]] for row in document["rows"]}
    assert rows["vulnerabilities"] == ["2", "1"]
    assert rows["vulnerabilities-high"] == ["1", "1"]
    assert rows["vulnerabilities-medium"] == ["1", "0"]
    assert rows["fixable"] == ["1", "0"]
    assert rows["kev"] == ["1", "1"]
    sources = {row["id"]: row["source"] for row in document["rows"]}
    assert re.fullmatch(
        r"debian:13, changelogs of 2026-01-01; tracker\.json, read on [0-9-]{10}", sources["vulnerabilities"]
    ), "the archive first, and not who speaks of exploits; a source without a date is not of the day it was read"
    assert sources["kev"] == "kev.json of 2026-01-01"
    assert document["differences"][0]["vulnerabilitiesGone"] == ["CVE-2026-1000"]
    ran = shop.run("compare", shop.root / "old", shop.root / "new")
    assert ran.code == Exit.GOOD, "nothing is a gap"
    assert "not known without a database" not in ran.out
