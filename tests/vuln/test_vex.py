"""Which matches statements and exceptions dismiss, and which of them concern nothing."""

from dataclasses import replace

import pytest
from msgspec import structs

from advisories import apk, deb, language
from prill.model import (
    Digest,
    Distro,
    LanguageDetails,
    Location,
    Platform,
    RpmDetails,
    Subject,
)
from prill.model.vex import VexProduct, VexStatement, VexStatus, Waiver
from prill.model.vulnerability_match import MatchState, VulnerabilityMatch
from prill.vuln.exceptions import InvalidExceptions, read_exceptions
from prill.vuln.vex import Judged, judge
from scan_reports import FIXED

DIGEST = Digest.of(b"image")
SUBJECT = Subject(name="registry.test/app:1", digest=DIGEST)
PURL = "pkg:deb/debian/libssl3@3.5-1?arch=amd64&distro=debian-13"
MATCH = structs.replace(FIXED, package=replace(deb("libssl3", "3.5-1"), purl=PURL))
TODAY = "2026-06-01"
AFFECTED = VexStatus.AFFECTED


def statement(*products: VexProduct, **values: object) -> VexStatement:
    defaults = {
        "vulnerabilities": ("CVE-2026-1",),
        "status": VexStatus.NOT_AFFECTED,
        "source": "x",
        "time": "2026-01-01",
    }
    return VexStatement(products=products or (VexProduct(PURL),), **{**defaults, **values})  # type: ignore[arg-type]


def judged(*statements: VexStatement | Waiver) -> Judged:
    vex = [one for one in statements if isinstance(one, VexStatement)]
    return judge([MATCH], vex, [one for one in statements if isinstance(one, Waiver)], SUBJECT, today=TODAY)


def dismissed(*statements: VexStatement | Waiver) -> bool:
    return judged(*statements).matches[0].suppressed_by is not None


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        (VexProduct(PURL), True),
        (VexProduct("pkg:deb/debian/libssl3"), True),
        (VexProduct("pkg:deb/debian/libssl3@3.5-1"), True),
        (VexProduct("pkg:deb/debian/libssl3@3.5-1?distro=debian-13"), True),
        (VexProduct("pkg:deb/debian/libssl3@3.5-2"), False),
        (VexProduct("pkg:deb/debian/libssl3?arch=arm64"), False),
        (VexProduct("pkg:deb/ubuntu/libssl3"), False),
        (VexProduct("pkg:npm/libssl3"), False),
        (VexProduct(str(DIGEST)), True),
        (VexProduct(f"pkg:oci/app@{DIGEST}"), True),
        (VexProduct(f"pkg:oci/app@{str(DIGEST).replace(':', '%3A')}?arch=amd64"), True),
        (VexProduct("registry.test/app:1"), True),
        (VexProduct(f"registry.test/app@{DIGEST}"), True),
        (VexProduct(str(DIGEST), ("pkg:deb/debian/libssl3",)), True),
        (VexProduct(str(DIGEST), ("pkg:deb/debian/other",)), False),
        (VexProduct("sha256:" + "0" * 64), False),
        (VexProduct("registry.test/other:1", (PURL,)), False),
        (VexProduct("", ()), False),
        (VexProduct("pkg:deb/debian/libssl3", (PURL,)), True),
        (VexProduct("pkg:deb/debian/libssl3", ("pkg:deb/debian/other",)), False),
    ],
)
def test_products_by_purl_and_digest(product: VexProduct, expected: bool):  # noqa: FBT001
    assert dismissed(statement(product)) is expected


