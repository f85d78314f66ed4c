"""Every provider reads its recorded sample, and says what is wrong with what is none."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from advisories import osv, write_json, write_zip
from prill.model.vulnerability_match import MatchState
from prill.vuln.providers import BUILTIN
from prill.vuln.providers.osv import PROVIDER, read_record
from prill.vuln.providers.provider import InvalidAdvisories, Provider, SourceFile
from prill.vuln.records import Exploited, Item, LifeCycle, Probability, Record, Skipped, VersionRange

SAMPLES = {
    "osv/AlmaLinux-9-10.zip": ("osv", {"Record": 2434}),
    "osv/Alpaquita.zip": ("osv", {"Record": 12401, "Skipped": 4588}),
    "osv/PSF.zip": ("osv", {"Skipped": 132}),
    "osv/PyPI-PYSEC.zip": ("osv", {"Record": 2516, "Skipped": 10}),
    "kev.json": ("kev", {"Exploited": 1404}),
    "end-of-life": ("end-of-life", {"LifeCycle": 1370}),
    "providers/alpine-secdb-v3.10-main.yaml": ("alpine-secdb", {"Record": 1111}),
    "providers/debian-tracker-sample.json": ("debian-tracker", {"Record": 6, "Skipped": 1}),
    "providers/epss-sample.csv": ("epss", {"Probability": 5}),
    "providers/redhat-rhsa-2023_3821.csaf.json": ("redhat-csaf", {"Record": 3}),
    "providers/redhat-rhsa-2025_23414.csaf.json": ("redhat-csaf", {"Record": 2}),
}


def provider_of(path: Path) -> Provider:
    head = SourceFile(path, path.name).head()
    return next(provider for provider in BUILTIN if provider.recognises(path, head))


def read(path: Path) -> list[Item]:
    return list(provider_of(path).read(SourceFile(path, path.name)))


def records(path: Path) -> dict[str, Record]:
    return {item.id: item for item in read(path) if isinstance(item, Record)}


def test_every_provider_has_an_id_of_its_own_a_licence_and_a_sample():
    ids = [provider.id for provider in BUILTIN]
    assert len(ids) == len(set(ids))
    assert all(provider.title and provider.license for provider in BUILTIN)
    assert {name for name, _ in SAMPLES.values()} == set(ids)
    modules = {path.stem for path in (Path(__file__).parents[3] / "src/prill/vuln/providers").glob("[a-z]*.py")}
    assert modules - {"provider"} == {provider.__class__.__module__.rpartition(".")[2] for provider in BUILTIN}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_is_recognised_and_read(name: str, shared_data: Path):
    expected, counts = SAMPLES[name]
    path = shared_data / "vuln" / name
    assert provider_of(path).id == expected
    found = Counter(type(item).__name__ for item in read(path))
    assert {kind: found[kind] for kind in counts} == counts


def test_debians_states_are_told_apart(shared_data: Path, tmp_path: Path):
    found = records(shared_data / "vuln/providers/debian-tracker-sample.json")
    assert {one.state for one in found["CVE-2007-2383"].affected} == {MatchState.NOT_AFFECTED}
    assert found["CVE-2008-7220"].affected[0].ranges[0].fixed == "1.6.0.2-1"
    states = {one.ecosystem: one.state for one in found["CVE-2022-0456"].affected}
    assert states["Debian:10"] is MatchState.END_OF_LIFE
    assert states["Debian:12"] is MatchState.FIXED
    releases = {
        "bookworm": {"status": "open", "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": ""},
        "bullseye": {"status": "open", "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": "ignored"},
        "trixie": {"status": "open", "urgency": "unimportant"},
        "buster": {"status": "open", "urgency": "high", "nodsa": "x", "nodsa_reason": "postponed"},
        "sid": {"status": "undetermined", "urgency": "not yet assigned"},
        "forky": {"status": "open", "urgency": "not yet assigned"},
    }
    path = write_json(tmp_path / "tracker.json", {"app": {"CVE-2026-1000": {"releases": releases}}})
    states = {one.ecosystem: one.state for one in records(path)["CVE-2026-1000"].affected}
    assert states == {
        "Debian:12": MatchState.NO_DSA,
        "Debian:11": MatchState.WILL_NOT_FIX,
        "Debian:13": MatchState.UNIMPORTANT,
        "Debian:10": MatchState.POSTPONED,
        "Debian:unstable": MatchState.UNDETERMINED,
        "Debian:14": MatchState.AFFECTED,
    }


def test_red_hats_modules_epochs_and_denials(shared_data: Path):
    ruby = records(shared_data / "vuln/providers/redhat-rhsa-2023_3821.csaf.json")["CVE-2021-33621"]
    assert {one.module for one in ruby.affected} == {"ruby:2.7"}
    assert {one.ecosystem for one in ruby.affected} == {"Red Hat:8"}
    assert ruby.aliases == ("RHSA-2023:3821",)
    assert [one.text for one in ruby.ratings] == ["Moderate", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"]
    bind = records(shared_data / "vuln/providers/redhat-rhsa-2025_23414.csaf.json")["CVE-2021-25220"]
    assert {one.state for one in bind.affected} == {MatchState.FIXED, MatchState.NOT_AFFECTED}
    assert {one.ranges[0].fixed for one in bind.affected if one.state is MatchState.FIXED} == {
        "32:9.8.2-0.68.rc1.el6_10.17"
    }


def test_alpines_entries_may_name_several_ids(tmp_path: Path):
    fixes = {
        "1.2-r0": ["CVE-2019-17349 XSA-295", "unreliable (+ regression)"],
        "0": ["CVE-2020-1"],
        "1.3-r0": ["CVE-2021-1 CVE-2021-2"],
    }
    document = {"distroversion": "v3.20", "packages": [{"pkg": {"name": "xen", "secfixes": fixes}}]}
    path = write_json(tmp_path / "main.json", document)
    found = records(path)
    assert found["CVE-2019-17349"].aliases == ("XSA-295",)
    assert found["CVE-2019-17349"].affected[0].ecosystem == "Alpine:v3.20"
    assert (found["CVE-2021-1"].aliases, found["CVE-2021-2"].aliases) == ((), ())
    assert found["CVE-2020-1"].affected[0].state is MatchState.NOT_AFFECTED
    assert [one.harmless for one in read(path) if isinstance(one, Skipped)] == [True]


def test_alpines_versions_are_text_in_yaml_too_and_others_are_told(tmp_path: Path):
    path = tmp_path / "main.yaml"
    path.write_text(
        "distroversion: v3.22\nreponame: main\npackages:\n- pkg:\n    name: app\n    secfixes:\n"
        "      0: [CVE-2026-1]\n      1.10: [CVE-2026-2]\n      soon: [CVE-2026-3]\n      2-r0:\n- pkg:\n"
        "    name: other\n    secfixes:\n",
        encoding="utf-8",
    )
    first, second = records(path)["CVE-2026-1"].affected[0], records(path)["CVE-2026-2"].affected[0]
    assert first.state is MatchState.NOT_AFFECTED
    assert second.ranges == (VersionRange("", "1.10"),)
    assert [one for one in read(path) if isinstance(one, Skipped)] == [
        Skipped("app soon", "not a version of apk: 'soon'")
    ]


def test_wolfi_has_alpines_form(tmp_path: Path):
    packages = [{"pkg": {"name": "openssl", "secfixes": {"3.1-r0": ["CVE-2026-1"]}}}]
    path = write_json(tmp_path / "wolfi.json", {"urlprefix": "https://packages.wolfi.dev", "packages": packages})
    assert records(path)["CVE-2026-1"].affected[0].ecosystem == "Wolfi"


def test_ends_of_life(shared_data: Path):
    found = {
        (one.product, one.cycle): one for one in read(shared_data / "vuln/end-of-life") if isinstance(one, LifeCycle)
    }
    assert found["debian", "12"] == LifeCycle("debian", "12", "2026-07-11", "2028-06-30")
    assert found["alpine-linux", "3.21"].ends == "2026-11-01"


def test_exploits(shared_data: Path, tmp_path: Path):
    assert Exploited("CVE-2025-48384", "2025-08-25") in read(shared_data / "vuln/kev.json")
    scores = shared_data / "vuln/providers/epss-sample.csv"
    packed = tmp_path / "epss_scores-current.csv.gz"
    packed.write_bytes(gzip.compress(scores.read_bytes()))
    assert Probability("CVE-1999-0005", 0.91963, 0.99214) in read(packed)
    packed.write_bytes(gzip.compress(b"cve,epss,percentile\nCVE-1,2.0,1\nCVE-2,x,y\nCVE-3\n"))
    assert [type(one) for one in read(packed)] == [Skipped] * 3
    packed.write_bytes(gzip.compress(b"#score_date:2026-99-99T00:00:00+0000\ncve,epss,percentile\nCVE-1,0.5,nan\n"))
    assert read(packed) == [Skipped("CVE-1", "nan is no probability")]


class TestOsv:
    def test_a_folder_and_a_single_record_are_read(self, tmp_path: Path):
        (tmp_path / "more").mkdir()
        write_json(tmp_path / "more" / "b.json", osv("B-1"))
        single = write_json(tmp_path / "a.json", osv("A-1"))
        assert set(records(tmp_path)) == {"A-1", "B-1"}
        assert set(records(single)) == {"A-1"}

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ([{"introduced": "0"}, {"fixed": "2"}], [("0", "2", "")]),
            ([{"fixed": "2"}, {"introduced": "1"}], [("1", "2", "")]),
            ([{"introduced": "1"}, {"fixed": "2"}, {"introduced": "3"}], [("1", "2", ""), ("3", "", "")]),
            ([{"introduced": "1"}, {"last_affected": "2"}], [("1", "", "2")]),
            ([{"introduced": "1"}, {"introduced": "1.5"}, {"fixed": "2"}], [("1", "2", "")]),
            (
                [{"introduced": "3"}, {"fixed": "4"}, {"introduced": "1"}, {"fixed": "3"}],
                [("1", "3", ""), ("3", "4", "")],
            ),
            (
                [{"introduced": "4"}, {"last_affected": "2"}, {"introduced": "1"}],
                [("1", "", "2"), ("4", "", "")],
            ),
            ([{"introduced": "0"}, {"fixed": "2"}, {"introduced": "3"}, {"limit": "1"}], [("0", "", "")]),
            ([{"introduced": "0"}, {"limit": "1"}, {"limit": "*"}], [("0", "", "")]),
            (
                [{"introduced": "1", "fixed": "2"}, {"introduced": "3", "last_affected": "4"}],
                [("1", "2", ""), ("3", "", "4")],
            ),
            ([{"introduced": "0"}, {"fixed": "2"}, {"limit": "2.5"}, {"introduced": "3"}], [("0", "2", "")]),
            ([{"introduced": "0"}, {"fixed": "2"}, {"limit": "*"}], [("0", "2", "")]),
            ([{"introduced": "1", "limit": "*"}], [("1", "", "")]),
            ([{"introduced": "1", "limit": "3"}, {"fixed": "2"}], [("1", "2", "")]),
        ],
    )
    def test_events_make_ranges(self, events: list, expected: list):
        found = read_record(json.dumps(osv("A-1", events=events)).encode())
        ranges = [tuple(getattr(one, name) for name in ("introduced", "fixed", "last_affected")) for one in found.affected[0].ranges] if isinstance(found, Record) else []  # fmt: skip
        assert ranges == expected

    def test_a_range_without_a_beginning_is_not_understood(self):
        with pytest.raises(InvalidAdvisories, match="begins nowhere"):
            read_record(json.dumps(osv("A-1", events=[{"fixed": "2"}])).encode())

    def test_a_range_without_a_beginning_is_told_where_another_package_is_understood(self, tmp_path: Path):
        record = osv("A-1", events=[{"introduced": "0"}, {"fixed": "2"}])
        package = {"ecosystem": record["affected"][0]["package"]["ecosystem"], "name": "other"}
        record["affected"].append({"package": package, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "2"}]}]})
        path = tmp_path / "A-1.json"
        path.write_text(json.dumps(record))
        found = [one for one in PROVIDER.read(SourceFile(path, path.name)) if isinstance(one, Skipped)]
        assert [(one.subject, one.harmless) for one in found] == [("A-1", False)]
        assert found[0].reason == f"a range of versions that begins nowhere, of {package['ecosystem']} other"

    def test_what_is_not_before_a_limit_is_not_affected(self):
        events = [{"introduced": "0"}, {"limit": "1.5"}, {"limit": "2.5"}, {"introduced": "3"}]
        found = read_record(json.dumps(osv("A-1", events=events)).encode())
        assert isinstance(found, Record)
        assert found.affected[0].ranges == (VersionRange("0", limit="2.5"),)
        assert found.affected[0].state is MatchState.AFFECTED

    @pytest.mark.parametrize(
        ("ecosystem", "expected"),
        [
            ("Red Hat:enterprise_linux:9::appstream", "Red Hat:9"),
            ("Red Hat:enterprise_linux:10.0", "Red Hat:10"),
            ("Red Hat:rhel_eus:9.2::baseos", "Red Hat:rhel_eus:9.2::baseos"),
            ("SUSE:Linux Enterprise Module for Basesystem 15 SP5", "SUSE:Linux Enterprise Server 15 SP5"),
            ("SUSE:Linux Enterprise Module for Python 3 15 SP5", "SUSE:Linux Enterprise Server 15 SP5"),
            ("SUSE:Linux Enterprise Server 15 SP3-LTSS", "SUSE:Linux Enterprise Server 15 SP3"),
            ("SUSE:Linux Enterprise Server for SAP Applications 15 SP3", "SUSE:Linux Enterprise Server for SAP Applications 15 SP3"),
            ("Debian:12", "Debian:12"),
        ],
    )  # fmt: skip
    def test_modules_and_repositories_are_their_releases(self, ecosystem: str, expected: str):
        record = osv("A-1", ecosystem)
        record["affected"] *= 2
        found = read_record(json.dumps(record).encode())
        assert isinstance(found, Record)
        assert [one.ecosystem for one in found.affected] == [expected]

    @pytest.mark.parametrize(
        ("id_", "ecosystem", "values", "covers", "aliases"),
        [
            ("DSA-1-1", "Debian:12", {"upstream": ["CVE-1", "CVE-2"]}, ("CVE-1", "CVE-2"), ()),
            ("DSA-1-1", "Debian:12", {"related": ["CVE-1", "CVE-2"]}, ("CVE-1", "CVE-2"), ()),
            ("DLA-1-1", "Debian:11", {"upstream": ["CVE-1"], "aliases": ["X-1"]}, ("CVE-1",), ("X-1",)),
            ("USN-1-1", "Ubuntu:22.04:LTS", {"upstream": ["CVE-1", "UBUNTU-CVE-1", "UBUNTU-CVE-2"]}, ("CVE-1", "UBUNTU-CVE-2"), ()),
            ("DEBIAN-CVE-1", "Debian:12", {"upstream": ["CVE-1"], "related": ["CVE-2"]}, (), ("CVE-1",)),
            ("CGA-1", "Wolfi", {"upstream": ["CVE-1", "GHSA-1"]}, (), ("CVE-1", "GHSA-1")),
            ("NEW-1", "Alpine:v3.20", {"upstream": ["CVE-1", "CVE-2"]}, ("CVE-1", "CVE-2"), ()),
            ("ALSA-1", "AlmaLinux:9", {"upstream": ["CVE-1", "RHSA-1"]}, ("CVE-1",), ()),
            ("GHSA-1", "npm", {"aliases": ["CVE-1"], "related": ["CVE-2", "CVE-3"]}, (), ("CVE-1",)),
        ],
    )  # fmt: skip
    def test_what_is_about_several_is_none_of_them(
        self, id_: str, ecosystem: str, values: dict, covers: tuple, aliases: tuple
    ):
        found = read_record(json.dumps(osv(id_, ecosystem, **values)).encode())
        assert isinstance(found, Record)
        assert (found.covers, found.aliases) == (covers, aliases)

    @pytest.mark.parametrize("place", ["ecosystem_specific", "database_specific"])
    @pytest.mark.parametrize(
        "urgency", ["unimportant", "end-of-life", "low", "medium**", "not yet assigned", "unimportant**"]
    )
    @pytest.mark.parametrize("fixed", ["", "2.0"])
    def test_debians_urgency_says_what_the_tracker_says(self, tmp_path: Path, place: str, urgency: str, fixed: str):
        release = {"status": "resolved" if fixed else "open", "urgency": urgency, "fixed_version": fixed}
        tracked = {"app": {"CVE-2026-1": {"releases": {"bookworm": release}}}}
        path = write_json(tmp_path / "tracker.json", tracked)
        (expected,) = records(path).values()
        events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
        record = osv("DEBIAN-CVE-2026-1", "Debian:12", "app", events=events)
        record["affected"][0][place] = {"urgency": urgency}
        found = read_record(json.dumps(record).encode())
        assert isinstance(found, Record)
        assert found.affected[0].state is expected.affected[0].state
        assert found.ratings == expected.ratings

    @pytest.mark.parametrize("specific", [{"urgency": 3}, ["urgency"], "unimportant", {}])
    def test_an_urgency_of_another_shape_says_nothing(self, specific: object):
        record = osv("DEBIAN-CVE-2026-1", "Debian:12", "app", events=[{"introduced": "0"}])
        record["affected"][0]["ecosystem_specific"] = specific
        found = read_record(json.dumps(record).encode())
        assert isinstance(found, Record)
        assert found.affected[0].state is MatchState.AFFECTED

    def test_an_erratum_covers_what_is_related_to_it(self):
        record = osv("ALSA-2026:1", "AlmaLinux:9", "openssl", related=["CVE-2026-1", "CVE-2026-2", "RHBA-1"])
        found = read_record(json.dumps({**record, "summary": "Important: openssl security update"}).encode())
        assert isinstance(found, Record)
        assert found.covers == ("CVE-2026-1", "CVE-2026-2")
        assert found.ratings[0].text == "Important"

    @pytest.mark.parametrize(
        "record",
        [
            {"id": "A-1", "modified": "x"},
            {"id": "A-1", "affected": []},
            {"id": "A-1", "affected": None},
            {"id": "A-1", "affected": [{"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}]},
            osv("A-1", withdrawn="2026-01-01T00:00:00Z"),
        ],
    )
    def test_what_says_nothing_about_versions_is_left_out(self, record: dict):
        found = read_record(json.dumps(record).encode())
        assert isinstance(found, Skipped)
        assert found.harmless

    @pytest.mark.parametrize(
        "data",
        [
            b"[]",
            b"{}",
            b'{"id": 5}',
            b'{"id": ""}',
            b'{"id": "A-1", "affected": "all"}',
            b'{"id": "A-1", "affected": [{"package": {"name": 5}}]}',
            b'{"id": "A-1", "affected": [{"versions": {"1": true}}]}',
            b'{"id": "A-1", "aliases": "CVE-1"}',
            b'{"id": "A-1"',
            b"\xff\xfe{}",
            b"[" * 100_000,
            json.dumps({"id": "A" * 300}).encode(),
        ],
    )
    def test_wrong_types_are_an_error(self, data: bytes):
        with pytest.raises(InvalidAdvisories):
            read_record(data)

    def test_what_is_null_is_not_there(self):
        record = osv("A-1")
        record["affected"][0] |= {"versions": None, "severity": None}
        found = read_record(json.dumps(record).encode())
        assert isinstance(found, Record)
        assert found.affected[0].ranges == (VersionRange("0", "2.0"),)
        record["affected"][0] |= {"versions": ["1.5"], "ranges": None}
        found = read_record(json.dumps(record).encode())
        assert isinstance(found, Record)
        assert (found.affected[0].ranges, found.affected[0].versions) == ((), ("1.5",))
        record["affected"][0]["ranges"] = [{"type": "ECOSYSTEM", "events": None}]
        assert isinstance(read_record(json.dumps(record).encode()), Record)

    def test_a_hundred_thousand_versions_are_read_and_more_than_twice_that_are_not(self):
        record = osv("A-1")
        record["affected"][0]["versions"] = [f"{number}.0" for number in range(100_000)]
        found = read_record(json.dumps(record).encode())
        assert isinstance(found, Record)
        assert len(found.affected[0].versions) == 100_000
        record["affected"][0]["versions"] *= 3
        with pytest.raises(InvalidAdvisories, match="more than 200000 versions"):
            read_record(json.dumps(record).encode())

    def test_one_bad_record_of_a_zip_is_left_out_by_name(self, tmp_path: Path):
        path = write_zip(tmp_path / "all.zip", osv("A-1"), {"id": "B-1", "affected": "x"})
        found = read(path)
        assert [one.subject for one in found if isinstance(one, Skipped)] == ["B-1.json"]
        assert set(records(path)) == {"A-1"}

    def test_a_zip_bomb_is_refused(self, tmp_path: Path):
        path = write_zip(tmp_path / "all.zip", osv("A-1", details="x" * (33 << 20)))
        with pytest.raises(InvalidAdvisories, match="33554432 are read at most"):
            read(path)

    def test_a_cut_zip_is_refused(self, tmp_path: Path):
        path = write_zip(tmp_path / "all.zip", osv("A-1"))
        path.write_bytes(path.read_bytes()[:-30])
        with pytest.raises(InvalidAdvisories):
            read(path)


def test_a_record_of_the_tracker_that_is_no_utf8_is_skipped(tmp_path: Path):
    path = tmp_path / "tracker.json"
    path.write_bytes(b'{"x": {"CVE-2026-1": {"releases": {"trixie": {"status": "\xff"}}}}}')
    assert [item.subject for item in read(path) if isinstance(item, Skipped)] == ["x CVE-2026-1"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kev.json", '{"catalogVersion": "1", "vulnerabilities": {}}'),
        ("kev2.json", '{"catalogVersion": "1", "vulnerabilities": [], "x": ' + "[" * 100_000 + "]" * 100_000 + "}"),
        ("tracker.json", '{"x": {"CVE-1": "releases", "releases": 1}, "y": 5}\n"CVE-2"'),
        ("main.yaml", "packages: [{pkg: {name: x, secfixes: [1]}}]"),
        ("main2.yaml", "packages: []\n# secfixes"),
        ("main3.yaml", "packages: [\n# secfixes"),
        ("x.csaf.json", '{"csaf_version": "2.0", "document": 5}'),
        (
            "y.csaf.json",
            '{"csaf_version": "2.0", "document": {"tracking": {"id": "X"}, "publisher": {"name": "Other"}}}',
        ),
        ("scores.csv", "cve,epss,percentile,more\n"),
        ("product.md", "---\ntitle: x\nreleasePolicyLink: x\nreleases: 5\n---\n"),
        ("product2.md", "---\n\nreleasePolicyLink: [\n---\n"),
        ("product3.md", "---\n\nreleasePolicyLink: x\nreleases: [{releaseCycle: 1, eol: 2026-02-30}]\n---\n"),
        ("main4.yaml", "date: 2026-13-45\npackages: [{pkg: {name: x, secfixes: {}}}]"),
    ],
)
def test_a_document_of_another_shape_is_an_error(name: str, text: str, tmp_path: Path):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InvalidAdvisories):
        read(path)
