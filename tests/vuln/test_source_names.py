"""Documents that name no source packages: which they are, and what is said of them."""

from dataclasses import replace

import pytest

from advisories import apk, deb, language, rpm
from prill.model import Package
from prill.vuln.source_names import untold_sources, untold_sources_gap


def told(package: Package) -> Package:
    return replace(package, found_by="document")


@pytest.mark.parametrize(
    ("packages", "untold"),
    [
        ([deb("libssl3", "1"), deb("app", "1")], ["libssl3", "app"]),
        ([deb("libssl3", "1", source="openssl"), deb("app", "1")], []),
        ([deb("libssl3", "1+b1", source_version="1"), deb("app", "1")], []),
        ([apk("libssl3", "1-r0"), language("pypi", "x", "1"), rpm("y", "1-1")], ["libssl3"]),
        ([apk("libssl3", "1-r0", "openssl"), apk("app", "1-r0")], []),
        ([language("pypi", "x", "1")], []),
    ],
)
def test_only_a_document_that_names_none_leaves_them_open(packages: list[Package], untold: list[str]):
    assert [one.name for one in untold_sources(map(told, packages))] == untold


def test_an_images_own_database_names_them():
    assert untold_sources([deb("tzdata", "1")]) == ()


def test_the_gap_counts_and_names_three():
    gap = untold_sources_gap([deb(name, "1") for name in "abcde"])
    assert gap is not None
    assert "none of 5 packages' source packages" in gap.reason
    assert gap.reason.endswith("missed for a, b, c and 2 more")
    assert untold_sources_gap([]) is None
