"""Maven's project files that say what they need together."""

from functools import partial
from time import process_time

import pytest

from prill.ecosystems.maven_project import Effort
from scanned import purls, reasons, scan_folder

HEAD = '<project xmlns="http://maven.apache.org/POM/4.0.0">'


def pom(artifact: str, *more: str, parent: str = "", path: str = "") -> str:
    above = f"<parent><groupId>g</groupId><artifactId>{parent}</artifactId><version>1</version>{path}</parent>"
    own = "" if parent else "<groupId>g</groupId><version>1</version>"
    return f"{HEAD}{above if parent else ''}{own}<artifactId>{artifact}</artifactId>{''.join(more)}</project>"


def needs(*names: str) -> str:
    return f"<dependencies>{''.join(map(dependency, names))}</dependencies>"


def manages(*names: str) -> str:
    return f"<dependencyManagement>{needs(*names)}</dependencyManagement>"


def dependency(text: str) -> str:
    group, artifact, version, scope = (*text.split(":"), "", "")[:4]
    return "".join(
        ("<dependency>", f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId>",
         f"<version>{version}</version>" if version else "", f"<scope>{scope}</scope>" if scope else "",
         "</dependency>")
    )  # fmt: skip


def properties(**values: str) -> str:
    return f"<properties>{''.join(f'<{name}>{value}</{name}>' for name, value in values.items())}</properties>"


def test_a_module_has_its_parents_versions():
    sbom = scan_folder(
        {
            "pom.xml": pom("root", properties(a="1.1", b="2.1"), manages("x:a:${a}", "x:b:${b}", "x:t:3:test")),
            "app/pom.xml": pom("app", properties(b="2.2"), needs("x:a", "x:b", "x:t", "g:lib:1"), parent="root"),
            "lib/pom.xml": pom("lib", needs("x:a:9", "y:c:${project.parent.version}"), parent="root"),
        }
    )
    assert purls(sbom) == ["pkg:maven/x/a@1.1", "pkg:maven/x/a@9", "pkg:maven/x/b@2.2", "pkg:maven/y/c@1"]
    assert not sbom.gaps


@pytest.mark.parametrize("path", ["<relativePath>../up</relativePath>", "<relativePath>../up/pom.xml</relativePath>",
                                  "<relativePath/>"])  # fmt: skip
def test_a_parent_elsewhere_brings_its_dependencies(path: str):
    files = {"up/pom.xml": pom("up", needs("x:a:1", "x:b:1:provided")), "pom.xml": pom("other")}
    assert purls(scan_folder(files | {"app/pom.xml": pom("app", parent="up", path=path)})) == ["pkg:maven/x/a@1"]


def test_more_projects_than_can_be_put_together_are_a_gap(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("prill.sbom.pom_projects.Effort", partial(Effort, 1_000_000))
    below = properties(a="${a}" * 200)
    files = {"pom.xml": pom("root", below, manages(*["g:${a}:1"] * 2000), needs("x:a:1"))}
    files |= {f"{number}/pom.xml": pom(f"p{number}", needs("x:b"), parent="root") for number in range(400)}
    begun = process_time()
    sbom = scan_folder(files)
    assert process_time() - begun < 15  # it took a quarter of an hour
    assert purls(sbom) == ["pkg:maven/x/a@1"]
    told = "/pom.xml: lock-files: it goes on in its parents and imported projects, of which there are too many"
    assert f"/399{told}" in reasons(sbom)
    assert f"/0{told}" not in reasons(sbom)


def test_the_nearest_word_on_a_dependency_counts():
    files = {"up/pom.xml": pom("up", manages("x:c:3"), needs("x:a:1:runtime"), parent="nobody")}
    below = pom(
        "app", needs("x:a:2:test", "x:b:LATEST", "x:c:[1,2)"), parent="up", path="<relativePath>../up</relativePath>"
    )
    sbom = scan_folder(files | {"app/pom.xml": below})
    assert [(one.purl, [each.path for each in one.locations]) for one in sbom.packages] == [
        ("pkg:maven/x/a@1", ["up/pom.xml"])
    ]
    assert reasons(sbom) == "/app/pom.xml: lock-files: no one version is named of x:b, x:c"


def test_what_is_imported_comes_after_what_is_managed():
    files = {
        "bom/pom.xml": pom("bom", properties(v="5"), manages("x:a:${v}", "x:b:${v}", "g:bom:1:import")),
        "app/pom.xml": pom("app", properties(v="6"), manages("x:a:4", "g:bom:1:import"), needs("x:a", "x:b", "x:c")),
    }
    sbom = scan_folder(files)
    assert purls(sbom) == ["pkg:maven/x/a@4", "pkg:maven/x/b@5"]
    assert reasons(sbom) == "/app/pom.xml: lock-files: no one version is named of x:c"


def test_projects_that_are_each_others_parents():
    files = {"a/pom.xml": pom("a", needs("x:a:${v}"), parent="b", path="<relativePath>../b</relativePath>"),
             "b/pom.xml": pom("b", properties(v="1"), parent="a", path="<relativePath>../a</relativePath>"),
             "c/pom.xml": pom("c", parent="c")}  # fmt: skip
    assert purls(scan_folder(files)) == ["pkg:maven/x/a@1"]


def test_a_parent_that_is_not_there_leaves_its_versions_unknown():
    sbom = scan_folder({"app/pom.xml": pom("app", needs("x:a", "x:b:${v}", "x:c:1"), parent="root"),
                        "pom.xml": pom("another", properties(v="1"))})  # fmt: skip
    assert purls(sbom) == ["pkg:maven/x/c@1"]
    assert reasons(sbom) == "/app/pom.xml: lock-files: no one version is named of x:a, x:b"
