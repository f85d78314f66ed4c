"""Installed packages and the database: names, releases, modules, states."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisories import DEBIAN, apk, deb, language, opened, rpm
from prill.model import Distro, Package
from prill.model.vulnerability_match import MatchState
from prill.vuln.database_match import DatabaseAnswer, match_database
from prill.vuln.foreign import foreign_vendor
from prill.vuln.lookups import ecosystems_of
from prill.vuln.merge import merge_matches
from prill.vuln.records import Affected, Record, VersionRange

BEFORE_2 = (VersionRange("", "2.0"),)
ALWAYS = (VersionRange(),)


def record(ecosystem: str, name: str, id_: str = "CVE-2026-1", **values: object) -> Record:
    state = values.pop("state", MatchState.FIXED)
    ranges = values.pop("ranges", BEFORE_2)
    module = values.pop("module", "")
    return Record(id=id_, affected=(Affected(ecosystem, name, ranges, (), state, module),), **values)  # type: ignore[arg-type]


def matched(tmp_path: Path, package: Package, *records: Record, distro: Distro | None = DEBIAN) -> DatabaseAnswer:
    with opened(tmp_path / "a.db", records) as database:
        return match_database([package], distro, database)


def ids(answer: DatabaseAnswer) -> list[str]:
    return [match.advisory.id for match in answer.matches]


@pytest.mark.parametrize(
    ("package", "distro", "ecosystem", "name"),
    [
        (deb("libssl3", "1.5", source="openssl"), DEBIAN, "Debian:12", "openssl"),
        (deb("app", "1.5"), Distro(id="ubuntu", version="22.04"), "Ubuntu:22.04:LTS", "app"),
        (apk("libssl", "1.5-r0", "openssl"), Distro(id="alpine", version="3.20.1"), "Alpine:v3.20", "openssl"),
        (apk("libssl", "1.5-r0", "openssl"), Distro(id="wolfi", version="20230201"), "Wolfi", "openssl"),
        (apk("libssl", "1.5-r0", "openssl"), Distro(id="alpaquita", version="23"), "Alpaquita:23", "openssl"),
        (rpm("openssl-libs", "1:1.5-1"), Distro(id="almalinux", version="9.4"), "AlmaLinux:9", "openssl-libs"),
        (rpm("app", "1.5-1"), Distro(id="rocky", version="9.4"), "Rocky Linux:9", "app"),
        (rpm("app", "1.5-1"), Distro(id="opensuse-tumbleweed", version="20260801"), "openSUSE:Tumbleweed", "app"),
        (rpm("app", "1.5-1"), Distro(id="mageia", version="9"), "Mageia:9", "app"),
        (rpm("app", "1.5-1"), Distro(id="photon", version="5.0"), "Photon OS:5.0", "app"),
        (rpm("app", "1.5-1"), Distro(id="azurelinux", version="3.0"), "Azure Linux:3", "app"),
        (rpm("app", "1.5-1"), Distro(id="mariner", version="2.0"), "Azure Linux:2", "app"),
        (apk("app", "1.5-r0", "app"), Distro(id="minimos", version="20260801"), "MinimOS", "app"),
        (language("pypi", "My.App", "1.5"), None, "PyPI", "my-app"),
        (language("npm", "@scope/app", "1.5.0"), None, "npm", "@scope/app"),
        (language("maven", "org.example/app", "1.5"), None, "Maven", "org.example:app"),
        (language("golang", "stdlib", "go1.5"), None, "Go", "stdlib"),
        (language("golang", "github.com/masterminds/goutils", "v1.1.0"), None, "Go", "github.com/Masterminds/goutils"),
        (language("golang", "github.com/Masterminds/goutils", "v1.1.0"), None, "Go", "github.com/Masterminds/goutils"),
        (language("nuget", "Newtonsoft.Json", "1.5.0"), None, "NuGet", "newtonsoft.json"),
    ],
)
def test_a_package_is_found_by_the_name_its_ecosystem_uses(
    tmp_path: Path, package: Package, distro: Distro | None, ecosystem: str, name: str
):
    fixed = (VersionRange("", "1:2.0"),) if "Alma" in ecosystem else BEFORE_2
    answer = matched(tmp_path, package, record(ecosystem, name, ranges=fixed), distro=distro)
    assert ids(answer) == ["CVE-2026-1"]
    assert answer.covered == {ecosystem}
    assert answer.matches[0].fixed_in == fixed[0].fixed


def test_another_release_says_nothing(tmp_path: Path):
    answer = matched(tmp_path, deb("app", "1.5"), record("Debian:11", "app"))
    assert (ids(answer), answer.covered) == ([], frozenset())


@pytest.mark.parametrize(
    ("ends", "fixed_in"),
    [
        ([("", "0.13.0"), ("0.13.0", "0.14.0rc1")], "0.14.0rc1"),
        ([("0.13", "0.14.0rc1"), ("", "0.13.0")], "0.14.0rc1"),
        ([("", "0.13.0"), ("0.13.0", "0.14"), ("0.14", "1.0")], "1.0"),
        ([("", "0.13.0"), ("0.13.0", "")], ""),
        ([("", "0.13.0"), ("0.13.1", "0.14")], "0.13.0"),
    ],
)
def test_a_version_that_another_range_has_fixes_nothing(tmp_path: Path, ends: list[tuple[str, str]], fixed_in: str):
    ranges = tuple(VersionRange(*one) for one in ends)
    (match,) = matched(tmp_path, language("pypi", "app", "0.12"), record("PyPI", "app", ranges=ranges)).matches
    assert match.fixed_in == fixed_in
    assert match.state is (MatchState.FIXED if fixed_in else MatchState.AFFECTED)


def test_later_branches_that_have_it_again_are_known(tmp_path: Path):
    ranges = (VersionRange("", "1.5.4"), VersionRange("1.6.0", "2.3.3"))
    for installed, later in (("1.2.0", ["2.3.3"]), ("1.6.1", [])):
        (match,) = matched(tmp_path, language("pypi", "app", installed), record("PyPI", "app", ranges=ranges)).matches
        assert [one.fixed for one in match.later] == later
        (merged,) = merge_matches([match])
        assert merged.later == match.later


def test_the_sources_version_counts_not_the_binarys(tmp_path: Path):
    package = deb("app-tools", "9:3.0", source="app", source_version="1.5")
    assert ids(matched(tmp_path, package, record("Debian:12", "app"))) == ["CVE-2026-1"]


@pytest.mark.parametrize("state", [state for state in MatchState if state is not MatchState.FIXED])
def test_the_vendors_states_stay_distinct(tmp_path: Path, state: MatchState):
    (match,) = matched(tmp_path, deb("app", "1.5"), record("Debian:12", "app", ranges=ALWAYS, state=state)).matches
    assert match.state is state
    assert match.fixed_in == ""
    assert match.counts is (state is not MatchState.NOT_AFFECTED)
    said = {
        MatchState.NOT_AFFECTED: "no version is affected",
        MatchState.UNDETERMINED: "whether this version is affected is not determined",
    }.get(state, "this version is affected, and no fixed one is named")
    assert match.why[0].statement == f"Debian:12, app: {said}; installed is 1.5"


@pytest.mark.parametrize(
    ("stream", "module", "found"),
    [("nodejs:18:8090:abc", "nodejs:18", True), ("nodejs:20:1", "nodejs:18", False), ("", "nodejs:18", False), ("nodejs:18:1", "", False), ("", "", True)],
)  # fmt: skip
def test_a_module_stream_is_only_about_itself(tmp_path: Path, stream: str, module: str, found: bool):  # noqa: FBT001
    package = rpm("npm", "1.5-1", module=stream)
    answer = matched(
        tmp_path, package, record("Red Hat:9", "npm", module=module), distro=Distro(id="rhel", version="9.4")
    )
    assert bool(answer.matches) is found


@pytest.mark.parametrize("version", ["1.5-1", "1:1.5-1"])
@pytest.mark.parametrize(("fixed", "found"), [("1:1.4-1", False), ("1:1.6-1", True)])
def test_an_epoch_that_stands_only_in_the_purl_counts(tmp_path: Path, version: str, fixed: str, found: bool):  # noqa: FBT001
    package = rpm("nodejs", version)
    package = replace(package, details=replace(package.details, epoch=1))
    erratum = record("AlmaLinux:9", "nodejs", ranges=(VersionRange("", fixed),))
    assert bool(matched(tmp_path, package, erratum, distro=Distro(id="almalinux", version="9")).matches) is found


def test_what_is_said_of_a_source_counts_for_its_packages_unless_they_are_spoken_of(tmp_path: Path):
    rhel = Distro(id="rhel", version="9.4")
    package = rpm("python3-libs", "3.9-1.el9", source="python3.9-3.9-1.el9.src.rpm")
    by_source = record("Red Hat:9", "python3.9", ranges=(VersionRange("", "3.9-2.el9"),))
    assert ids(matched(tmp_path, package, by_source, distro=rhel)) == ["CVE-2026-1"]
    denied = Affected("Red Hat:9", "python3-libs", ALWAYS, (), MatchState.NOT_AFFECTED)
    both = Record(id="CVE-2026-1", affected=(*by_source.affected, denied))
    (match,) = matched(tmp_path, package, both, distro=rhel).matches
    assert match.state is MatchState.NOT_AFFECTED


def test_an_advisory_about_several_gives_one_match_each(tmp_path: Path):
    erratum = record("AlmaLinux:9", "app", "ALSA-2026:1", covers=("CVE-2026-1", "CVE-2026-2"))
    answer = matched(tmp_path, rpm("app", "1.5-1"), erratum, distro=Distro(id="almalinux", version="9"))
    assert [(one.advisory.id, one.advisory.aliases) for one in answer.matches] == [
        ("CVE-2026-1", ("ALSA-2026:1",)),
        ("CVE-2026-2", ("ALSA-2026:1",)),
    ]


def test_the_reason_is_a_sentence(tmp_path: Path):
    (match,) = matched(tmp_path, deb("app", "1.5"), record("Debian:12", "app")).matches
    assert match.why[0].source == "test: CVE-2026-1"
    assert match.why[0].statement == "Debian:12, app: versions before 2.0 are affected; installed is 1.5"


def test_a_version_nobody_can_read_is_a_gap_where_there_are_advisories(tmp_path: Path):
    answer = matched(tmp_path, language("golang", "app", "(devel)"), record("Go", "app"))
    assert answer.matches == ()
    assert "its version cannot be compared" in answer.gaps[0].reason
    assert matched(tmp_path, language("golang", "other", "(devel)"), record("Go", "app")).gaps == ()


def test_what_the_distribution_owns_is_the_distributions(tmp_path: Path):
    owned = language("pypi", "app", "1.5", owner="pkg:deb/debian/python3-app@1.5")
    assert matched(tmp_path, owned, record("PyPI", "app")).matches == ()


def test_made_up_purls_find_nothing_and_break_nothing(tmp_path: Path):
    for purl in ("pkg:nothing/x@1", "pkg:", "x", "pkg:maven/@1", "pkg:npm/%zz@1"):
        package = Package(name="x", version="1", purl=purl, found_by="x", details=language("npm", "x", "1").details)
        assert matched(tmp_path, package, record("npm", "app")).matches == ()


@pytest.mark.parametrize(
    ("kind", "name", "version", "expected"),
    [
        ("golang", "stdlib", "go1.21rc2", "1.21.0-rc.3"),
        ("golang", "stdlib", "1.21rc3", ""),
        ("golang", "stdlib", "1.20", "1.20.5"),
        ("golang", "stdlib", "go1.20.5-fips", ""),
        ("golang", "stdlib", "go1.20.4 X:boringcrypto", "1.20.5"),
        ("golang", "stdlib", "1.21.0-0", "1.21.0-rc.3"),
        ("golang", "stdlib", "1.21.0-rc.2", "1.21.0-rc.3"),
        ("golang", "stdlib", "devel", "gap"),
        ("bitnami", "app", "2.0.0-3", ""),
        ("bitnami", "app", "1.9.9-3", "2.0.0"),
        ("bitnami", "app", "2.0.0-rc.1", "2.0.0"),
        ("gem", "app", "2.0.0-x86_64-linux", ""),
        ("gem", "app", "1.9.0-java", "2.0.0"),
    ],
)
def test_versions_are_read_as_their_advisories_write_them(
    kind: str, name: str, version: str, expected: str, tmp_path: Path
):
    ranges = (
        (VersionRange("0", "1.20.5"), VersionRange("1.21.0-0", "1.21.0-rc.3"))
        if kind == "golang"
        else (VersionRange("0", "2.0.0"),)
    )
    ecosystem = {"golang": "Go", "bitnami": "Bitnami", "gem": "RubyGems"}[kind]
    with opened(tmp_path / "a.db", [Record(id="A", affected=(Affected(ecosystem, name, ranges),))]) as database:
        answer = match_database([language(kind, name, version)], None, database)
    found = [match.fixed_in for match in answer.matches] + ["gap" for _ in answer.gaps]
    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("15.5", "SUSE:Linux Enterprise Server 15 SP5"),
        ("15", "SUSE:Linux Enterprise Server 15"),
        ("12.5", "SUSE:Linux Enterprise Server 12 SP5"),
        ("16.0", "SUSE:Linux Enterprise Server 16.0"),
    ],
)
def test_service_packs_are_spelled_as_their_advisories_do(version: str, expected: str):
    assert ecosystems_of(rpm("app", "1-1"), Distro(id="sles", version=version)) == (expected,)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("alma", "AlmaLinux:9"),
        ("redhat", "Red Hat:9"),
        ("opensuse.leap", "openSUSE:Leap 9.4"),
        ("suse linux enterprise server", "SUSE:Linux Enterprise Server 9.4"),
    ],
)
def test_trivys_names_of_distributions_are_known(name: str, expected: str):
    assert ecosystems_of(rpm("app", "1-1"), Distro(id=name, version="9.4")) == (expected,)


def test_what_stands_for_a_version_is_not_compared(tmp_path: Path):
    answer = matched(tmp_path, language("maven", "org.example/app", "${revision}"), record("Maven", "org.example:app"))
    assert ids(answer) == []
    assert [(gap.subject, "cannot be compared" in gap.reason) for gap in answer.gaps] == [("org.example/app", True)]


@pytest.mark.parametrize(
    ("installed", "found"), [("2.6.0+cu124", 1), ("2.6.0", 1), ("2.5.9+cpu", 1), ("2.6.1+cpu", 0), ("2.6.0.post1", 0)]
)
def test_a_local_label_of_pythons_does_not_lead_out_of_a_range(tmp_path: Path, installed: str, found: int):
    last = record("PyPI", "torch", ranges=(VersionRange("0", "", "2.6.0"),))
    assert len(ids(matched(tmp_path, language("pypi", "torch", installed), last))) == found


def test_a_version_that_is_listed_with_its_label_is_affected(tmp_path: Path):
    listed = Record(id="CVE-2026-1", affected=(Affected("PyPI", "torch", (), ("1.0+evil",), MatchState.AFFECTED),))
    for version, found in (("1.0+evil", 1), ("1.0", 0), ("1.0+good", 0)):
        (tmp_path / version).mkdir()
        answer = matched(tmp_path / version, language("pypi", "torch", version), listed)
        assert len(answer.matches) == found


def test_a_composer_version_without_all_its_numbers_is_in_the_range(tmp_path: Path):
    """Composer gives each version four numbers before it asks PHP, to which 2.0 is before 2.0.0."""
    fixed = record("Packagist", "example/app", ranges=(VersionRange("2.0.0", "2.0.1"),))
    assert ids(matched(tmp_path, language("composer", "example/app", "v2.0"), fixed)) == ["CVE-2026-1"]


def test_a_limit_ends_a_range_and_fixes_nothing(tmp_path: Path):
    record = Record(id="A", affected=(Affected("PyPI", "app", (VersionRange("0", limit="2.0"),)),))
    with opened(tmp_path / "a.db", [record]) as database:
        packages = [language("pypi", "app", "1.9"), language("pypi", "app", "2.0")]
        (found,) = match_database(packages, None, database).matches
    assert (found.package.version, found.state, found.fixed_in) == ("1.9", MatchState.AFFECTED, "")


@pytest.mark.parametrize(
    ("ecosystem", "kind", "name", "installed"),
    [
        ("Packagist:https://packages.example.test/8", "composer", "Example/app", "example/app"),
        ("Maven:https://repo.example.test", "maven", "org.example:app", "org.example/app"),
    ],
)
def test_the_repository_that_an_advisory_names_hides_nothing(
    ecosystem: str, kind: str, name: str, installed: str, tmp_path: Path
):
    assert ids(matched(tmp_path, language(kind, installed, "1.5"), record(ecosystem, name))) == ["CVE-2026-1"]


@pytest.mark.parametrize(
    ("distro", "vendor", "found_by", "expected"),
    [
        ("almalinux", "AlmaLinux", "rpm", ""),
        ("almalinux", "Fedora Project", "rpm", "Fedora Project"),
        ("rhel", "Red Hat, Inc.", "rpm", ""),
        ("rocky", "Rocky Enterprise Software Foundation", "rpm", ""),
        ("opensuse-leap", "openSUSE", "rpm", ""),
        ("sles", "SUSE LLC <https://www.suse.com/>", "rpm", ""),
        ("rhel", "", "rpm", ""),
        ("other", "Somebody", "rpm", ""),
        ("rhel", "Somebody", "document", ""),
    ],
)
def test_who_else_built_an_rpm_package(distro: str, vendor: str, found_by: str, expected: str):
    package = rpm("app", "1-1")
    package = replace(package, found_by=found_by, details=replace(package.details, vendor=vendor))  # type: ignore[type-var]
    assert foreign_vendor(package, Distro(id=distro, version="9")) == expected
    assert foreign_vendor(package, None) == foreign_vendor(deb("app", "1"), Distro(id=distro, version="9")) == ""


@pytest.mark.parametrize(("version", "found"), [("1.5-1", []), ("1.5-1~bookworm", ["CVE-2026-1"])])
def test_what_is_in_somebody_elses_package_is_spoken_of_by_its_own_name(tmp_path: Path, version: str, found: list[str]):
    """Debian's advisories about python3-app are about the app in it; nobody's are about that of another archive."""
    owner = deb("python3-app", version)
    inside = replace(language("pypi", "app", "1.5"), owner=owner.purl)
    with opened(tmp_path / "a.db", [record("PyPI", "app")]) as database:
        assert ids(match_database([owner, inside], DEBIAN, database)) == found
        assert ids(match_database([inside], DEBIAN, database)) == []


@pytest.mark.parametrize(
    ("version", "maintainer", "expected"),
    [
        ("20.11.0-1nodesource1", "", "others ('nodesource' is in their versions)"),
        ("16.1-1.pgdg120+1", "Debian PostgreSQL Maintainers <x@lists.alioth.debian.org>", "others ('pgdg'"),
        ("5:24.0.7-1~debian.12~bookworm", "Docker <support@docker.com>", "others ('~bookworm'"),
        ("8.3.1-1+0~20240101.10+debian12~1.gbp1", "", "others ('+debian12~'"),
        ("2.0-1~bpo12+1", "", "others ('~bpo1'"),
        ("1.5", "Docker <support@docker.com>", "docker.com"),
        ("528.0.0-0", "CLI Authors <https://code.google.com/p/google-cloud-sdk/>", "code.google.com"),
        ("1.5-1+deb12u2", "Somebody <somebody@gmail.com>", ""),
        ("2.1.0+debian-7", "", ""),
        ("0.18.debian13+deb12u1", "", ""),
        ("3.4.4~r2+gbp-1+b1", "", ""),
        ("1.0-1~deb12u1", "Debian Docker <pkg@lists.alioth.debian.org>", ""),
    ],
)
def test_who_else_built_a_package_of_debians_form(version: str, maintainer: str, expected: str):
    package = deb("app", version)
    package = replace(package, details=replace(package.details, maintainer=maintainer))  # type: ignore[type-var]
    found = foreign_vendor(package, Distro(id="debian", version="12"))
    assert found.startswith(expected)
    assert bool(found) is bool(expected)
    assert foreign_vendor(package, Distro(id="other", version="1")) == ""
