"""Where apt inside an image gets packages from."""

from pathlib import Path

import pytest

from prill.build.package_sources import package_sources
from prill.build.spec import Spec
from prill.build.spec_reader import read_spec
from prill.distro.deb.control import parse_paragraphs
from prill.distro.deb.snapshot import timestamp_of
from trees import DictTree

RELEASED = 1_747_699_200
"""2025-05-20, midnight."""

APT = {"usr/bin/apt-get": "apt"}


def spec(mirrors: str = "") -> Spec:
    text = f"contents:\n  distribution: debian:13\n  components: [main, contrib]\n  mirrors: [{mirrors}]\n"
    text = text if mirrors else text.replace("  mirrors: []\n", "")
    return read_spec(Path("shop.yaml"), read=lambda _: text.encode(), trim_sets=(), distributions=("debian:13",)).spec


def sources(tree: DictTree, spec: Spec) -> list[dict[str, str]]:
    (entry,) = package_sources(tree, spec, released=RELEASED)
    assert (entry.stat.path, entry.rule) == ("etc/apt/sources.list.d/debian.sources", "apt-sources")
    return list(parse_paragraphs(entry.content))


def test_an_image_without_apt_has_none():
    assert package_sources(DictTree({"usr/bin/apt": "no"}), spec(), released=RELEASED) == ()


def test_the_snapshot_is_one_that_has_the_releases_of_the_lock():
    archive, security = sources(DictTree(APT), spec())
    assert (archive["Suites"], security["Suites"]) == ("trixie trixie-updates", "trixie-security")
    for paragraph, name in ((archive, "debian"), (security, "debian-security")):
        base, time = timestamp_of(paragraph["URIs"]) or pytest.fail("no snapshot")
        assert paragraph["URIs"].startswith(f"{base}/archive/{name}/")
        # A Release comes into the next snapshot, and Debian takes several a day; half a day is later than any of them.
        assert time - RELEASED == 12 * 60 * 60
        assert (paragraph["Components"], paragraph["Check-Valid-Until"]) == ("main contrib", "no")
        assert "Signed-By" not in paragraph


def test_the_mirrors_of_the_spec_come_before_the_snapshot():
    archive, security = sources(DictTree(APT), spec("https://deb.example.test/debian"))
    assert archive["URIs"] == "https://deb.example.test/debian"
    assert security["URIs"] == "https://deb.example.test/debian-security"
    assert "Check-Valid-Until" not in archive


def test_the_keyring_is_named_where_it_is():
    keyring = "usr/share/keyrings/debian-archive-keyring.gpg"
    for paragraph in sources(DictTree({**APT, keyring: b"keys"}), spec()):
        assert paragraph["Signed-By"] == f"/{keyring}"