@pytest.mark.parametrize(
    ("name", "id_", "expected"),
    [
        ("registry.test/gold/app:1", "pkg:oci/app?repository_url=registry.test/gold/app", True),
        ("registry.test/gold/app:1", "pkg:oci/app?repository_url=registry.test%2Fgold%2Fapp&tag=1&arch=amd64", True),
        ("docker.io/library/debian:12", "pkg:oci/debian?repository_url=index.docker.io/library/debian", True),
        ("registry.test/gold/app:1", "pkg:oci/app?repository_url=registry.test/gold/app&tag=2", False),
        ("registry.test/gold/app:1", "pkg:oci/app?repository_url=registry.test/gold/app&arch=arm64", False),
        ("registry.test/gold/app:1", "pkg:oci/app?repository_url=registry.test/gold/other", False),
        ("registry.test/gold/app:1", "pkg:oci/app?repository_url=other.test/gold/app", False),
        ("registry.test/gold/app:1", "pkg:oci/other?repository_url=registry.test/gold/app", False),
        ("registry.test/gold/app:1", "pkg:oci/app", False),
        ("registry.test/gold/app:1", "pkg:oci/app@sha256:00?repository_url=registry.test/gold/app", False),
        ("registry.test/gold/app:1", "pkg:docker/app?repository_url=registry.test/gold/app", False),
        ("gold/app", "pkg:oci/app?repository_url=docker.io/gold/app", False),
        ("docker-archive:app.tar", "pkg:oci/app?repository_url=registry.test/gold/app", False),
    ],
)
def test_an_image_is_named_by_its_repository_in_full(name: str, id_: str, expected: bool):  # noqa: FBT001
    subject = Subject(name=name, digest=DIGEST, platform=Platform.parse("linux/amd64"))
    found = judge([MATCH], [statement(VexProduct(id_))], [], subject, today=TODAY)
    assert (found.matches[0].suppressed_by is not None) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("not_affected", True), ("fixed", True), ("affected", False), ("under_investigation", False)],
)
def test_only_some_statuses_dismiss(status: str, expected: bool):  # noqa: FBT001
    assert dismissed(statement(status=VexStatus(status))) is expected


def test_any_id_of_the_vulnerability_will_do():
    assert dismissed(statement(vulnerabilities=("GHSA-1",)))
    assert not dismissed(statement(vulnerabilities=("CVE-2026-2",)))


@pytest.mark.parametrize("kind", ["waiver", "trivyignore", "grype"])
def test_an_asterisk_is_everything_to_grype_alone(kind: str):
    assert dismissed(Waiver(id="*", source="x", kind=kind, packages=("libssl3@*",))) is (kind == "grype")
    result = judged(statement(vulnerabilities=("*",)))
    assert result.matches[0].suppressed_by is None
    assert "the statement that * is not_affected concerns nothing" in result.notes[0]


def test_the_newest_of_several_counts():
    old, new = statement(time="2026-01-01"), statement(time="2026-02-01", status=VexStatus.AFFECTED)
    assert not dismissed(old, new)
    assert not dismissed(new, old)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2026-01-01T23:00:00+09:00", "2026-01-01T15:00:00Z"),
        ("2026-01-01T10:00:00-05:00", "2026-01-01T15:00:00.5Z"),
        ("2026-01-01T02:00:00+02:00", "2026-01-01T00:00:01"),
        ("soon", "2026-01-01"),
        ("", "0001-01-01T00:00:00+01:00"),
    ],
)
def test_the_newest_is_by_the_moment_not_by_the_text(older: str, newer: str):
    old, new = statement(time=older), statement(time=newer, status=VexStatus.AFFECTED)
    assert not dismissed(old, new)
    if older:  # undated and before all time is the same: the later in the files counts
        assert not dismissed(new, old)


def test_what_concerns_nothing_is_told():
    result = judged(
        statement(vulnerabilities=("CVE-1999-1",), source="old.json"), Waiver(id="CVE-1999-2", source="x.toml")
    )
    assert result.notes == (
        "the statement that CVE-1999-1 is not_affected concerns nothing that was found (old.json)",
        "the exception for CVE-1999-2 concerns nothing that was found (x.toml)",
    )


def test_what_has_expired_dismisses_nothing_and_is_told():
    result = judged(statement(expires="2026-05-31"), Waiver(id="CVE-2026-1", source="x.toml", expires="2026-05-31"))
    assert result.matches[0].suppressed_by is None
    assert len(result.expired) == 2
    assert dismissed(statement(expires=TODAY))


