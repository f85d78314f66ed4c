"""A scan for people: the table, the explanation, Markdown and HTML; nothing in an image can command any of them."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from msgspec import structs

from advisories import apk, deb, language
from prill.model.sbom import Subject
from prill.model.scan_report import Advice, ScanReport, Upgrade
from prill.views.ages import age
from prill.views.scan_explanation import explain_vulnerability
from prill.views.scan_html import scan_html
from prill.views.scan_markdown import markdown_text, scan_markdown
from prill.views.scan_table import next_step, scan_lines, scan_table
from prill.vuln.risk import advise
from scan_reports import DISMISSED, FIXED, REPORT, UNFIXED

EMPTY = ScanReport(subject=Subject(name="x"), distro=None, packages=0, matches=())


def test_nothing_found_after_gaps_is_unknown_never_zero():
    report = replace(EMPTY, gaps=REPORT.gaps)
    said = "vulnerabilities: unknown, as not everything could be looked at"
    assert scan_table(report, width=100).splitlines()[1] == said
    assert "| 0 | unknown |" in scan_markdown(report)
    assert "<b>?</b>vulnerabilities" in scan_html(report, tool="prill-1")
    assert "0 vulnerabilities" in scan_table(EMPTY, width=100)
    upgrades = scan_table(replace(report, upgrades_only=True), width=100)
    assert "0 vulnerabilities fixed by upgrades, others are not known" in upgrades


class TestTable:
    def test_alpines_packages_of_one_source_are_one_row(self):
        matches = [structs.replace(FIXED, package=apk(name, "3.5-r1", "openssl")) for name in ("libssl3", "libcrypto3")]
        (row,) = scan_lines(matches)
        assert row.packages == ("libssl3", "libcrypto3")
        assert [(one.name, one.packages) for one in advise(matches).upgrades] == [
            ("openssl", ("libcrypto3", "libssl3"))
        ]

    def test_how_many_packages_there_are_is_never_cut_off(self):
        report = replace(REPORT, subject=Subject(name="registry.example.test/" + "deep/" * 20 + "app:1"))
        lines = scan_table(report, width=60).splitlines()
        assert max(map(len, lines)) <= 60
        assert f": {REPORT.packages} package" in " ".join(lines[:5]).replace("  ", "")

    def test_how_many_more_packages_a_row_is_about_is_never_cut_off(self):
        names = ("libpython3.11-minimal", "libpython3.11-stdlib", "python3.11")
        matches = [structs.replace(FIXED, package=deb(name, "3.11.2-6+deb12u8", source="python3.11")) for name in names]
        text = scan_table(replace(REPORT, matches=tuple(matches)), width=60)
        assert re.search(r"CVE-2026-1 +critical +libpython.*… \+2 +3\.11", text), text

    @pytest.mark.parametrize("width", [60, 80, 100, 160])
    def test_it_fits(self, width: int):
        text = scan_table(REPORT, width=width)
        assert max(map(len, text.splitlines())) <= width

    def test_it_shows_severity_exploits_states_and_origins(self):
        text = scan_table(REPORT, width=160)
        assert re.search(r"CVE-2026-1 +critical +libssl3 +3.5-1 +3.5-2 +KEV, EPSS 50%, base", text)
        assert re.search(r"GHSA-2 +low +left +1.0.0 +will not be fixed +app", text)
        assert re.search(r"CVE-2026-4 .* not affected", text)
        assert "vex: not_affected" in text
        assert "1 known to be exploited, 2 suppressed or denied" in text
        assert "source: npm.zip, 5 records, 3 days old" in text

    def test_long_versions_take_two_lines_and_are_never_cut(self):
        long = "v0.0.0-20220715151400-c0bba94af5f8-and-more-of-it-than-anybody-would-ever-write"
        row = structs.replace(FIXED, package=deb("app", long), fixed_in="2.0.0-20220715151400-c0bba94af5f8")
        text = scan_table(replace(REPORT, matches=(row, DISMISSED)), width=100)
        assert long in text
        assert "2.0.0-20220715151400-c0bba94af5f8" in text

    def test_control_characters_are_written_out(self):
        assert "\x1b" not in scan_table(REPORT, width=100)
        advice = Advice(upgrades=(Upgrade(name="a\x1b[2J\u202e", version="1\n2", packages=(), removes=1),), removes=1)
        assert scan_table(replace(REPORT, advice=advice), width=200).endswith(
            r"next: upgrade a\x1b[2J\u202e to 1\n2: it removes 1 of 1 vulnerability"
        )

    @pytest.mark.parametrize("other", ["v1.25.0", "go1.25.0"])
    def test_a_go_version_is_the_same_however_it_is_written(self, other: str):
        one, two = (
            structs.replace(FIXED, package=language("golang", "stdlib", version)) for version in ("1.25.0", other)
        )
        assert len(scan_lines([one, two])) == 1
        assert len(scan_lines([one, structs.replace(two, package=language("golang", "stdlib", "v1.25.1"))])) == 2
        assert (
            len(scan_lines([one, structs.replace(two, package=language("golang", "stdlib", other.replace("5", "6")))]))
            == 2
        )


class TestNextStep:
    def test_it_names_what_removes_most(self):
        assert next_step(REPORT) == "next: upgrade openssl to 3.5-2: it removes 1 of 3 vulnerabilities"

    def test_nothing_found_says_whether_all_was_looked_at(self):
        assert "nothing to do" in next_step(EMPTY)
        assert "not everything could be looked at" in next_step(replace(EMPTY, gaps=REPORT.gaps))
        upgrade = Upgrade(name="linux", version="6.1", packages=("linux-libc-dev",), removes=2018)
        many = Advice(upgrades=(upgrade,), removes=2018, remain=1)
        assert next_step(replace(EMPTY, advice=many)).endswith("it removes 2,018 of 2,019 vulnerabilities")
        assert "no upgrade removes any of the 2" in next_step(replace(EMPTY, advice=Advice(remain=2)))


class TestExplanation:
    def test_it_says_where_why_since_when_and_what_fixes_it(self):
        text = explain_vulnerability([FIXED], width=100)
        for line in (
            "CVE-2026-1, also GHSA-1",
            "severity: critical, says Debian",
            "severity: critical, says GHSA, 9.8: CVSS:3.1/",
            "exploited: known since 2026-01-03 (CISA KEV)",
            "exploited within 30 days: 50.0% (EPSS), more probable than 99% of all",
            "where: /var/lib/dpkg/status",
            "layer: sha256:1 (base)",
            "made by: RUN apt-get install",
            "state: fixed in 3.5-2",
            "[changelog]",
            "next: upgrade libssl3 to 3.5-2",
        ):
            assert line in text
        assert "\x1b" not in text
        assert (
            "does not count: not_affected, vulnerable_code_not_present, not built in, by me"
            in explain_vulnerability([DISMISSED], width=200)
        )

    def test_what_was_dismissed_has_no_next_step_and_says_until_when(self):
        ends = replace(DISMISSED.suppressed_by, expires="2027-01-31")
        text = explain_vulnerability([structs.replace(DISMISSED, suppressed_by=ends)], width=200)
        assert "by me, until 2027-01-31 [vex: app.vex.json]" in text
        assert text.endswith("\n\nnext: nothing to do, as it does not count")
        assert explain_vulnerability([UNFIXED], width=200).endswith("\n\nnext: nothing to upgrade to")

    def test_what_is_cut_off_says_so(self):
        long = structs.replace(
            FIXED, advisory=structs.replace(FIXED.advisory, details="word " * 400), brought_by="RUN " + "x " * 400
        )
        text = explain_vulnerability([long], width=100)
        assert re.search(r"word( wo?r?d?)?…\n\n", text), text
        assert re.search(r"made by: RUN (x|\s)+…\n", text), text


class TestMarkdown:
    def test_it_has_counts_rows_and_gaps(self):
        text = scan_markdown(REPORT)
        assert "| [CVE-2026\\-1" not in text
        assert "| [CVE-2026-1](https://example.test/1) | critical | libssl3 |" in text
        assert "## Not known" in text
        assert "<script" not in text
        assert "javascript:" not in text

    def test_nothing_ends_a_cell_early(self):
        assert markdown_text("a|b`c\n") == "a\\|b\\`c\\\\n"

    def test_nobody_is_called_by_a_packages_name(self):
        assert markdown_text("about @types/node, app@1 and me@example.org: @x") == (
            "about @<!-- -->types/node, app@1 and me@example.org: @<!-- -->x"
        )


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


class TestHtml:
    def test_it_needs_nothing_else_and_runs_nothing(self):
        page = _Tags(scan_html(REPORT, tool="prill-1"))
        assert not {"script", "link", "img", "iframe"} & set(page.tags)
        assert set(page.links) == {"https://example.test/1", "https://example.test/2"}

    def test_control_characters_are_written_out_and_lines_stay(self):
        row = structs.replace(
            FIXED, advisory=structs.replace(FIXED.advisory, summary="", details="one\n<b>\x1b]0;x\x07\u202e")
        )
        page = scan_html(replace(REPORT, matches=(row, DISMISSED)), tool="prill-1")
        assert "one\n&lt;b&gt;\\x1b]0;x\\x07\\u202e" in page
        assert not [one for one in page if not one.isprintable() and one != "\n"]

    def test_it_shows_what_was_found_and_what_is_not_known(self):
        text = scan_html(REPORT, tool="prill-1")
        assert "known to be exploited" in text
        assert "What is not known" in text
        assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
        assert "Nothing was found." in scan_html(EMPTY, tool="prill-1")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "less than 2 hours old"), (3 * 3600, "3 hours old"), (86_400, "1 day old"), (9 * 86_400, "9 days old"), (-9999, "dated in the future: a clock is wrong")],
)  # fmt: skip
def test_ages(seconds: int, text: str):
    assert age(seconds) == text
