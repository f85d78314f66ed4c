"""prill scan with nothing but a Debian archive: from what is installed to what an upgrade fixes."""

import json
from pathlib import Path

import pytest

from deb_files import Deb, Link, tar_of
from debian_changelogs import OLDER, changelog, doc, status, write_root
from prill.cli.exit import Exit
from workshop import Workshop

OPENSSL = changelog(
    "openssl",
    ("3.5-1+deb13u2", ["CVE-2026-35189 (a leak)", "CVE-2026-35190"]),
    ("3.5-1+deb13u1", ["Fix CVE-2026-31789"]),
    ("3.5-1", ["CVE-2025-1111"]),
)
SOURCE = {"fields": {"Source": "openssl"}}


def libssl(version: str = "3.5-1+deb13u2", text: str | bytes = OPENSSL, name: str = "libssl3") -> Deb:
    return Deb(name, version, doc(name, text), **SOURCE)  # type: ignore[arg-type]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767312000")
    shop = Workshop(tmp_path, [Deb("libssl3", "3.5-1", **SOURCE), Deb("app", "1.0")])  # type: ignore[arg-type]
    shop.publish([Deb("libssl3", "3.5-1", **SOURCE), Deb("app", "1.0")], updates=[libssl()])  # type: ignore[arg-type]
    return shop


def root(shop: Workshop, *paragraphs: str, **values: str) -> Path:
    installed = paragraphs or (status("libssl3", "3.5-1", source="openssl"), status("app", "1.0"))
    return write_root(shop.root / "root", *installed, **values)


def report(shop: Workshop, place: Path, *words: str, code: Exit = Exit.GOOD) -> dict:
    ran = shop.run("scan", place, "--format", "json", *words)
    assert ran.code == code, ran
    return json.loads(ran.out)


def ids(found: dict) -> list[str]:
    return [one["id"] for one in found["findings"]]


def test_a_first_scan_needs_nothing_but_the_archive(shop: Workshop):
    ran = shop.run("scan", root(shop))
    assert ran.code == Exit.GOOD, ran
    assert "CVE-2026-35189  -         libssl3  3.5-1      3.5-1+deb13u2" in ran.out
    assert "CVE-2026-31789  -         libssl3  3.5-1      3.5-1+deb13u1" in ran.out
    assert "CVE-2025-1111" not in ran.out
    assert "3 vulnerabilities fixed by upgrades (3 of unknown severity), others are not known" in ran.out
    assert ran.out.splitlines()[-1].startswith("next: upgrade openssl to 3.5-1+deb13u2: it removes 3 of 3")
    assert "vulnerabilities without a fix are not known without a database" in ran.out.replace("\n  ", " ")
    assert max(map(len, ran.out.splitlines())) <= 100


def test_the_evidence_is_suite_version_and_line(shop: Workshop):
    found = report(shop, root(shop))
    assert ids(found) == ["CVE-2026-35190", "CVE-2026-35189", "CVE-2026-31789"]
    assert found["complete"]
    assert found["findings"][1]["why"] == [
        {
            "source": "changelog of openssl in trixie-security",
            "statement": "3.5-1+deb13u2 (trixie-security, Thu, 01 Jan 2026 00:00:00 +0000): * CVE-2026-35189 (a leak)",
            "url": "https://security-tracker.debian.org/tracker/CVE-2026-35189",
        }
    ]
    assert [one["name"] for one in found["sources"]] == [
        f"debian:13, {pocket}, changelogs" for pocket in ("trixie", "trixie-updates", "trixie-security")
    ]


def test_what_is_current_has_nothing_to_fix_and_says_what_that_means(shop: Workshop):
    ran = shop.run("scan", root(shop, status("libssl3", "3.5-1+deb13u2", source="openssl")))
    assert ran.code == Exit.GOOD
    assert "0 vulnerabilities fixed by upgrades, others are not known" in ran.out
    words = ran.out.replace("\n  ", " ")
    assert "nothing to fix means that the packages are current, no more" in words
    assert "not known without a database" in words
    assert ran.out.splitlines()[-1] == "next: nothing to upgrade; a database says what has no fix: prill db --help"


def test_what_is_newer_than_the_archive_is_from_elsewhere_and_not_known(shop: Workshop):
    """Such as a backport, or what nginx.org and others build for the same release."""
    found = report(shop, root(shop, status("app", "2.0-1~bpo13+1")), code=Exit.INCOMPLETE)
    assert found["gaps"] == [
        {
            "subject": "app",
            "reason": "2.0-1~bpo13+1 is newer than what the vendor's archive has, 1.0: it is from elsewhere, so "
            "nothing is known of it",
        }
    ]


