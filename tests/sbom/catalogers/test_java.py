"""Java archives: which project they are, what is in them, and what cannot be read."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from debs import fetch, unpack
from jars import jar, manifest, maven, project
from prill.model import Digest, LanguageDetails, RelationshipKind, Subject
from prill.sbom.catalogers.dpkg import DPKG
from prill.sbom.catalogers.java import JAVA
from prill.sbom.ownership import goes_by
from prill.sbom.run import run
from scanned import LayerTree, only, purls, reasons, related, scan
from trees import FolderTree, Link

LICENSED = "<licenses><license><name>{}</name><url>{}</url></license></licenses>"


def test_a_jar_of_mavens():
    pom = """<parent><groupId>org.example</groupId><version>1.2</version></parent>
      <description>Some \n thing</description><url>https://example.test/${project.artifactId}/${major}</url>
      <properties><major>1</major></properties><licenses><license><name>MIT License</name></license></licenses>"""
    found = only(scan({"app/thing.jar": jar(maven("org.example:thing:1.2.3", pom))}))
    assert found.purl == "pkg:maven/org.example/thing@1.2.3"
    assert found.licenses == "MIT"
    assert replace(found.details, digest=None) == LanguageDetails(
        homepage="https://example.test/thing/1", summary="Some thing"
    )


def test_a_project_file_alone_takes_group_and_version_from_its_parent():
    pom = "<parent><groupId>g.h</groupId><version>7</version></parent><artifactId>a</artifactId>"
    sbom = scan({"a.jar": jar({"META-INF/maven/g.h/a/pom.xml": project(pom)})})
    assert purls(sbom) == ["pkg:maven/g.h/a@7"]


@pytest.mark.parametrize(
    ("path", "members", "purl"),
    [
        ("opt/log4j-1.2-api-2.20.0.jar", {}, "pkg:maven/log4j-1.2-api@2.20.0"),
        ("opt/a-1.0-20230101.123456-1.jar", {}, "pkg:maven/a@1.0-20230101.123456-1"),
        ("opt/netty-4.1.1.Final-linux-x86_64.jar", {}, "pkg:maven/netty@4.1.1.Final"),
        ("opt/app.jar", manifest(Implementation_Title="my-app", Implementation_Version="3"), "pkg:maven/my-app@3"),
        ("opt/app.jar", manifest(Implementation_Version="${version}", Bundle_Version="3.1"), "pkg:maven/app@3.1"),
        (
            "opt/some-thing-2.jar",
            manifest(Bundle_SymbolicName="org.some.some-thing;singleton:=true") | {"org/some/A.class": b""},
            "pkg:maven/org.some/some-thing@2",
        ),
        ("opt/some-thing-2.jar", manifest(Bundle_SymbolicName="org.some.some-thing"), "pkg:maven/some-thing@2"),
        (
            "opt/some-lang-3.jar",
            manifest(Implementation_Vendor_Id="org.some.commons") | {"org/some/commons/A.class": b""},
            "pkg:maven/org.some.commons/some-lang@3",
        ),
        (
            "opt/some-lang-3.jar",
            manifest(Implementation_Vendor_Id="org.some") | {"org/some/A.class": b""},
            "pkg:maven/some-lang@3",
        ),
        ("opt/some-lang-3.jar", manifest(Implementation_Vendor_Id="org.some.commons"), "pkg:maven/some-lang@3"),
        (
            "opt/plugin.hpi",
            manifest(Group_Id="org.example.plugins", Short_Name="git", Plugin_Version="5.2.1", Long_Name="Git"),
            "pkg:maven/org.example.plugins/git@5.2.1",
        ),
        ("opt/plugin-1.hpi", manifest(Group_Id="org.example", Short_Name="git"), "pkg:maven/plugin@1"),
        ("opt/plugin-1.hpi", manifest(Group_Id="org.example", Plugin_Version="2"), "pkg:maven/plugin@1"),
        ("opt/asm-9.4.jar", {"org/objectweb/asm/A.class": b""}, "pkg:maven/org.ow2.asm/asm@9.4"),
        ("opt/asm-9.4.jar", {"com/other/asm/A.class": b""}, "pkg:maven/asm@9.4"),
        ("root/.m2/repository/org/a/b/1/b-1.jar", {}, "pkg:maven/org.a/b@1"),
        ("root/.gradle/caches/modules-2/files-2.1/org.a/b/1/0af5/b-1.jar", {}, "pkg:maven/org.a/b@1"),
    ],
)
def test_names_and_manifests(path: str, members: dict[str, bytes | str], purl: str):
    assert purls(scan({path: jar(members | {"x": b""})})) == [purl]


@pytest.mark.parametrize(
    ("name", "bundle", "member", "group"),
    [
        (
            "caffeine-3.1.8",
            "com.github.ben-manes.caffeine",
            "com/github/benmanes/caffeine",
            "com.github.ben-manes.caffeine",
        ),
        ("guava-31.1-jre", "com.google.guava", "com/google/common", "com.google.guava"),
        ("gson-2.10.1", "com.google.gson", "com/google/gson", "com.google.code.gson"),
        ("h2-2.2.224", "com.h2database", "org/h2", "com.h2database"),
        ("mongodb-driver-core-4.11.1", "org.mongodb.driver-core", "com/mongodb", "org.mongodb"),
        ("bson-4.11.1", "org.mongodb.bson", "org/bson", "org.mongodb"),
        ("kotlinx-coroutines-core-jvm-1.7.3", "x", "kotlinx/coroutines", "org.jetbrains.kotlinx"),
        ("reactor-netty-core-1.1.13", "io.projectreactor.netty.core", "reactor/netty", "io.projectreactor.netty"),
        ("snakeyaml-2.2", "org.yaml.snakeyaml", "org/yaml/snakeyaml", "org.yaml"),
    ],
)
def test_groups_of_jars_that_do_not_say_it(name: str, bundle: str, member: str, group: str):
    """A bundle's name is its group and artifact, or its group alone where that ends in the artifact."""
    data = jar({**manifest(Bundle_SymbolicName=bundle), f"{member}/A.class": b""})
    artifact, version = re.fullmatch(r"(.+?)-(\d.*)", name).groups()  # type: ignore[union-attr]
    assert purls(scan({f"opt/{name}.jar": data})) == [f"pkg:maven/{group}/{artifact}@{version}"]


