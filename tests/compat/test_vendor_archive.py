"""Debian's real archive: what its security pocket fixed of what its main pocket has, by the changelogs alone."""

from pathlib import Path

import pytest

from advisories import deb
from prill._io.cache import ContentCache
from prill._io.clock import SystemClock
from prill._io.http import Fetcher
from prill.distro.deb.apt_sources import read_apt_sources
from prill.distro.deb.archive import Archive, NoUsableMirror
from prill.distro.deb.index import PackageIndex, Universe
from prill.distro.deb.mirrors import choose_mirrors
from prill.distro.debian import release_named
from prill.model import Package
from prill.vuln.vendor_archive import VendorAnswer, ask_archive

pytestmark = [pytest.mark.compat, pytest.mark.archive]
NAMES = ("libssl3", "libexpat1", "perl-base", "libpython3.11-stdlib", "nodejs", "openjdk-17-jre-headless", "nginx")
LEAST = 2
"""How many CVEs each of them has behind it; there were 12, 27, 13, 14, 11, 65 and 14 when this was written."""


@pytest.fixture(scope="module")
def asked(test_cache: Path) -> tuple[VendorAnswer, VendorAnswer, dict[str, Package]]:
    """Return what the archive says of the main pocket's versions, and of the newest of all pockets."""
    mirrors = choose_mirrors(apt=read_apt_sources(Path("/")))
    if not mirrors:
        pytest.skip("this machine has no apt sources")
    cache = ContentCache(test_cache / "vendor-archive")
    with Fetcher() as fetcher:
        archive = Archive(release_named("debian:12"), mirrors, fetcher, cache, clock=SystemClock())
        try:
            indexes = archive.packages("amd64")
        except NoUsableMirror as error:
            pytest.skip(str(error))
        main = Universe.of(
            PackageIndex.parse(data, pocket=one.pocket) for one, data in indexes if one.pocket == "bookworm"
        )
        every = Universe.of(PackageIndex.parse(data, pocket=one.pocket) for one, data in indexes)
        old, new = (
            [
                deb(name, record.version, source=record.source_name, source_version=record.source_version)
                for name in NAMES
                for record in universe.versions(name)[:1]
            ]
            for universe in (main, every)
        )
        answers = [ask_archive(packages, archive, cache, architecture="amd64") for packages in (old, new)]
    return answers[0], answers[1], {one.name: one for one in old}


@pytest.mark.parametrize("name", NAMES)
def test_what_security_fixed_is_listed_with_its_evidence(name: str, asked: tuple):
    answer, _, old = asked
    found = [match for match in answer.matches if match.package.name == name]
    assert len({match.advisory.id for match in found}) >= LEAST
    assert all(match.package.version == old[name].version for match in found)
    for match in found:
        (claim, *_) = match.why
        assert claim.source.endswith(("bookworm-security", "bookworm-updates", "bookworm"))
        assert match.advisory.id in claim.statement.upper()
        assert match.fixed_in > ""


def test_what_is_current_has_nothing_to_fix(asked: tuple):
    _, answer, _ = asked
    assert (answer.matches, answer.behind, answer.gaps) == ((), (), ())