def test_a_newer_rebuild_of_the_archives_source_is_no_other_package(shop: Workshop):
    assert report(shop, root(shop, status("app", "1.0+b1", source="app (1.0)")))["gaps"] == []


def test_no_format_says_zero_of_what_has_no_fix_where_nobody_knows(shop: Workshop):
    place = root(shop, status("libssl3", "3.5-1+deb13u2", source="openssl"))
    assert report(shop, place)["upgradesOnly"] is True
    assert "| 1 | 0 | not known |" in shop.good("scan", place, "--format", "markdown")
    assert "<b>?</b>without a fix" in shop.good("scan", place, "--format", "html")


def test_a_second_scan_needs_no_network(shop: Workshop):
    place = root(shop)
    first = shop.run("scan", place, "--format", "json")
    assert (shop.root / "archive" / libssl().path).exists()
    (shop.root / "archive").rename(shop.root / "gone")
    again = shop.run("scan", place, "--format", "json", "--offline")
    assert again.code == Exit.GOOD, again
    assert ids(json.loads(again.out)) == ids(json.loads(first.out))


def test_a_mirror_that_fails_is_a_gap_not_a_clean_image(shop: Workshop):
    place = root(shop)
    (shop.root / "archive" / libssl().path).unlink()
    found = report(shop, place, code=Exit.INCOMPLETE)
    assert found["findings"] == []
    assert not found["complete"]
    assert "the vendor's archive could not be asked" in found["gaps"][0]["reason"]
    said = shop.run("scan", place, "--allow-gaps")
    assert said.code == Exit.GOOD
    assert "vulnerabilities: unknown, as not everything could be looked at" in said.out
    assert "nothing to fix means" not in said.out


@pytest.mark.parametrize("words", [(), ("--offline",)])
def test_a_package_that_cannot_be_had_is_a_gap_of_its_own(shop: Workshop, words: tuple[str, ...]):
    app = Deb("app", "1.1", doc("app", changelog("app", ("1.1", ["CVE-2026-7777"]), ("1.0", []))))
    shop.publish([], updates=[libssl(), app])
    if words:
        assert ids(report(shop, root(shop, status("app", "1.0")))) == ["CVE-2026-7777"]
    (shop.root / "archive" / libssl().path).unlink()
    found = report(shop, root(shop), *words, code=Exit.INCOMPLETE)
    assert ids(found) == ["CVE-2026-7777"]
    (gap,) = found["gaps"]
    assert gap["subject"] == "libssl3"
    assert gap["reason"].startswith("what 3.5-1+deb13u2 fixes is not known: ")


def test_a_linked_package_that_cannot_be_had_is_a_gap_of_its_own(shop: Workshop):
    link = tar_of({"usr/share/doc/libssl3": Link("openssl")})
    linked = Deb("libssl3", "3.5-1+deb13u2", data=link, **SOURCE)  # type: ignore[arg-type]
    openssl = Deb("openssl", "3.5-1+deb13u2", {**doc("openssl", OPENSSL), "usr/bin/openssl": "x" * 9999})
    app = Deb("app", "1.1", doc("app", changelog("app", ("1.1", ["CVE-2026-7777"]), ("1.0", []))))
    shop.publish([], updates=[linked, openssl, app])
    (shop.root / "archive" / openssl.path).unlink()
    found = report(shop, root(shop), code=Exit.INCOMPLETE)
    assert (ids(found), [gap["subject"] for gap in found["gaps"]]) == (["CVE-2026-7777"], ["libssl3"])


def test_a_mirror_that_has_no_packages_is_asked_for_few(shop: Workshop):
    names = [f"app{number}" for number in range(9)]
    debs = [Deb(name, "2", doc(name, changelog(name, ("2", ["CVE-2026-7777"]), ("1", [])))) for name in names]
    shop.publish([], updates=debs)
    for deb in debs[1:]:
        (shop.root / "archive" / deb.path).unlink()
    found = report(shop, root(shop, *(status(name, "1") for name in names)), code=Exit.INCOMPLETE)
    assert "the vendor's archive could not be asked" in found["gaps"][0]["reason"]


def test_a_package_changed_on_its_way_is_never_read(shop: Workshop):
    (shop.root / "archive" / libssl().path).write_bytes(b"!<arch>\n" + bytes(100))
    found = report(shop, root(shop), code=Exit.INCOMPLETE)
    assert found["findings"] == []


