"""Until when releases are looked after."""

from datetime import date

import pytest

from prill.catalogue.data_files import load_data
from prill.catalogue.end_of_life import find_end, products


@pytest.mark.parametrize(
    ("product", "version", "release"),
    [
        ("debian", "12", "12"),
        ("ubuntu", "24.04", "24.04"),
        ("alpine", "3.20.3", "3.20"),
        ("python", "3.11.2", "3.11"),
        ("nodejs", "20.11.1", "20"),
        ("openjdk", "17.0.19+10", "17"),
        ("go", "1.22.5", "1.22"),
        ("rhel", "9.4", "9"),
        ("redhat", "9.4", "9"),
        ("opensuse", "15.6", "15.6"),
        ("openssl", "3.0.18", "3.0"),
        ("azurelinux", "3.0.20260601", "3.0"),
        ("mariner", "2.0", "2.0"),
        ("rust", "1.85.1", "1.85"),
    ],
)
def test_a_version_belongs_to_its_release(product: str, version: str, release: str):
    found = find_end(product, version)
    assert found is not None
    assert found.release == release


@pytest.mark.parametrize(
    ("product", "version"),
    [("debian", ""), ("debian", "99"), ("python", "3.999.1"), ("nothing", "1"), ("python", "three")],
)
def test_what_the_table_does_not_have_is_not_known(product: str, version: str):
    assert find_end(product, version) is None


def test_a_release_goes_from_supported_to_extended_to_ended():
    found = find_end("debian", "12")
    assert found is not None
    days = [date(2026, 7, 11), date(2026, 7, 12), date(2028, 6, 30), date(2028, 7, 1)]
    assert [found.status(day) for day in days] == ["supported", "extended", "extended", "ended"]
    assert found.extended_name == "LTS"
    assert found.source.endswith("/debian")


def test_whom_an_extension_is_for():
    named = [("debian", "12"), ("ubuntu", "18.04"), ("rhel", "7"), ("ol", "7"), ("sles", "15.6")]
    found = {product: find_end(product, version) for product, version in named}
    assert {product for product, end in found.items() if end is not None and end.for_all} == {"debian"}


def test_a_release_without_an_end_is_supported():
    found = find_end("go", "1.27.0")
    assert found is not None
    assert found.ends is None
    assert found.status(date(2030, 1, 1)) == "supported"


def test_there_is_no_product_without_releases():
    assert {"debian", "ubuntu", "alpine", "python", "nodejs", "openjdk", "go"} <= set(products())


def test_the_table_is_as_its_source_says(shared_data):  # noqa: ANN001
    """Of every product the newest releases, read anew from the source's own pages."""
    import yaml  # noqa: PLC0415

    names = {"openjdk": "eclipse-temurin", "alpine": "alpine-linux", "rocky": "rocky-linux", "amzn": "amazon-linux"}
    names |= {"ol": "oracle-linux", "opensuse-leap": "opensuse"}
    compared = 0
    elsewhere = {"azurelinux"}  # the copies of the pages are older than its own
    for product in sorted({*products()} - elsewhere):
        page = shared_data / "vuln" / "end-of-life" / f"{names.get(product, product)}.md"
        head = yaml.safe_load(page.read_text(encoding="utf-8").split("\n---", 1)[0].lstrip("-"))
        for release in head["releases"]:
            found = find_end(product, str(release["releaseCycle"]))
            if isinstance(release["eol"], date) and release["eol"] >= date(2012, 1, 1):
                assert found is not None, (product, release)
                assert found.ends == release["eol"], (product, release)
                compared += 1
    assert compared > 300


def test_a_table_alone_is_read_as_it_is_among_all() -> None:
    whole, source, dated = load_data("end-of-life")
    assert {name: load_data("end-of-life", name) for name in whole} == {
        name: ({name: table}, source, dated) for name, table in whole.items()
    }
    assert load_data("end-of-life", "nobody") == ({}, source, dated)


def test_alpines_edge_is_no_release():
    assert find_end("alpine", "3.22.0_alpha20250108") is None
    assert find_end("alpine", "3.22.1") is not None
