"""Every ecosystem has one order."""

import pytest

from prill.ecosystems.versions.keys import UnreadableVersion
from prill.vuln.orders import BUILTIN, UnknownEcosystem, ecosystem_of_type, order_of


def test_every_ecosystem_and_every_id_stands_once():
    for names in ([name for order in BUILTIN for name in order.ecosystems], [order.id for order in BUILTIN]):
        assert len(names) == len({name.lower() for name in names})
    assert all(order_of(name) is order for order in BUILTIN for name in (order.id, *order.ecosystems))


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("Debian:12", "deb"),
        ("alpine:v3.20", "apk"),
        ("redhat", "rpm"),
        ("crates.io", "semver"),
        ("composer", "packagist"),
    ],
)
def test_a_release_behind_the_name_makes_no_difference(name: str, order: str):
    assert order_of(name).id == order


def test_an_unknown_ecosystem_is_named_with_those_that_are_known():
    with pytest.raises(UnknownEcosystem, match="'Slackware'") as caught:
        order_of("Slackware")
    assert "Debian" in caught.value.hint


def test_a_purls_type_has_osvs_name():
    assert ecosystem_of_type("golang") == "Go"
    assert ecosystem_of_type("generic") == ""
    assert all(
        order_of(ecosystem_of_type(kind)) for kind in ("npm", "cargo", "gem", "composer", "maven", "nuget", "hex")
    )


def test_debians_order_is_dpkgs_and_its_errors_are_everybodys():
    deb = order_of("Debian")
    assert deb.compare("1:1.0-1", "2.0-1") == 1
    with pytest.raises(UnreadableVersion, match="Debian"):
        deb.compare("1 0", "1")