def test_a_newer_statement_takes_the_place_of_one_that_expired():
    old = statement(expires="2026-05-31", time="2026-01-01")
    for newer, expected in (
        (statement(time="2026-02-01"), True),
        (statement(time="2026-02-01", status=AFFECTED), False),
    ):
        result = judged(old, newer)
        assert (result.matches[0].suppressed_by is not None) is expected
        assert result.expired == ()
    older = judged(old, statement(time="2025-01-01"))
    assert older.matches[0].suppressed_by is None  # what was said before does not come back
    assert older.expired == (
        "the statement that CVE-2026-1 is not_affected expired on 2026-05-31 (x); CVE-2026-1 counts again",
    )
    waived = judged(statement(), Waiver(id="CVE-2026-1", source="x.toml", expires="2026-05-31"))
    assert waived.expired == ("the exception for CVE-2026-1 expired on 2026-05-31 (x.toml)",)


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("libssl3", "", True),
        ("libssl.", "", True),
        ("lib(ssl|crypto)[0-9]+", "", True),
        ("^libssl3$", "", True),
        ("lib*", "", False),
        ("libssl", "", False),
        ("ssl3", "", False),
        ("libssl3", "3.0", False),
        ("libssl3", "3*", False),
        ("libssl3", "3.5-1", True),
        ("", "3.5-1", True),
    ],
)
def test_grype_takes_a_name_for_an_expression_and_a_version_for_itself(name: str, version: str, expected: bool):  # noqa: FBT001
    rule = Waiver(id="*", source="x", kind="grype", name=name, version=version)
    assert dismissed(rule) is expected
    if not expected:
        assert judged(rule).notes == (f"the exception for all in {name} concerns nothing that was found (x)",)


@pytest.mark.parametrize(
    ("purl", "id_", "expected"),
    [
        ("pkg:maven/com.example/app@1.0", "pkg:maven/com.example/app", True),
        ("pkg:npm/web@1.0.0?vcs_url=git", "pkg:npm/web@1.0.0", True),
        ("pkg:maven/com.example/app@1.0", "pkg:maven/com.example/app@1.1", False),
        ("pkg:maven/com.example/app@1.0", "pkg:maven/com.example/other", False),
        (
            "pkg:oci/app@sha256:00?repository_url=registry.test/app",
            "pkg:oci/app?repository_url=registry.test/app",
            True,
        ),
        ("pkg:oci/app@sha256:00?repository_url=registry.test/app", "pkg:oci/app?repository_url=other.test/app", False),
        ("pkg:oci/app@sha256:00?repository_url=registry.test/app", "pkg:oci/app", False),
    ],
)
def test_what_a_document_is_about_is_known_by_its_purl(purl: str, id_: str, expected: bool):  # noqa: FBT001
    subject = Subject(name="app", purl=purl)
    for product in (VexProduct(id_), VexProduct(id_, (PURL,))):
        (found,) = judge([MATCH], [statement(product)], [], subject, today=TODAY).matches
        assert (found.suppressed_by is not None) is expected


@pytest.mark.parametrize("status", ["affected", "under_investigation"])
def test_what_never_dismissed_anything_cannot_expire(status: str):
    assert judged(statement(status=VexStatus(status), expires="2026-05-31")).expired == ()


@pytest.mark.parametrize(
    ("release", "distro", "expected"),
    [
        ("rhel-9", Distro(id="rhel", version="9.4"), True),
        ("rhel-9", Distro(id="rhel", version="9"), True),
        ("rhel-9", Distro(id="rhel", version="8.10"), False),
        ("rhel-9", Distro(id="rhel", version="90"), False),
        ("rhel-9", Distro(id="almalinux", version="9.4"), False),
        ("rhel-9", None, False),
    ],
)
def test_what_is_said_of_a_release_is_said_of_no_other(release: str, distro: Distro | None, expected: bool):  # noqa: FBT001
    said = statement(VexProduct(PURL, release=release))
    found = judge([MATCH], [said], [], SUBJECT, today=TODAY, distro=distro)
    assert (found.matches[0].suppressed_by is not None) is expected


def test_what_is_said_of_a_part_of_a_module_is_not_said_of_all_of_it():
    match = structs.replace(MATCH, package=language("golang", "example.test/net", "v0.7.0"))
    for subpath, expected in (("", True), ("#html", False)):
        said = statement(VexProduct(f"pkg:golang/example.test/net{subpath}"))
        assert bool(judge([match], [said], [], SUBJECT, today=TODAY).matches[0].suppressed_by) is expected


def test_a_statement_that_ends_nobody_knows_when_is_told():
    result = judged(statement(unclear_expiry="31.01.2025", source="a.json"))
    assert result.matches[0].suppressed_by is not None
    (note,) = result.notes
    assert "ends on '31.01.2025', which is no day such as 2027-01-31, so it never ends (a.json)" in note


