"""Debian's real archive, through the machine's own apt sources."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pysequoia import Cert

from prill._io.cache import ContentCache
from prill._io.clock import SystemClock
from prill._io.http import Fetcher
from prill.distro.deb.apt_sources import read_apt_sources
from prill.distro.deb.archive import Archive, Wanted
from prill.distro.deb.mirrors import choose_mirrors
from prill.distro.deb.openpgp import BadSignature
from prill.distro.deb.release import MAX_INRELEASE, verify_inrelease
from prill.distro.debian import RELEASES

pytestmark = [pytest.mark.archive, pytest.mark.xdist_group("archive")]


@pytest.fixture(scope="module")
def fetcher() -> Iterator[Fetcher]:
    with Fetcher() as running:
        yield running


@pytest.fixture(scope="module", params=RELEASES, ids=str)
def archive(request: pytest.FixtureRequest, fetcher: Fetcher, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    sources = read_apt_sources()
    if not sources.mirrors:
        pytest.skip("this machine has no apt sources")
    cache = ContentCache(tmp_path_factory.mktemp("cache"))
    return Archive(request.param, choose_mirrors(apt=sources), fetcher, cache, clock=SystemClock())


def test_all_pockets_verify(archive: Archive):
    release = archive.release
    for pocket, signed in zip(release.pockets, archive.releases(), strict=True):
        assert (signed.pocket, signed.codename, signed.origin) == (pocket.name, pocket.name, "Debian")
        assert signed.signers
        assert signed.version.startswith(release.version)
        assert {"amd64", "arm64"} <= set(signed.architectures)
        assert "main" in signed.components


def test_what_is_essential(archive: Archive):
    paragraphs = [one for _, data in archive.packages("amd64") for one in data.decode().split("\n\n")]
    essential = {one.split("\n")[0].removeprefix("Package: ") for one in paragraphs if "\nEssential: yes\n" in one}
    assert essential == set(archive.release.essential)


def test_indexes_and_packages_of_all_pockets(archive: Archive):
    wanted = []
    for release, data in archive.packages("amd64"):
        assert data.startswith(b"Package: ")
        fields = [
            dict(line.split(": ", 1) for line in paragraph.split("\n") if not line.startswith(" ") and ": " in line)
            for paragraph in data[:300_000].decode().split("\n\n")[:-1]
        ]
        smallest = min(fields, key=lambda paragraph: int(paragraph["Size"]))
        wanted.append(
            Wanted(
                filename=smallest["Filename"],
                size=int(smallest["Size"]),
                sha256=smallest["SHA256"],
                pocket=release.pocket,
                released=release.date,
            )
        )
    paths = archive.fetch_all(wanted)
    assert all(path.read_bytes().startswith(b"!<arch>\n") for path in paths.values())


@pytest.mark.compat
def test_gpgv_agrees(archive: Archive, fetcher: Fetcher, tmp_path: Path):
    if not shutil.which("gpgv"):
        pytest.skip("gpgv is not installed")
    for pocket, signed in zip(archive.release.pockets, archive.releases(), strict=True):
        data = fetcher.fetch_bytes(signed.url, max_size=MAX_INRELEASE)
        (tmp_path / "InRelease").write_bytes(data)
        keyring = tmp_path / "keyring.gpg"
        keyring.write_bytes(b"".join(bytes(Cert.from_bytes(path.read_bytes())) for path in pocket.keys))
        command = ["gpgv", "--status-fd", "1", "--keyring", keyring, tmp_path / "InRelease"]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        # The last word of VALIDSIG is the primary key's fingerprint (GnuPG, doc/DETAILS).
        theirs = {line.split()[-1] for line in said.splitlines() if line.startswith("[GNUPG:] VALIDSIG ")}
        unknown = set(re.findall(r"\[GNUPG:\] ERRSIG .* ([0-9A-F]{40})$", said, re.MULTILINE))
        ours = verify_inrelease(data, pocket=pocket, now=SystemClock().now())
        assert (set(ours.signers), set(ours.unknown_signers)) == (theirs, unknown)


def test_one_changed_byte_is_noticed(archive: Archive, fetcher: Fetcher):
    for pocket, signed in zip(archive.release.pockets, archive.releases(), strict=True):
        data = fetcher.fetch_bytes(signed.url, max_size=MAX_INRELEASE)
        at = data.index(b"Packages.xz")
        with pytest.raises(BadSignature):
            verify_inrelease(data[:at] + b"p" + data[at + 1 :], pocket=pocket, now=SystemClock().now())


def test_no_release_vouches_for_the_others_security(archive: Archive, fetcher: Fetcher):
    main, _, security = archive.release.pockets
    data = fetcher.fetch_bytes(archive.releases()[2].url, max_size=MAX_INRELEASE)
    with pytest.raises(BadSignature):
        verify_inrelease(data, pocket=main, now=SystemClock().now())
    assert verify_inrelease(data, pocket=security, now=SystemClock().now())