def test_the_same_bytes_each_time(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    place = root(shop)
    assert shop.run("scan", place, "--format", "json").out == shop.run("scan", place, "--format", "json").out


def test_a_report_goes_to_a_file(shop: Workshop):
    target = shop.root / "scan.json"
    ran = shop.run("scan", root(shop), "--format", "json", "-o", target)
    assert (ran.code, ran.out) == (Exit.GOOD, "")
    assert len(json.loads(target.read_bytes())["findings"]) == 3


def test_fail_on_looks_at_what_is_known_and_says_what_is_not(shop: Workshop):
    place = root(shop)
    assert shop.run("scan", place, "--fail-on", "unknown").code == Exit.NO
    ran = shop.run("scan", place, "--fail-on", "high")
    assert ran.code == Exit.INCOMPLETE
    assert "nobody says how severe 3 of these are" in ran.err
    assert shop.run("scan", place, "--fail-on", "high", "--allow-gaps").code == Exit.GOOD


@pytest.mark.parametrize(
    ("severities", "fail_on", "expected"),
    [
        ("high,critical", "high", Exit.INCOMPLETE),
        ("critical", "high", Exit.INCOMPLETE),
        ("high,unknown", "high", Exit.INCOMPLETE),
        ("low", "high", Exit.GOOD),
        ("unknown", "high", Exit.GOOD),
    ],
)
def test_what_may_be_severe_is_not_left_out_with_what_is_not_shown(
    severities: str, fail_on: str, expected: Exit, shop: Workshop
):
    ran = shop.run("scan", root(shop), "--severity", severities, "--fail-on", fail_on)
    assert ran.code == expected, ran
    assert ("nobody says how severe 3 of these are" in ran.err) is (expected is Exit.INCOMPLETE)


def test_a_changelog_that_is_cut_is_a_gap(shop: Workshop):
    cut = changelog("openssl", ("3.5-1+deb13u2", ["CVE-2026-35189"]), end=OLDER)
    shop.publish([], updates=[libssl(text=cut)])
    found = report(shop, root(shop, status("libssl3", "3.5-1", source="openssl")), code=Exit.INCOMPLETE)
    assert ids(found) == ["CVE-2026-35189"]
    assert "cut off above the installed 3.5-1" in found["gaps"][0]["reason"]


def test_a_changelog_in_an_old_encoding_or_without_ids_is_read(shop: Workshop):
    old = changelog("openssl", ("3.5-2", ["Müller: CVE-2026-35189"]), ("3.5-1", [])).encode("latin-1")
    place = root(shop, status("libssl3", "3.5-1", source="openssl"))
    shop.publish([], updates=[libssl("3.5-2", old)])
    assert ids(report(shop, place)) == ["CVE-2026-35189"]
    shop.publish([], updates=[libssl("3.5-3", changelog("openssl", ("3.5-3", ["translations"]), ("3.5-1", [])))])
    assert ids(report(shop, place)) == []


def test_a_package_without_a_changelog_is_a_gap(shop: Workshop):
    shop.publish([], updates=[Deb("libssl3", "3.5-2", **SOURCE)])  # type: ignore[arg-type]
    found = report(shop, root(shop, status("libssl3", "3.5-1", source="openssl")), code=Exit.INCOMPLETE)
    assert "what 3.5-2 fixes is not known: libssl3 has no changelog" in found["gaps"][0]["reason"]


def test_documentation_that_is_a_link_is_followed(shop: Workshop):
    link = {"usr/share/doc/libssl-dev": Link("libssl3")}
    dev = Deb("libssl-dev", "3.5-1+deb13u2", link, data=tar_of(link, parents=True), **SOURCE)  # type: ignore[arg-type]
    shop.publish([], updates=[libssl(), dev])
    found = report(shop, root(shop, status("libssl-dev", "3.5-1", source="openssl")))
    assert len(found["findings"]) == 3


def test_a_rebuild_of_the_same_source_fixes_nothing(shop: Workshop):
    rebuilt = Deb("libssl3", "3.5-1+b1", fields={"Source": "openssl (3.5-1)"})
    shop.publish([], updates=[rebuilt])
    assert ids(report(shop, root(shop, status("libssl3", "3.5-1", source="openssl")))) == []


def test_an_installed_rebuild_is_compared_by_its_source(shop: Workshop):
    found = report(shop, root(shop, status("libssl3", "3.5-1+b4", source="openssl (3.5-1)")))
    assert {one["id"]: one["fixedIn"] for one in found["findings"]} == {
        "CVE-2026-31789": "3.5-1+deb13u1",
        "CVE-2026-35189": "3.5-1+deb13u2",
        "CVE-2026-35190": "3.5-1+deb13u2",
    }
    assert all(one["why"][0]["statement"].startswith(f"{one['fixedIn']} (") for one in found["findings"])


def test_a_package_with_a_numbering_of_its_own_is_fixed_in_its_newest(shop: Workshop):
    newest = Deb("libssl3", "9:7", doc("libssl3", OPENSSL), fields={"Source": "openssl (3.5-1+deb13u2)"})
    shop.publish([], updates=[newest])
    found = report(shop, root(shop, status("libssl3", "9:6", source="openssl (3.5-1)")))
    assert {one["fixedIn"] for one in found["findings"]} == {"9:7"}
    assert len(found["findings"]) == 3


def test_packages_of_one_source_are_one_row(shop: Workshop):
    shop.publish([], updates=[libssl(), libssl(name="openssl")])
    place = root(shop, status("libssl3", "3.5-1", source="openssl"), status("openssl", "3.5-1"))
    ran = shop.run("scan", place)
    assert "libssl3 +1" in ran.out
    assert "3 vulnerabilities" in ran.out


def test_what_the_archive_does_not_have_is_a_gap(shop: Workshop):
    found = report(shop, root(shop, status("made-here", "1.0"), status("app", "1.0")), code=Exit.INCOMPLETE)
    assert [one["subject"] for one in found["gaps"]] == ["made-here"]


def test_a_licence_that_cannot_be_read_is_no_gap_of_a_scan(shop: Workshop):
    place = root(shop, status("app", "1.0"))
    (place / "usr/share/doc/app/copyright").unlink()
    assert report(shop, place)["complete"] is True
    document = shop.root / "root.cdx.json"
    assert shop.run("sbom", place, "--format", "cyclonedx", "-o", document).code in (Exit.GOOD, Exit.INCOMPLETE)
    assert "no licence could be read" in document.read_text(), "it is one of the SBOM"
    assert report(shop, document)["complete"] is True


@pytest.mark.parametrize(
    "release", ["ID=alpine\nVERSION_ID=3.20.1\n", 'ID=debian\nVERSION_ID="8"\n', "ID=ubuntu\nVERSION_ID=24.04\n", ""]
)
def test_a_distribution_without_advisories_is_unknown_never_zero(shop: Workshop, release: str):
    found = report(shop, root(shop, release=release), code=Exit.INCOMPLETE)
    assert found["findings"] == []
    assert any("no source has advisories for these" in one["reason"] for one in found["gaps"])


def test_a_release_past_all_support_is_unknown_never_zero(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("prill._io.clock.SystemClock.now", lambda _self: 1_930_000_000)  # 2031
    found = report(shop, root(shop), code=Exit.INCOMPLETE)
    assert "its support ended on 2030-06-30" in found["gaps"][0]["reason"]


def test_other_languages_without_advisories_are_named(shop: Workshop):
    place = root(shop, **{"app/node_modules/x/package.json": '{"name": "x", "version": "1.0.0"}'})
    found = report(shop, place, code=Exit.INCOMPLETE)
    assert [one["subject"] for one in found["gaps"]] == ["npm"]


def test_an_sbom_is_scanned_as_its_image_is(shop: Workshop):
    place = root(shop)
    sbom = shop.root / "sbom.cdx.json"
    assert shop.run("sbom", place, "--format", "cyclonedx", "-o", sbom).code == Exit.GOOD
    assert ids(report(shop, sbom)) == ids(report(shop, place))


def test_only_fixed_and_severities_say_how_many_are_left_out(shop: Workshop):
    place = root(shop)
    assert len(report(shop, place, "--only-fixed")["findings"]) == 3
    found = report(shop, place, "--severity", "high,critical")
    assert found["findings"] == []
    assert "3 findings not shown, as the options ask for others" in found["notes"]
    assert (found["advice"]["upgrades"], found["advice"]["removes"]) == ([], 0)
    last = shop.run("scan", place, "--severity", "high,critical").out.splitlines()[-1]
    assert last == "next: nothing of what was asked for; 3 other findings not shown"
    assert shop.run("scan", place, "--severity", "huge").code == Exit.MISUSED


def test_nothing_there_is_nothing(shop: Workshop):
    assert shop.run("scan", shop.root / "no-such-image").code == Exit.NOTHING


def test_one_vulnerability_is_explained_by_any_of_its_ids(shop: Workshop):
    ran = shop.run("scan", root(shop), "--explain", "cve-2026-35189")
    assert ran.code == Exit.GOOD
    assert "why: 3.5-1+deb13u2 (trixie-security," in ran.out
    assert "next: upgrade libssl3 to 3.5-1+deb13u2" in ran.out
    ended = shop.root / ".trivyignore"
    ended.write_text("CVE-2026-35189 exp:2020-01-01\n", encoding="utf-8")
    ran = shop.run("scan", root(shop), "--explain", "CVE-2026-35189", "--ignore", ended)
    assert "the exception for CVE-2026-35189 expired on 2019-12-31" in ran.err
    for least, code in (("unknown", Exit.NO), ("high", Exit.INCOMPLETE)):  # nobody says how severe it is
        assert shop.run("scan", root(shop), "--explain", "CVE-2026-35189", "--fail-on", least).code == code
    ran = shop.run("scan", root(shop), "--explain", "CVE-1999-1")
    assert ran.code == Exit.NOTHING
    assert "no source says that it is in" in ran.out


def test_an_explanation_goes_where_and_as_it_is_asked_for(shop: Workshop):
    place, there = root(shop), shop.root / "why"
    assert shop.run("scan", place, "--explain", "CVE-2026-35189", "-o", there).out == ""
    assert "next: upgrade libssl3 to 3.5-1+deb13u2" in there.read_text()
    whole = json.loads(shop.good("scan", place, "--format", "json"))
    found = json.loads(shop.good("scan", place, "--format", "json", "--explain", "CVE-2026-35189"))
    assert len(whole["findings"]) > len(found["findings"]) == 1
    assert found["findings"][0]["id"] == "CVE-2026-35189"
    ran = shop.run("scan", place, "--format", "json", "--explain", "CVE-1999-1")
    assert (ran.code, json.loads(ran.out)["findings"]) == (Exit.NOTHING, [])


def test_layers_and_absent_code_of_a_built_image(shop: Workshop):
    shop.publish(
        [
            Deb(
                "base-files",
                "1.0",
                {"usr/lib/os-release": 'ID=debian\nVERSION_ID="13"\n', "etc/os-release": Link("../usr/lib/os-release")},
            ),
            libssl("3.5-1"),
        ]
    )
    shop.packages("base-files", "libssl3")
    image = shop.made()
    shop.publish([Deb("base-files", "1.0")], updates=[libssl()])
    found = report(shop, image)
    assert len(found["findings"]) == 3
    assert found["findings"][0]["layer"].startswith("sha256:")
    assert found["findings"][0]["broughtBy"].startswith("prill:")


@pytest.mark.parametrize(
    ("diversions", "counts"),
    [
        ("/usr/bin/wget\n/usr/bin/wget.real\napp\n", True),
        ("/bin/wget\n/bin/wget.real\n:\n", True),
        ("/usr/bin/other\n/usr/bin/other.real\n:\n", False),
        ("", False),
        ("/usr/bin/wget\n", True),
    ],
    ids=["diverted", "by an administrator, before usr was merged", "another", "none", "cut short"],
)
def test_a_diverted_program_is_there(shop: Workshop, diversions: str, counts: bool):  # noqa: FBT001
    place = root(
        shop,
        status("libssl3", "3.5-1", source="openssl"),
        status("app", "1.0"),
        **{
            "usr/bin/wget.real": "#!/bin/true\n",
            "var/lib/dpkg/diversions": diversions,
            "var/lib/dpkg/info/libssl3.list": "/.\n/usr\n/usr/bin\n/usr/bin/wget\n",
        },
    )
    (place / "bin").symlink_to("usr/bin")
    dismissed = {one["id"]: one["suppressedBy"] for one in report(shop, place)["findings"]}
    assert len(dismissed) == 3
    assert all((one is None) is counts for one in dismissed.values()), dismissed


def test_every_format_is_written(shop: Workshop):
    place = root(shop)
    for name in ("json", "sarif", "cyclonedx", "markdown", "html", "table"):
        ran = shop.run("scan", place, "--format", name)
        assert ran.code == Exit.GOOD
        assert "CVE-2026-35189" in ran.out


def test_packages_are_counted_as_a_comparison_counts_them(shop: Workshop):
    place = root(
        shop,
        status("node-left-pad", "1.0"),
        **{
            "usr/share/nodejs/left-pad/package.json": '{"name": "left-pad", "version": "1.0.0"}',
            "var/lib/dpkg/info/node-left-pad.list": "/.\n/usr/share/nodejs/left-pad/package.json\n",
            "app/node_modules/right-pad/package.json": '{"name": "right-pad", "version": "1.0.0"}',
        },
    )
    assert len(shop.good("sbom", place, "--format", "purls").split()) == 3
    assert report(shop, place, "--no-archive", code=Exit.INCOMPLETE)["packages"] == 2
    compared = json.loads(shop.run("compare", place, place, "--no-archive", "--format", "json").out)
    figures = next(row["figures"] for row in compared["rows"] if row["id"] == "packages")
    assert {one["number"] for one in figures} == {2}