@pytest.mark.parametrize(
    ("packages", "images", "expected"),
    [
        ((), (), True),
        (("libssl3",), (), True),
        (("libssl*",), ("registry.test/*",), True),
        (("libssl3@3.5-1",), (), True),
        (("pkg:deb/*/libssl3@*",), (), True),
        (("other",), (), False),
        ((), ("other/*",), False),
        ((), (str(DIGEST),), True),
    ],
)
def test_exceptions_bind_to_packages_and_images(packages: tuple, images: tuple, expected: bool):  # noqa: FBT001
    assert dismissed(Waiver(id="CVE-2026-1", source="x", packages=packages, images=images)) is expected


def test_the_reason_stays_with_the_match():
    waiver = Waiver(
        id="CVE-2026-1", source="x.toml", owner="me", reason="not reachable", ticket="SEC-1", expires="2027-01-01"
    )
    one: VulnerabilityMatch = judged(waiver).matches[0]
    assert one.suppressed_by is not None
    assert (one.suppressed_by.kind, one.suppressed_by.owner, one.suppressed_by.reason) == (
        "waiver",
        "me",
        "not reachable (SEC-1)",
    )


OWN = '[[exceptions]]\nid = "CVE-1"\nowner = "me"\nreason = "why"\nexpires = 2027-01-31\npackages = ["a*"]\n'


TRIVY_YAML = b"""\
vulnerabilities:
  - id: CVE-2026-1
    purls: ["pkg:deb/debian/libssl3"]
    paths: ["opt/*/requirements.txt"]
    statement: accepted
    expired_at: 2027-09-01
  - id: CVE-2026-2
misconfigurations:
  - id: AVD-DS-0002
"""


@pytest.mark.parametrize(
    ("purls", "paths", "expected"),
    [
        (("pkg:deb/debian/libssl3",), (), True),
        (("pkg:deb/debian/other", "pkg:deb/debian/libssl3@3.5-1"), (), True),
        (("pkg:deb/debian/libssl3@3.5-2",), (), False),
        ((), ("opt/*/lock", "srv/**"), True),
        ((), ("opt/*/lock",), False),
        ((), ("**/lock",), True),
        ((), ("*",), False),
        (("pkg:deb/debian/libssl3",), ("etc/**",), False),
    ],
)
def test_exceptions_bind_to_purls_and_places(purls: tuple, paths: tuple, expected: bool):  # noqa: FBT001
    places = (Location("opt/app/lock", "sha256:1"), Location("srv/app/lock", "sha256:1"))
    match = structs.replace(MATCH, package=replace(MATCH.package, locations=places))
    found = judge([match], [], [Waiver(id="CVE-2026-1", source="x", purls=purls, paths=paths)], SUBJECT, today=TODAY)
    assert (found.matches[0].suppressed_by is not None) is expected


