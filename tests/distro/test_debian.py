import re
from pathlib import Path

import pytest

from prill.distro.deb.openpgp import Keyring
from prill.distro.debian import RELEASES, Area, UnknownRelease, release_named

KEYS = Path(__file__).resolve().parents[2] / "src/prill/distro/keys"
TRUST = Path(__file__).resolve().parents[2] / "docs/trust.md"


@pytest.mark.parametrize(
    ("text", "version"), [("debian:12", "12"), ("debian:bookworm", "12"), ("debian:13", "13"), ("debian:trixie", "13")]
)
def test_names(text: str, version: str):
    release = release_named(text)
    assert release.version == version
    assert str(release) == f"debian:{version}"


@pytest.mark.parametrize("text", ["", "debian", "debian:", "debian:11", "ubuntu:24.04", "trixie", "Debian:13"])
def test_names_that_are_not_known(text: str):
    with pytest.raises(UnknownRelease, match=re.escape(repr(text))) as caught:
        release_named(text)
    assert "debian:13 (trixie)" in str(caught.value.hint)


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_each_release_has_its_three_pockets(release):  # noqa: ANN001
    names = [pocket.name for pocket in release.pockets]
    assert names == [release.codename, f"{release.codename}-updates", f"{release.codename}-security"]
    assert [pocket.area for pocket in release.pockets] == [Area.ARCHIVE, Area.ARCHIVE, Area.SECURITY]
    assert release.pocket(names[2]).label == "Debian-Security"
    with pytest.raises(UnknownRelease, match="backports"):
        release.pocket("trixie-backports")
    assert release.support_ends < release.lts_ends


def test_security_and_archive_trust_no_common_key():
    for release in RELEASES:
        archive, updates, security = (set(Keyring.read(pocket.keys).fingerprints) for pocket in release.pockets)
        assert archive == updates
        assert not archive & security


def test_the_documented_keys_are_the_shipped_ones():
    documented = re.findall(
        r"\| `(debian-[0-9a-z-]+\.asc)` \| ([0-9A-F ]+) \| ([^|]+) \| ([0-9-]+) \|", TRUST.read_text()
    )
    shipped = []
    for path in sorted(KEYS.glob("*.asc")):
        (cert,) = Keyring.read([path]).certs
        name = str(cert.user_ids[0]).partition(" <")[0]
        assert cert.expiration
        fingerprint = cert.fingerprint.upper()
        spaced = " ".join(fingerprint[at : at + 4] for at in range(0, 40, 4))
        shipped.append((path.name, spaced, name, cert.expiration.date().isoformat()))
    assert documented == shipped


def test_each_shipped_key_is_trusted_for_something():
    used = {path for release in RELEASES for pocket in release.pockets for path in pocket.keys}
    assert used == set(KEYS.glob("*"))
