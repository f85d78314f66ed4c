"""Packages of R."""

from time import process_time

import pytest

from prill.model import LanguageDetails, RelationshipKind
from prill.sbom.catalogers.r import R
from scanned import only, purls, reasons, related, scan

LIBRARY = "usr/local/lib/R/site-library"


def description(name: str, version: str, *more: str, library: str = LIBRARY) -> dict[str, str]:
    lines = (f"Package: {name}", f"Version: {version}", *more, "Built: R 4.3.0; ; 2023-04-21 11:33:09 UTC; unix")
    return {f"{library}/{name}/DESCRIPTION": "\n".join(lines) + "\n"}


def test_a_package():
    found = only(
        scan(
            description(
                "stringr",
                "1.5.0",
                "Title: Simple, Consistent Wrappers for Common\n    String Operations",
                "License: MIT + file LICENSE",
                "URL: https://stringr.example.test,\n    https://git.example.test/stringr",
                "Maintainer: A <a@x.test>",
            )
        )
    )
    assert (found.purl, found.licenses, found.found_by) == ("pkg:cran/stringr@1.5.0", "MIT", "r")
    assert found.details == LanguageDetails(
        summary="Simple, Consistent Wrappers for Common String Operations",
        homepage="https://stringr.example.test",
        author="A <a@x.test>",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPL (>= 2)", "GPL-2.0-or-later"),
        ("GPL(>=2)", "GPL-2.0-or-later"),
        ("GPL (== 2)", "GPL-2.0-only"),
        ("LGPL (>= 2.1)", "LGPL-2.1-or-later"),
        ("GPL-2 | GPL-3", "GPL-2.0-only OR GPL-3.0-only"),
        ("GPL-2 | file LICENSE", "GPL-2.0-only"),
        ("BSD_3_clause + file LICENSE", "BSD-3-Clause"),
        ("Apache License (== 2.0)", "Apache-2.0"),
        ("Apache License 2.0", "Apache-2.0"),
        ("file LICENSE", ""),
        ("Part of R 4.3.0", ""),
        ("ACM | MIT", "LicenseRef-ACM OR MIT"),
    ],
)
def test_licences_in_the_words_of_r(text: str, expected: str):
    assert only(scan(description("a", "1.0", f"License: {text}"))).licenses == expected


def test_the_nearest_of_a_name_is_needed():
    sbom = scan(
        description("a", "1.0", "Depends: R (>= 3.5), c", "Imports: b (>= 1),\n    d", "LinkingTo: Rcpp")
        | description("b", "1.0")
        | description("b", "0.9", library="usr/lib/R/library")
        | description("Rcpp", "1.0.10", library="usr/lib/R/library")
    )
    assert related(sbom) == [("pkg:cran/a@1.0", "pkg:cran/Rcpp@1.0.10"), ("pkg:cran/a@1.0", "pkg:cran/b@1.0")]


def test_what_ends_a_long_file_counts():
    assert purls(scan(description("a", "1.0", "Collate:", *(f"    'f{number}.R'" for number in range(2000)))))
    begun = process_time()
    assert purls(scan(description("a", "1.0", "Collate:" + "\n " * 400_000)))
    assert process_time() - begun < 15


def test_many_libraries_do_not_take_long():
    many: dict[str, str] = {}
    for number in range(3000):
        many |= description(f"p{number}", "1.0", f"Imports: p{number + 1}", library=f"opt/{number}/library")
    begun = process_time()
    assert len(related(scan(many, [R]))) == 2999
    assert process_time() - begun < 10  # it took minutes, the square of what there is


def test_a_package_of_the_distribution_is_its_owner():
    status = "Package: r-cran-glue\nVersion: 1.6.2-1\nArchitecture: amd64\nStatus: install ok installed\n"
    path = "usr/lib/R/site-library/glue/DESCRIPTION"
    sbom = scan(
        description("glue", "1.6.2", library="usr/lib/R/site-library")
        | {"var/lib/dpkg/status": status, "var/lib/dpkg/info/r-cran-glue.list": f"/{path}\n"}
    )
    assert [one.purl for one in sbom.packages if one.owner] == ["pkg:cran/glue@1.6.2"]
    assert len(related(sbom, RelationshipKind.OWNED_BY)) == 1


def test_the_packages_of_r_itself_are_the_distributions():
    status = "Package: r-base-core\nVersion: 4.2.2-2\nArchitecture: amd64\nStatus: install ok installed\n"
    sbom = scan(
        description("stats", "4.2.2", library="usr/lib/R/library")
        | {
            "var/lib/dpkg/status": status,
            "var/lib/dpkg/info/r-base-core.list": "/usr/lib/R/library/stats/DESCRIPTION\n",
        }
    )
    assert [one.purl for one in sbom.packages if one.owner] == ["pkg:cran/stats@4.2.2"]


def test_what_was_not_installed_is_none():
    source = {f"{LIBRARY}/a/DESCRIPTION": "Package: a\nVersion: 1.0\n"}
    assert not scan(source | {f"{LIBRARY}/b/inst/c/DESCRIPTION": "Package: c\nVersion: 1.0\nBuilt: R\n"}).packages


@pytest.mark.parametrize(
    "text", ["Built: R", "Package: ../x\nVersion: 1.0\nBuilt: R", "Package: a\nVersion: x\nBuilt: R"]
)
def test_what_names_no_package_is_a_gap(text: str):
    sbom = scan({f"{LIBRARY}/a/DESCRIPTION": text})
    assert not purls(sbom)
    assert f"/{LIBRARY}/a/DESCRIPTION: r: a DESCRIPTION of the package" in reasons(sbom)