def test_a_jar_of_no_known_group_is_a_gap_where_no_distribution_looks_after_it():
    """Advisories name a group and an artifact, so that nobody can say whether this one is affected."""
    files = {"opt/lib.jar": jar(manifest(Implementation_Title="some-lib", Implementation_Version="1"))}
    said = "/opt/lib.jar: java: a jar whose Maven group is not known, so that no advisory can name it"
    assert said in reasons(scan(files))
    status = "Package: some-java\nVersion: 1\nArchitecture: all\nStatus: install ok installed\n"
    owned = {"var/lib/dpkg/status": status, "var/lib/dpkg/info/some-java.list": "/opt\n/opt/lib.jar\n"}
    sbom = scan(files | owned)
    assert "pkg:maven/some-lib@1" in purls(sbom)
    assert "group is not known" not in reasons(sbom)


@pytest.mark.parametrize("members", [{"x": b""}, {"META-INF/MANIFEST.MF": "Implementation-Vendor-Id: org.some\n"}])
def test_a_jar_without_coordinates_is_no_gap_where_a_distribution_looks_after_it(members: dict[str, bytes | str]):
    """What helps a package at its work, as Debian's ca-certificates-java.jar does, has no name but the package's."""
    inner = jar({"x": b""})
    files = {"usr/share/java/helper.jar": jar(members), "usr/share/java/all.jar": jar({"a/inner.jar": inner})}
    status = "Package: some-java\nVersion: 1\nArchitecture: all\nStatus: install ok installed\n"
    listed = "/usr/share/java\n/usr/share/java/helper.jar\n/usr/share/java/all.jar\n"
    owned = {"var/lib/dpkg/status": status, "var/lib/dpkg/info/some-java.list": listed}
    sbom = scan(files | owned)
    assert only(sbom).name == "some-java"
    assert ": java: " not in reasons(sbom)
    said = reasons(scan(files | owned | {"opt/stray.jar": files["usr/share/java/helper.jar"]}))
    assert "/opt/stray.jar: java: a jar without coordinates" in said
    assert "/usr/share/java" not in said
    said = reasons(scan(files))
    for place in ("helper.jar", "all.jar", "all.jar!/a/inner.jar"):
        assert f"/usr/share/java/{place}: java: a jar without coordinates" in said


