"""The order of risk, and the step that removes most."""

from msgspec.structs import replace

from advisories import deb, language
from prill.model import Package
from prill.model.advisory import Advisory, Exploitation, Level, Rating
from prill.model.sbom import Subject
from prill.model.scan_report import ScanReport
from prill.model.vulnerability_match import Dismissal, LaterRange, MatchState, VulnerabilityMatch
from prill.vuln.orders import order_of
from prill.vuln.risk import advise, order_by_risk
from prill.vuln.selection import matches_at_least, select, unrated


def match(
    id_: str, level: Level = Level.LOW, *, fixed: str = "2", package: Package | None = None, **used: object
) -> VulnerabilityMatch:
    return VulnerabilityMatch(
        advisory=Advisory(id=id_, ratings=(Rating(level=level, source="x"),), exploitation=Exploitation(**used)),  # type: ignore[arg-type]
        package=package or deb("app", "1"),
        state=MatchState.FIXED if fixed else MatchState.AFFECTED,
        fixed_in=fixed,
        why=(),
    )


KNOWN = match("CVE-2020-1", Level.LOW, known_since="2021-01-01")
PROBABLE = match("CVE-2020-2", Level.LOW, epss=0.6)
CRITICAL = match("CVE-2020-3", Level.CRITICAL, epss=0.002)
FIXABLE = match("CVE-2020-4", Level.HIGH)
UNFIXED = match("CVE-2020-5", Level.HIGH, fixed="")
ABSENT = replace(match("CVE-2020-6", Level.HIGH, fixed=""), absent=("usr/bin/app",))
DISMISSED = replace(
    match("CVE-2020-7", Level.CRITICAL), suppressed_by=Dismissal(kind="vex", status="not_affected", source="x")
)
DENIED = replace(match("CVE-2020-8", Level.CRITICAL, fixed=""), state=MatchState.NOT_AFFECTED)
ALL = (KNOWN, PROBABLE, CRITICAL, FIXABLE, UNFIXED, ABSENT, DISMISSED, DENIED)


def test_the_order_of_risk():
    ordered = order_by_risk(reversed(ALL))
    assert ordered[:6] == (KNOWN, PROBABLE, CRITICAL, FIXABLE, UNFIXED, ABSENT)
    assert set(ordered[6:]) == {DISMISSED, DENIED}


def test_newer_ids_come_first_among_equals():
    ordered = order_by_risk([match("CVE-2019-9"), match("GHSA-x"), match("CVE-2026-100"), match("CVE-2026-99")])
    assert [one.advisory.id for one in ordered] == ["CVE-2026-100", "CVE-2026-99", "CVE-2019-9", "GHSA-x"]


def test_the_step_that_removes_most_comes_first():
    openssl = deb("libssl3", "1", source="openssl")
    advice = advise(
        [match("CVE-1"), match("CVE-2", fixed="10", package=openssl), match("CVE-3", fixed="9", package=openssl), UNFIXED, DISMISSED]
    )  # fmt: skip
    assert [(one.name, one.version, one.removes) for one in advice.upgrades] == [("openssl", "10", 2), ("app", "2", 1)]
    assert (advice.removes, advice.remain) == (3, 1)


def test_languages_packages_of_one_name_are_no_distributions():
    advice = advise([match("CVE-1"), match("CVE-2", package=language("npm", "app", "1"))])
    assert len(advice.upgrades) == 2


def test_selecting_says_what_is_left_out():
    report = ScanReport(subject=Subject(name="x"), distro=None, packages=1, matches=ALL)
    chosen = select(report, levels={Level.CRITICAL}, only_fixed=True)
    assert chosen.matches == (CRITICAL, DISMISSED)
    assert chosen.notes == ("6 findings not shown, as the options ask for others",)
    assert select(report, states={MatchState.NOT_AFFECTED}).matches == (DENIED,)
    assert select(report) is report


def test_what_fails():
    report = ScanReport(
        subject=Subject(name="x"), distro=None, packages=1, matches=(*ALL, match("CVE-9", Level.UNKNOWN))
    )
    assert matches_at_least(report, Level.CRITICAL) == (CRITICAL,)
    assert len(matches_at_least(report, Level.UNKNOWN)) == 7
    assert [one.advisory.id for one in unrated(report)] == ["CVE-9"]


def later(low: str, fixed: str) -> LaterRange:
    order = order_of("PyPI")
    return LaterRange(order.sort_key(low), order.sort_key(fixed) if fixed else b"", last=False, fixed=fixed)


def test_an_upgrade_leads_to_no_version_in_which_what_it_removes_is_back():
    app = language("pypi", "app", "1.2.0")
    branches = replace(match("CVE-2020-1", fixed="1.5.4", package=app), later=(later("1.6.0", "2.3.3"),))
    other = match("CVE-2020-2", fixed="1.6.0", package=app)
    (upgrade,) = advise([branches, other]).upgrades
    assert (upgrade.version, upgrade.removes) == ("2.3.3", 2)
    (alone,) = advise([branches]).upgrades
    assert (alone.version, alone.removes) == ("1.5.4", 1)


def test_what_is_back_for_good_remains():
    app = language("pypi", "app", "1.2.0")
    back = replace(match("CVE-2020-1", fixed="1.5.4", package=app), later=(later("1.6.0", ""),))
    advice = advise([back, match("CVE-2020-2", fixed="1.6.0", package=app)])
    assert [(one.version, one.removes) for one in advice.upgrades] == [("1.6.0", 1)]
    assert (advice.removes, advice.remain) == (1, 1)