class TestFiles:
    def test_own(self):
        (one,) = read_exceptions(OWN.encode(), "x.toml")
        assert one == Waiver(
            id="CVE-1", source="x.toml", packages=("a*",), owner="me", reason="why", expires="2027-01-31"
        )

    def test_trivys(self):
        found = read_exceptions(
            b"# why\nCVE-2026-1\n\nCVE-2026-2 exp:2027-01-01 # later\nAVD-DS-0002\n", ".trivyignore"
        )
        assert [(one.id, one.expires, one.reason, one.kind) for one in found] == [
            ("CVE-2026-1", "", "", "trivyignore"),
            ("CVE-2026-2", "2026-12-31", "later", "trivyignore"),
            ("AVD-DS-0002", "", "", "trivyignore"),
        ]

    @pytest.mark.parametrize(
        ("line", "last"),
        [
            ("CVE-2026-1 exp:2027-01-01", "2026-12-31"),
            ("CVE-2026-1 # until then: exp:2027-03-01", "2027-02-28"),
            ("CVE-2026-1 exp:2027-01-01 # not exp:2030-01-01", "2026-12-31"),
            ("CVE-2026-1 # an exp:ression? no", None),
            ("CVE-2026-1 # exp: soon", None),
            ("CVE-2026-1 # the expiry is open", ""),
            ("CVE-2026-1 not reachable until exp:2027-01-01", "2026-12-31"),
            ("CVE-2026-1 exp: 2027-01-01", None),
        ],
    )
    def test_trivy_takes_the_day_from_any_word_and_ends_as_it_begins(self, line: str, last: str | None):
        if last is None:
            with pytest.raises(InvalidExceptions, match="must be a day"):
                read_exceptions(line.encode(), ".trivyignore")
            return
        assert [one.expires for one in read_exceptions(line.encode(), ".trivyignore")] == [last]

    @pytest.mark.parametrize(
        ("line", "id_", "reason"),
        [
            ("SUSE-SU-2020:0554-1", "SUSE-SU-2020:0554-1", ""),
            ("RHSA-2021:1234\texp:2027-01-01", "RHSA-2021:1234", ""),
            ("CVE-2026-1 not reachable for us", "CVE-2026-1", "not reachable for us"),
            ("CVE-2026-1 CVE-2026-2", "CVE-2026-1", "CVE-2026-2"),
            ("AVD-DS-0002 exp:2027-01-01 # later", "AVD-DS-0002", "later"),
        ],
    )
    def test_trivy_takes_the_first_word_for_the_id(self, line: str, id_: str, reason: str):
        (one,) = read_exceptions(line.encode(), ".trivyignore")
        assert (one.id, one.reason) == (id_, reason)

    def test_trivys_yaml_may_have_no_vulnerabilities(self):
        assert read_exceptions(b"vulnerabilities:\nmisconfigurations:\n- id: DS002\n", "trivyignore.yaml") == ()

    def test_grypes(self):
        text = b"ignore:\n- vulnerability: CVE-1\n  reason: x\n- package:\n    name: libcurl\n    version: 1.5.1\n"
        one, other = read_exceptions(text, ".grype.yaml")
        assert (one.id, one.name, one.version, one.kind) == ("CVE-1", "", "", "grype")
        assert (other.id, other.name, other.version, other.packages) == ("*", "libcurl", "1.5.1", ())

    def test_grypes_types_and_locations(self):
        text = b"ignore:\n- package: {type: python, location: '/opt/**'}\n- {vulnerability: CVE-1, package: {type: go-module}}\n"
        one, other = read_exceptions(text, ".grype.yaml")
        assert (one.id, one.type, one.paths) == ("*", "pypi", ("/opt/**",))
        assert (other.id, other.type, other.paths) == ("CVE-1", "golang", ())
        assert dismissed(Waiver(id="*", source="x", kind="grype", type="deb"))
        assert not dismissed(Waiver(id="*", source="x", kind="grype", type="de"))
        assert not dismissed(Waiver(id="*", source="x", kind="grype", type="npm"))

    def test_grypes_fix_states_languages_and_upstreams(self):
        text = (
            b"ignore:\n- fix-state: wont-fix\n- package: {language: javascript, type: npm}\n"
            b"- {vulnerability: CVE-1, package: {upstream-name: 'linux.*'}}\n"
        )
        one, other, third = read_exceptions(text, ".grype.yaml")
        assert (one.id, one.fix_state) == ("*", "wont-fix")
        assert (other.id, other.type) == ("*", "npm")
        assert (third.id, third.upstream) == ("CVE-1", "linux.*")

    @pytest.mark.parametrize(
        ("state", "fix_state", "expected"),
        [
            ("fixed", "fixed", True),
            ("fixed", "not-fixed", False),
            ("affected", "not-fixed", True),
            ("no-dsa", "wont-fix", True),
            ("will-not-fix", "wont-fix", True),
            ("will-not-fix", "not-fixed", False),
            ("postponed", "wont-fix", False),
            ("postponed", "not-fixed", False),
            ("affected", "unknown", False),
            ("unimportant", "not-fixed", True),
            ("undetermined", "not-fixed", True),
            ("end-of-life", "wont-fix", True),
        ],
    )
    def test_a_rule_binds_to_what_the_vendor_says(self, state: str, fix_state: str, expected: bool):  # noqa: FBT001
        match = structs.replace(MATCH, state=MatchState(state))
        rule = Waiver(id="*", source="x", kind="grype", fix_state=fix_state)
        (found,) = judge([match], [], [rule], SUBJECT, today=TODAY).matches
        assert (found.suppressed_by is not None) is expected

    @pytest.mark.parametrize(
        ("details", "upstream", "expected"),
        [
            (deb("libssl3", "1", source="openssl").details, "openssl", True),
            (deb("libssl3", "1", source="openssl").details, "open", False),
            (deb("libssl3", "1").details, "libssl3", False),
            (apk("libssl3", "1", origin="openssl").details, "open.*", True),
            (RpmDetails(architecture="x86_64", source_rpm="openssl-3.0.7-1.el9.src.rpm"), "openssl", True),
            (LanguageDetails(), "openssl", False),
        ],
    )
    def test_a_rule_binds_to_the_source_where_that_is_another(self, details: object, upstream: str, expected: bool):  # noqa: FBT001
        match = structs.replace(MATCH, package=replace(MATCH.package, details=details))
        rule = Waiver(id="*", source="x", kind="grype", upstream=upstream)
        (found,) = judge([match], [], [rule], SUBJECT, today=TODAY).matches
        assert (found.suppressed_by is not None) is expected

    def test_grypes_aliases_are_ids_here_anyway(self):
        (one,) = read_exceptions(b"ignore:\n- {vulnerability: GHSA-1, include-aliases: true}\n", ".grype.yaml")
        assert one.id == "GHSA-1"

    def test_trivys_yaml(self):
        found = read_exceptions(TRIVY_YAML, "trivyignore.yaml")
        assert found == (
            Waiver(
                id="CVE-2026-1",
                source="trivyignore.yaml",
                kind="trivyignore",
                purls=("pkg:deb/debian/libssl3",),
                paths=("opt/*/requirements.txt",),
                reason="accepted",
                expires="2027-08-31",
            ),
            Waiver(id="CVE-2026-2", source="trivyignore.yaml", kind="trivyignore"),
        )
        assert read_exceptions(b"secrets:\n- id: aws\n", "trivyignore.yaml") == ()

    def test_settings_may_have_none(self):
        assert read_exceptions(b"[scan]\n", "prill.toml", form="settings") == ()
        assert len(read_exceptions(OWN.encode(), "prill.toml", form="settings")) == 1
        with pytest.raises(InvalidExceptions, match="'exception'"):
            read_exceptions(b"[[exception]]\n", "prill.toml", form="settings")

    @pytest.mark.parametrize(
        ("name", "text", "says"),
        [
            ("x.toml", OWN.replace('owner = "me"\n', ""), "has no owner"),
            ("x.toml", OWN.replace("expires = 2027-01-31\n", ""), "has no expires"),
            ("x.toml", OWN + 'who = "x"\n', "has 'who'"),
            ("x.toml", OWN.replace("2027-01-31", '"soon"'), "must be a day"),
            ("x.toml", OWN.replace("2027-01-31", '"2026-13-45"'), "there is no day '2026-13-45'"),
            ("x.toml", OWN.replace("2027-01-31", '"20270131"'), "must be a day"),
            (".trivyignore", "CVE-1 exp:2027-02-30", "line 1: .* no day '2027-02-30'"),
            ("x.toml", OWN.replace('["a*"]', '"a*"'), "must be a list"),
            ("x.toml", OWN.replace('"CVE-1"', "5"), "must be a text"),
            ("x.toml", OWN.replace('["a*"]', "[]"), "packages is empty"),
            ("x.toml", OWN.replace("[[exceptions]]", "[[exception]]"), "has 'exception', which is not known"),
            ("x.toml", OWN + OWN.replace("[[exceptions]]", "[[exception]]"), "has 'exception', which is not known"),
            ("x.toml", "title = 5", "has no exceptions: it has title"),
            ("x.toml", "", "has no exceptions: it is empty"),
            ("x.toml", "exceptions = 5", "must be tables"),
            ("x.toml", "exceptions = [5]", "is no table"),
            ("x.toml", "[", "x.toml"),
            ("x.yaml", "ignore: 5", "no list of ignore rules"),
            ("x.yaml", "ignore: [5]", "is no mapping"),
            ("x.yaml", "ignore: [", "x.yaml"),
            ("x.yaml", "ignore:\n- reason: x\n", "rule 1 names neither a vulnerability nor a package"),
            ("x.yaml", "ignore: [{}]", "rule 1 names neither"),
            (
                "x.yaml",
                "ignore: [{vulnerability: CVE-1}, {vulnerability: '', package: {name: }}]",
                "rule 2 names neither",
            ),
            ("x.yaml", "ignore:\n- fix-state: never\n", "has the fix-state 'never'"),
            ("x.yaml", "ignore:\n- namespace: nvd:cpe\n", "uses namespace, which is not read"),
            ("x.yaml", "ignore: [{package: {language: cobol}}]", "rule 1 has the language 'cobol'"),
            ("x.yaml", "ignore: [{package: {language: go, type: npm}}]", "no package of the type 'npm'"),
            ("x.yaml", "ignore: [{vulnerability: '*', package: {name: a}}]", "rule 1 names neither"),
            ("x.yaml", "ignore: [{package: {type: binary}}]", "rule 1 has the type 'binary'"),
            ("x.yaml", "ignore: [{package: {type: [deb]}}]", "type must be a text"),
            ("x.yaml", "ignore: [{package: {name: libstdc++6}}]", "package.name: .*libstdc"),
            ("x.yaml", "ignore: [{package: {name: a, version: 1.10}}]", "version must be a text"),
            ("x.yaml", "ignore: [{package: {name: a, version: 0}}]", "version must be a text"),
            ("x.yaml", "ignore: [{vulnerability: CVE-1, 1: a, namespace: b}]", "uses 1, which is not read"),
            ("x.yaml", "", "neither Grype's list of ignore rules nor Trivy's"),
            ("x.yaml", "vulnerability: CVE-1", "neither Grype's list of ignore rules nor Trivy's"),
            ("x.yaml", "vulnerabilities: [{id: CVE-1}]\nother: 1", "neither Grype's list of ignore rules nor Trivy's"),
            ("x.yaml", "vulnerabilities: CVE-1", "no list of vulnerabilities"),
            ("x.yaml", "vulnerabilities: [CVE-1]", "vulnerability 1 is no mapping"),
            ("x.yaml", "vulnerabilities: [{paths: [a]}]", "has no id"),
            ("x.yaml", "vulnerabilities: [{id: CVE-1, packages: [a]}]", "uses packages, which is not read"),
            ("x.yaml", "vulnerabilities: [{id: CVE-1, paths: []}]", "paths is empty"),
            ("x.yaml", "vulnerabilities: [{id: CVE-1, purls: [libssl3]}]", "vulnerability 1: .*libssl3"),
            ("x.yaml", "vulnerabilities: [{id: CVE-1, expired_at: soon}]", "must be a day"),
            ("x.yaml", "vulnerabilities: [{id: CVE-1, expired_at: 2026-13-45}]", "x.yaml"),
            (".trivyignore", "these are ids", "no id of a vulnerability"),
            (".trivyignore", "CVE-1#why", "no id of a vulnerability"),
            (".trivyignore", "CVE-2026-*", "no id of a vulnerability"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, name: str, text: str, says: str):
        with pytest.raises(InvalidExceptions, match=says):
            read_exceptions(text.encode(), name)

    def test_another_encoding(self):
        with pytest.raises(InvalidExceptions, match="not UTF-8"):
            read_exceptions(b"\xff", "x")


def test_a_part_of_a_package_is_meant_where_it_lies_in_that_package_alone():
    places = [(Location("app/tool", "sha256:1"),), (Location("app/other", "sha256:1"),)]
    tool, other = (language("golang", "example.test/tool", "v1.0.0", locations=place) for place in places)
    said = statement(VexProduct("pkg:golang/example.test/tool", ("pkg:golang/example.test/net",)))
    for locations, expected in ((places[0], True), (places[1], False), ((*places[0], *places[1]), False), ((), False)):
        net = language("golang", "example.test/net", "v0.7.0", locations=locations)
        found = judge([structs.replace(MATCH, package=net)], [said], [], SUBJECT, today=TODAY, packages=[tool, net])
        assert (found.matches[0].suppressed_by is not None) is expected
    net = language("golang", "example.test/net", "v0.7.0", locations=places[0])
    elsewhere = judge([structs.replace(MATCH, package=net)], [said], [], SUBJECT, today=TODAY, packages=[other, net])
    assert elsewhere.matches[0].suppressed_by is None


def test_of_a_publisher_is_told_how_many_concern_nothing():
    strays = [statement(vulnerabilities=(f"CVE-1999-{number}",), publisher="https://hub.test") for number in range(3)]
    assert judged(*strays, statement()).notes == (
        "nothing that was found is concerned by 3 statements of https://hub.test",
    )
