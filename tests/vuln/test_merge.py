"""One row a vulnerability, with all its ids; what is known elsewhere is added."""

from dataclasses import replace
from pathlib import Path

from advisories import DEBIAN, deb, opened
from prill.model import Location, Package
from prill.model.advisory import Advisory, Exploitation, Level, Rating
from prill.model.vulnerability_match import Claim, MatchState, VulnerabilityMatch
from prill.vuln.database_match import match_database
from prill.vuln.merge import enrich, merge_matches
from prill.vuln.records import Affected, Exploited, Probability, RatingText, Record, VersionRange

APP = deb("app", "1.0-1")


def match(id_: str, *aliases: str, package: Package = APP, fixed: str = "", **values: object) -> VulnerabilityMatch:
    state = MatchState.FIXED if fixed else values.pop("state", MatchState.AFFECTED)
    ratings = values.pop("ratings", ())
    return VulnerabilityMatch(
        advisory=Advisory(id=id_, aliases=aliases, ratings=ratings),  # type: ignore[arg-type]
        package=package,
        state=state,  # type: ignore[arg-type]
        fixed_in=fixed,
        why=(Claim(source=id_, statement="says so"),),
    )


def test_ids_that_meet_anywhere_are_one_vulnerability():
    (one,) = merge_matches(
        [match("GHSA-1", "CVE-2026-1"), match("PYSEC-1", "GHSA-2"), match("X-1", "GHSA-2", "GHSA-1")]
    )
    assert one.advisory.id == "CVE-2026-1"
    assert one.advisory.aliases == ("GHSA-1", "GHSA-2", "PYSEC-1", "X-1")
    assert [claim.source for claim in one.why] == ["GHSA-1", "PYSEC-1", "X-1"]


def test_an_advisory_about_several_makes_no_two_of_them_one():
    merged = merge_matches([match("CVE-2026-1", "RHSA-2026:1"), match("CVE-2026-2", "RHSA-2026:1")])
    assert [one.advisory.id for one in merged] == ["CVE-2026-1", "CVE-2026-2"]


def test_an_advisory_that_is_no_erratum_makes_no_two_of_them_one_either(tmp_path: Path):
    affected = (Affected("Debian:12", "app", (VersionRange("", "2"),)),)
    about_both = Record(id="GHSA-1", affected=affected, covers=("CVE-2026-1", "CVE-2026-2"))
    with opened(tmp_path / "a.db", [about_both]) as database:
        answer = match_database([deb("app", "1")], DEBIAN, database)
    merged = merge_matches(answer.matches, answer.several)
    assert [(one.advisory.id, one.advisory.aliases) for one in merged] == [
        ("CVE-2026-1", ("GHSA-1",)),
        ("CVE-2026-2", ("GHSA-1",)),
    ]


def test_packages_stay_apart():
    assert len(merge_matches([match("CVE-2026-1"), match("CVE-2026-1", package=deb("other", "1"))])) == 2


def test_a_package_that_lies_in_two_places_lies_in_both():
    one, other = (replace(APP, locations=(Location(path, ""),)) for path in ("a/status", "b/status"))
    (found,) = merge_matches([match("CVE-2026-1", package=one), match("CVE-2026-1", package=other)])
    assert [place.path for place in found.package.locations] == ["a/status", "b/status"]


def test_a_fix_goes_before_other_states_and_the_highest_version_satisfies_all():
    (one,) = merge_matches(
        [
            match("CVE-2026-1", state=MatchState.NO_DSA),
            match("CVE-2026-1", fixed="1.0-9"),
            match("CVE-2026-1", fixed="1.0-10"),
        ]
    )
    assert (one.state, one.fixed_in) == (MatchState.FIXED, "1.0-10")


def test_the_vendors_word_goes_before_cvss_and_newer_cvss_before_older():
    two = Rating(level=Level.LOW, source="x", vector="AV:N", score=3.0)
    three = Rating(level=Level.HIGH, source="x", vector="CVSS:3.1/…", score=8.0)
    four = Rating(level=Level.MEDIUM, source="x", vector="CVSS:4.0/…", score=6.0)
    word = Rating(level=Level.LOW, source="Debian")
    (one,) = merge_matches([match("CVE-2026-1", ratings=(two, three)), match("CVE-2026-1", ratings=(four, word))])
    assert one.advisory.ratings == (word, four, three, two)
    assert one.advisory.level is Level.LOW


def test_what_is_known_elsewhere_is_added(tmp_path: Path):
    elsewhere = Record(
        id="GO-1",
        aliases=("CVE-2026-1",),
        affected=(Affected("Go", "x", (VersionRange(),)),),
        ratings=(RatingText("GO", "HIGH"), RatingText("GO", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")),
        summary="what it is",
    )
    with opened(tmp_path / "a.db", [elsewhere, Exploited("CVE-2026-1", "2026-02-03")]) as database:
        (one,) = enrich([match("CVE-2026-1")], database)
    assert one.advisory.aliases == ("GO-1",)
    assert one.advisory.exploitation.known_since == "2026-02-03"
    assert one.advisory.summary == "what it is"
    assert [(rating.score, rating.source) for rating in one.advisory.ratings] == [(7.5, "GO")]


def test_what_is_known_of_exploits_by_any_of_its_ids_counts(tmp_path: Path):
    said = [
        Probability("CVE-2026-1", 0.2, 0.9),
        Probability("CVE-2026-2", 0.3, 0.95),
        Exploited("CVE-2026-2", "2026-02-03"),
        Exploited("CVE-2026-3", "2026-01-02"),
    ]
    with opened(tmp_path / "a.db", said) as database:
        (one,) = enrich([match("CVE-2026-1", "CVE-2026-2", "CVE-2026-3", "GHSA-1")], database)
    assert one.advisory.exploitation == Exploitation(known_since="2026-01-02", epss=0.3, percentile=0.95)


def test_another_ecosystems_word_is_not_borrowed(tmp_path: Path):
    elsewhere = Record(
        id="CVE-2026-1",
        affected=(Affected("Debian:12", "x", (VersionRange(),)),),
        ratings=(RatingText("Debian", "low"),),
    )
    with opened(tmp_path / "a.db", [elsewhere]) as database:
        (one,) = enrich([match("CVE-2026-1")], database)
    assert one.advisory.level is Level.UNKNOWN