def test_a_damaged_jar_is_a_gap_whoever_owns_it():
    status = "Package: some-java\nVersion: 1\nArchitecture: all\nStatus: install ok installed\n"
    owned = {"var/lib/dpkg/status": status, "var/lib/dpkg/info/some-java.list": "/usr/a.jar\n"}
    assert "/usr/a.jar: java: " in reasons(scan(owned | {"usr/a.jar": b"no zip at all"}))


def test_endings_in_capitals():
    inner = jar(maven("g.h:inner:2"))
    sbom = scan({"opt/APP.JAR": jar(maven("g.h:app:1") | {"LIB/INNER.JAR": inner}), "opt/X.EAR": "no archive"})
    assert purls(sbom) == ["pkg:maven/g.h/app@1", "pkg:maven/g.h/inner@2"]


@pytest.mark.parametrize("name", ["fat-1.0.jar", "com.example.fat-1.0.jar", "app.jar"])
def test_shaded_projects_are_in_the_one_that_the_jar_is(name: str):
    members = maven("com.dep:dep:2.0") | maven("com.example:fat:1.0") | manifest(Implementation_Title="fat")
    sbom = scan({f"opt/{name}": jar(members)})
    assert related(sbom, RelationshipKind.CONTAINS) == [
        ("pkg:maven/com.example/fat@1.0", "pkg:maven/com.dep/dep@2.0"),
    ]


def test_a_jar_that_only_contains_a_project_is_another():
    sbom = scan({"opt/server-7.0.jar": jar(maven("com.dep:dep:2.0"))})
    assert related(sbom, RelationshipKind.CONTAINS) == [("pkg:maven/server@7.0", "pkg:maven/com.dep/dep@2.0")]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_archives_in_archives(method: int):
    needs = """<dependencies><dependency><groupId>g</groupId><artifactId>lib</artifactId></dependency>
      <dependency><groupId>g</groupId><artifactId>other</artifactId><scope>test</scope></dependency></dependencies>"""
    lib = jar(maven("g:lib:1"))
    web = jar({"WEB-INF/lib/lib-1.jar": lib, "WEB-INF/lib/app.jar": jar(maven("g:app:1", needs))}, method)
    sbom = scan(
        {"opt/all.ear": jar(manifest(Implementation_Version="9") | {"web.war": web}, method), "opt/lib.jar": lib}
    )
    lib_package = sbom.packages[purls(sbom).index("pkg:maven/g/lib@1")]
    assert [one.path for one in lib_package.locations] == ["opt/all.ear!/web.war!/WEB-INF/lib/lib-1.jar", "opt/lib.jar"]
    assert related(sbom) == [("pkg:maven/g/app@1", "pkg:maven/g/lib@1")]
    assert related(sbom, RelationshipKind.CONTAINS) == [
        ("pkg:maven/all@9", "pkg:maven/g/app@1"),
        ("pkg:maven/all@9", "pkg:maven/g/lib@1"),
    ]
    assert "/opt/all.ear!/web.war: java: a jar without coordinates" in reasons(sbom)


