"""What counts as a whole feed: by where it is from, by what its records name, and by how many there are."""

import json
from pathlib import Path

import pytest

from advisories import DEBIAN, built, deb, osv, write_json, write_zip
from prill.vuln.coverage import FEWEST_IN_A_FEED, covered_by, why_not_covered
from prill.vuln.database import open_database
from prill.vuln.database_builder import DatabaseBuilder
from prill.vuln.database_match import match_database
from prill.vuln.feeds import is_whole_feed
from prill.vuln.providers import alpine_secdb, debian_tracker
from prill.vuln.providers import osv as osv_provider
from prill.vuln.providers.provider import Provider, SourceFile
from prill.vuln.records import Affected, Covered, Record, VersionRange

MANY = FEWEST_IN_A_FEED


def covered(provider: Provider, path: Path, *, whole: bool = False) -> set[Covered]:
    return {item for item in provider.read(SourceFile(path, path.name, whole)) if isinstance(item, Covered)}


def records(ecosystem: str, count: int, *more: str, begin: int = 0) -> list[dict]:
    found = []
    for number in range(begin, begin + count):
        one = osv(f"A-{number}", ecosystem)
        one["affected"] += [osv("x", other)["affected"][0] for other in more]
        found.append(one)
    return found


@pytest.mark.parametrize(
    ("documents", "whole", "expected"),
    [
        (records("PyPI", 3), False, []),
        (records("PyPI", 3), True, ["PyPI"]),
        (records("PyPI", MANY), False, ["PyPI"]),
        # what a feed of one ecosystem says of another is by the way
        (records("PyPI", MANY) + records("PyPI", 1, "npm", begin=MANY), False, ["PyPI"]),
        (records("Debian:12", MANY) + records("Debian:12", MANY, "Debian:11", begin=MANY), False, ["Debian:12"]),
        # of a whole distribution, those releases that it has many records of
        (records("AlmaLinux:9", MANY) + records("AlmaLinux:8", 3, begin=MANY), False, ["AlmaLinux:9"]),
        (records("AlmaLinux:9", 2) + records("AlmaLinux:8", 3, begin=2), True, ["AlmaLinux:8", "AlmaLinux:9"]),
        (records("npm", MANY) + records("PyPI", MANY, begin=MANY), False, []),
        (
            records("npm", 5000) + records("PyPI", MANY, begin=5000) + records("Pub", 2, begin=9000),
            False,
            ["PyPI", "npm"],
        ),
    ],
    ids=[
        "few",
        "few-from-the-feed",
        "many",
        "by-the-way",
        "release",
        "releases",
        "known-releases",
        "mixed",
        "database",
    ],
)
def test_osv_is_the_feed_of_what_all_its_records_name(
    tmp_path: Path, documents: list[dict], *, whole: bool, expected: list[str]
):
    path = write_zip(tmp_path / "all.zip", *documents)
    assert covered(osv_provider.PROVIDER, path, whole=whole) == {Covered(name) for name in expected}


def test_an_excerpt_of_debians_tracker_covers_nothing(tmp_path: Path, shared_data: Path):
    sample = shared_data / "vuln" / "providers" / "debian-tracker-sample.json"
    assert covered(debian_tracker.PROVIDER, sample) == set()
    assert Covered("Debian:12") in covered(debian_tracker.PROVIDER, sample, whole=True)
    said = {"CVE-2026-1": {"releases": {"trixie": {"status": "open", "urgency": "low"}}}}
    path = write_json(tmp_path / "tracker.json", {f"app{number}": said for number in range(1000)})
    assert covered(debian_tracker.PROVIDER, path) == {Covered("Debian:13")}


def test_alpines_release_is_covered_by_all_its_repositories(shared_data: Path, tmp_path: Path):
    main = shared_data / "vuln" / "providers" / "alpine-secdb-v3.11-main.yaml"
    assert covered(alpine_secdb.PROVIDER, main) == {Covered("Alpine:v3.11", "main")}
    coverage = {("Alpine:v3.11", "main")}
    assert covered_by(coverage, ["Alpine:v3.11"]) == set()
    assert (
        why_not_covered(coverage, "Alpine:v3.11") == "the database has the advisories of its main, not of its community"
    )
    assert covered_by({*coverage, ("Alpine:v3.11", "community")}, ["Alpine:v3.11", "Alpine:v3.10"]) == {"Alpine:v3.11"}
    few = {
        "distroversion": "v3.20",
        "reponame": "main",
        "packages": [{"pkg": {"name": "a", "secfixes": {"1": ["CVE-1"]}}}],
    }
    path = tmp_path / "main.json"
    path.write_text(json.dumps(few))
    assert covered(alpine_secdb.PROVIDER, path) == set()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://security-tracker.debian.org/tracker/data/json", True),
        ("https://mirror.example.test/osv/PyPI/all.zip?x=1", True),
        ("file:///data/PyPI/all.zip", True),
        ("file:///data/PyPI.zip", False),
        ("https://mirror.example.test/tracker.json", False),
    ],
)
def test_an_address_says_whether_all_is_there(address: str, *, expected: bool):
    assert is_whole_feed(address) is expected


def test_few_records_of_a_release_do_not_cover_it(tmp_path: Path):
    record = Record(id="CVE-2026-1", affected=(Affected("Debian:12", "app", (VersionRange("", "2.0"),)),))
    path, _ = built(tmp_path / "a.db", record, whole=False)
    with open_database(path) as database:
        answer = match_database([deb("app", "1.0"), deb("other", "1.0")], DEBIAN, database)
    assert [match.advisory.id for match in answer.matches] == ["CVE-2026-1"]
    assert answer.covered == set()
    assert answer.partly == {"Debian:12": "the database has some records about it, and no whole feed"}


def test_what_a_database_covers_goes_with_its_source(tmp_path: Path):
    record = Record(id="CVE-2026-1", affected=(Affected("PyPI", "app", (VersionRange("", "2.0"),)),))
    path, taken = built(tmp_path / "a.db", record)
    for without, expected in ((frozenset(), {("PyPI", "")}), (frozenset({("test", taken.source.name)}), set())):
        builder = DatabaseBuilder()
        with open_database(path) as database:
            builder.adopt(database, without=without)
        copy = tmp_path / "copy.db"
        copy.write_bytes(builder.finish(created=1))
        with open_database(copy) as database:
            assert database.coverage == expected
