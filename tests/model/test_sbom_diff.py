from prill.model import LanguageDetails, Package, Sbom, Subject
from prill.model.sbom_diff import PackageChange, diff_sboms


def sbom(*packages: tuple[str, str, str]) -> Sbom:
    return Sbom(
        subject=Subject(name="x"),
        packages=tuple(
            Package(name=name, version=version, purl=purl, found_by="x", details=LanguageDetails(), licenses="MIT")
            for name, version, purl in packages
        ),
    )


def test_an_update_is_one_change():
    old = sbom(
        ("a", "1", "pkg:npm/a@1"), ("b", "1", "pkg:deb/debian/b@1?distro=debian-12"), ("c", "1", "pkg:npm/%40x/c@1")
    )
    new = sbom(("a", "2", "pkg:npm/a@2"), ("b", "1", "pkg:deb/debian/b@1?distro=debian-13"), ("d", "1", ""))
    found = diff_sboms(old, new)
    assert found.same == 1
    assert found.changes == (
        PackageChange(ecosystem="npm", name="@x/c", old=("1",)),
        PackageChange(ecosystem="npm", name="a", old=("1",), new=("2",)),
        PackageChange(ecosystem="unidentified", name="d", new=("1",)),
    )


def test_of_several_versions_only_those_that_differ():
    old = sbom(("a", "1", "pkg:npm/a@1"), ("a", "2", "pkg:npm/a@2"))
    new = sbom(("a", "2", "pkg:npm/a@2"), ("a", "3", "pkg:npm/a@3"), ("a", "4", "pkg:npm/a@4"))
    found = diff_sboms(old, new)
    assert found.changes == (PackageChange(ecosystem="npm", name="a", old=("1",), new=("3", "4")),)
    assert found.same == 1


def test_another_licence_is_a_change():
    one = sbom(("a", "1", "pkg:npm/a@1"))
    other = Sbom(
        subject=one.subject,
        packages=(
            Package(name="a", version="1", purl="pkg:npm/a@1", found_by="x", details=LanguageDetails(), licenses="ISC"),
        ),
    )
    assert diff_sboms(one, other).changes == (
        PackageChange(ecosystem="npm", name="a", old=("1",), new=("1",), old_licenses="MIT", new_licenses="ISC"),
    )