@pytest.mark.parametrize(
    ("name", "url", "licenses"),
    [
        ("The Apache Software License, Version 2.0", "", "Apache-2.0"),
        ("Some name", "http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("GPL2 w/ CPE", "", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("Eclipse Public License v2.0", "", "EPL-2.0"),
        ("Example Terms", "https://example.test/terms", "LicenseRef-Example-Terms"),
        ("", "", ""),
    ],
)
def test_licences(name: str, url: str, licenses: str):
    assert only(scan({"a.jar": jar(maven("g:a:1", LICENSED.format(name, url)))})).licenses == licenses


def test_of_several_licences_the_user_may_choose():
    pom = f"<licenses>{''.join(f'<license><name>{name}</name></license>' for name in ('MIT', 'EPL-2.0'))}</licenses>"
    assert only(scan({"a.jar": jar(maven("g:a:1", pom))})).licenses == "EPL-2.0 OR MIT"


def test_a_bundles_licence():
    bundle = manifest(
        Bundle_License='BSD-3-Clause;link="https://example.test/a,b"', Bundle_DocURL="https://example.test"
    )
    found = only(scan({"a-1.jar": jar(bundle)}))
    assert found.licenses == "BSD-3-Clause"
    assert replace(found.details, digest=None) == LanguageDetails(homepage="https://example.test")


def test_the_runtime_and_its_own_jar():
    release = 'IMPLEMENTOR="Debian"\nJAVA_RUNTIME_VERSION="17.0.19+10-1-deb12u2-Debian"\nJAVA_VERSION="17.0.19"\n'
    sbom = scan({"opt/jre/release": release, "opt/jre/lib/jrt-fs.jar": jar(manifest(Implementation_Version="17.0.19"))})
    assert purls(sbom) == ["pkg:generic/openjdk@17.0.19%2B10"]
    assert scan({"etc/release": "Some release\n"}).packages == ()


def test_the_digest_of_an_archive():
    inner = jar(maven("org.i:i:2"))
    data = jar({**maven("org.a:b:1"), "BOOT-INF/lib/i-2.jar": inner})
    sbom = scan({"app/b-1.jar": data})
    found = {package.name: package.details.digest for package in sbom.packages}
    assert found == {"b": Digest.of(data), "i": None}


def test_a_lock_file_of_gradle():
    text = "# a comment\norg.a:b:1=compileClasspath,runtimeClasspath\norg.t:t:2=testRuntimeClasspath\nempty=\n"
    assert purls(scan({"src/gradle.lockfile": text})) == ["pkg:maven/org.a/b@1"]


def test_what_debian_says_of_its_jars():
    pom = "<groupId>org.a</groupId><artifactId>b</artifactId><version>1.0</version>"
    sbom = scan(
        {
            "usr/share/java/b-9.x.jar": jar({"x": b""}),
            "usr/share/java/b.jar": Link("b-9.x.jar"),
            "usr/share/maven-repo/org/a/b/1.0/b-1.0.jar": Link("../../../../../java/b.jar"),
            "usr/share/maven-repo/org/a/b/1.0/b-1.0.pom": project(pom + "<description>About b</description>"),
            "usr/share/maven-repo/org/a/b/debian/b-debian.pom": "not looked at",
            "usr/share/maven-repo/org/a/parent/1/parent-1.pom": project(pom),
        }
        | {
            "var/lib/dpkg/status": "Package: libwhatever-java\nVersion: 1.0-1\nArchitecture: all\n",
            "var/lib/dpkg/info/libwhatever-java.list": "/usr/share/java/b-9.x.jar\n/usr/share/maven-repo/org/a/b/1.0/b-1.0.pom\n",
        }
    )
    (found,) = (package for package in sbom.packages if package.purl.startswith("pkg:maven"))
    assert found.purl == "pkg:maven/org.a/b@1.0"
    assert replace(found.details, digest=None) == LanguageDetails(summary="About b")
    assert found.owner.startswith("pkg:deb/debian/libwhatever-java@1.0-1")


@pytest.mark.parametrize(
    ("name", "owner", "same"),
    [
        ("commons-lang3", "libcommons-lang3-java", True),
        ("openjdk", "openjdk-17-jre-headless", True),
        ("jackson-databind", "libguava-java", False),
        ("asm", "libasm-java", True),
    ],
)
def test_packages_of_debian_that_are_one_jar(name: str, owner: str, same: bool):  # noqa: FBT001
    assert goes_by(name, owner) is same


def nest(depth: int) -> bytes:
    data = jar(maven("g:inner:1"))
    for _ in range(depth):
        data = jar({"in.jar": data})
    return data


def test_a_nest_of_fifty_ends_in_a_gap():
    sbom = scan({"opt/nest-1.jar": nest(50)})
    assert purls(sbom) == ["pkg:maven/nest@1"]
    assert f"{'!/in.jar' * 9}: archives inside each other are read 10 deep" in reasons(sbom)
    assert "pkg:maven/g/inner@1" in purls(scan({"opt/nest-1.jar": nest(9)}))


def test_a_bomb_in_a_jar_is_a_gap():
    bomb = jar({"zeros": bytes(40 << 20)}, zipfile.ZIP_STORED)
    sbom = scan({"a.jar": jar(maven("g:a:1") | {"lib/bomb.jar": bomb, "lib/b.jar": jar(maven("g:b:1"))})})
    assert purls(sbom) == ["pkg:maven/g/a@1", "pkg:maven/g/b@1"]
    assert "/a.jar: java: lib/bomb.jar: 'lib/bomb.jar' unpacks" in reasons(sbom)


@pytest.mark.parametrize(
    "pom",
    [
        "<project",
        "<other/>",
        '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><project><version>&b;</version></project>',
        "<project>" + "<a>" * 500 + "</a>" * 500 + "</project>",
        '<?xml version="1.0" encoding="nonsense"?><project/>',
        b"\xff\xfe\x00",
    ],
)
def test_a_project_file_that_cannot_be_read_hides_nothing_else(pom: str | bytes):
    sbom = scan({"a.jar": jar(maven("g:a:1") | {"META-INF/maven/g/a/pom.xml": pom})})
    assert purls(sbom) == ["pkg:maven/g/a@1"]
    assert "/a.jar: java: META-INF/maven/g/a/pom.xml: " in reasons(sbom)


def test_properties_that_refer_to_themselves():
    pom = "<version>${a}</version><properties><a>${b}${b}</a><b>${a}${a}</b></properties>"
    assert (
        purls(scan({"a-3.jar": jar({"META-INF/maven/g/a/pom.xml": project("<artifactId>a</artifactId>" + pom)})})) == []
    )


@pytest.mark.parametrize("data", [b"no zip at all", jar({"a": b"1"})[:-9], b"PK\x03\x04" + bytes(40)])
def test_a_jar_that_is_none_is_a_gap(data: bytes):
    sbom = scan({"a-1.jar": data})
    assert not sbom.packages
    assert "/a-1.jar: java: " in reasons(sbom)


def test_a_jar_without_a_version_is_a_gap_and_other_files_are_not_looked_at():
    sbom = scan({"a.jar": jar({"x": b""}), "b.par": b"something else", "c.sar": jar(maven("g:c:1"))})
    assert purls(sbom) == ["pkg:maven/g/c@1"]
    assert reasons(sbom).count("java") == 1
    assert "/a.jar: java: a jar without coordinates" in reasons(sbom)


class FolderLayer(FolderTree, LayerTree):
    """A folder on disk as the one layer of an image."""


@pytest.mark.archive
def test_debians_jars(test_cache: Path, tmp_path: Path):
    packages = ["libcommons-lang3-java", "libjackson2-databind-java", "libspring-core-java", "libcommons-logging-java"]
    root = tmp_path / "root"
    unpack(fetch(test_cache, "bookworm", "amd64", packages), root)
    sbom = run(FolderLayer(root), Subject(name="root", digest=Digest.of(b"root")), catalogers=(DPKG, JAVA))
    names = {purl.partition("@")[0] for purl in purls(sbom)}
    assert names == {
        "pkg:maven/com.fasterxml.jackson.core/jackson-databind",
        "pkg:maven/commons-logging/commons-logging",
        "pkg:maven/commons-logging/commons-logging-adapters",
        "pkg:maven/commons-logging/commons-logging-api",
        "pkg:maven/org.apache.commons/commons-lang3",
        "pkg:maven/org.springframework/spring-core",
    }
    assert (
        "pkg:maven/org.springframework/spring-core@4.3.30.RELEASE",
        "pkg:maven/commons-logging/commons-logging@1.2",
    ) in related(sbom)
    assert "java" not in reasons(sbom)
