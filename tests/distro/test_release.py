import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from debian_archive import DAY, NOW, clearsign, fingerprint, release_text, utc, write_keys
from prill.distro.deb.openpgp import BadSignature, Keyring
from prill.distro.deb.release import (
    MAX_INRELEASE,
    InvalidRelease,
    NoSuchIndex,
    ReleaseExpired,
    ReleaseNotYetValid,
    SignedRelease,
    WrongRelease,
    verify_inrelease,
)
from prill.distro.debian import Area, Pocket

INDEX = b"Package: hello\n"


@pytest.fixture
def pocket(tmp_path: Path) -> Pocket:
    return Pocket(name="trixie", area=Area.ARCHIVE, label="Debian", keys=write_keys(tmp_path / "keys", "automatic"))


def verify(text: str, pocket: Pocket, now: int = NOW) -> SignedRelease:
    return verify_inrelease(clearsign(text, "automatic"), pocket=pocket, now=now)


def test_what_a_release_says(pocket: Pocket):
    data = clearsign(release_text({"main/binary-amd64/Packages": INDEX}), "automatic")
    release = verify_inrelease(data, pocket=pocket, now=NOW, url="http://h/InRelease")
    assert (release.pocket, release.origin, release.label, release.suite) == ("trixie", "Debian", "Debian", "stable")
    assert (release.codename, release.version) == ("trixie", "13.8")
    assert (release.date, release.valid_until) == (NOW - DAY, NOW + 6 * DAY)
    assert release.architectures == ("all", "amd64", "arm64")
    assert release.components == ("main", "contrib")
    assert (release.acquire_by_hash, release.architecture_all_apart) == (True, False)
    assert release.inrelease_sha256 == hashlib.sha256(data).hexdigest()
    assert (release.signers, release.unknown_signers) == ((fingerprint("automatic"),), ())
    file = release.file("main/binary-amd64/Packages")
    assert (file.size, file.sha256) == (len(INDEX), hashlib.sha256(INDEX).hexdigest())
    assert hash(release) == hash(replace(release))


def test_what_a_release_may_leave_out(pocket: Pocket):
    left_out = {"Valid_Until": None, "Acquire_By_Hash": None, "No_Support_for_Architecture_all": None}
    release = verify(release_text(**left_out), pocket)
    assert (release.valid_until, release.acquire_by_hash, release.architecture_all_apart) == (None, False, True)


def test_the_components_of_the_security_archive_have_a_prefix(pocket: Pocket):
    release = verify(release_text(Components="updates/main updates/non-free-firmware"), pocket)
    assert release.components == ("main", "non-free-firmware")


def test_a_file_that_is_not_listed(pocket: Pocket):
    with pytest.raises(NoSuchIndex, match="main/binary-vax/Packages") as caught:
        verify(release_text(), pocket).file("main/binary-vax/Packages")
    assert "amd64 arm64" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Origin", "Ubuntu"),
        ("Codename", "bookworm"),
        ("Codename", "trixie-updates"),
        ("Label", "Debian-Security"),
        ("Origin", None),
    ],
)
def test_another_release_than_the_one_asked_for(pocket: Pocket, field: str, value: str | None):
    with pytest.raises(WrongRelease, match=f"says {field}: {value or ''!r}") as caught:
        verify(release_text(**{field: value}), pocket)
    assert caught.value.hint


def test_time_decides(pocket: Pocket):
    text = release_text()
    assert verify(text, pocket, now=NOW + 6 * DAY)
    with pytest.raises(ReleaseExpired, match="expired 48 hours ago") as caught:
        verify(text, pocket, now=NOW + 8 * DAY)
    assert "stale" in str(caught.value.hint)


def test_a_release_from_the_future(pocket: Pocket):
    text = release_text(Date=utc(NOW + 1800))
    assert verify(text, pocket)
    with pytest.raises(ReleaseNotYetValid, match="dated 7200 seconds ahead"):
        verify(release_text(Date=utc(NOW + 7200)), pocket)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Mon, 32 Nov 2026 00:00:00 UTC",
        "Mon, 23 Nov 2026 00:00:00 +0100",
        "Mon, 23 Nov 99999999 00:00:00 UTC",
    ],
)
@pytest.mark.parametrize("field", ["Date", "Valid_Until"])
def test_times_that_are_none(pocket: Pocket, field: str, text: str):
    with pytest.raises(InvalidRelease, match="no time in UTC"):
        verify(release_text(**{field: text}), pocket)


@pytest.mark.parametrize(
    "line",
    [
        f" {'0' * 63} 5 main/Packages",
        f" {'0' * 64} five main/Packages",
        f" {'0' * 64} \u0665 main/Packages",
        f" {'0' * 64} -5 main/Packages",
        f" {'0' * 64} 99999999999 main/Packages",
        f" {'0' * 64} 5",
        f" {'0' * 64} 5 main/Packages more",
        f" {'0' * 64} 5 ../../etc/passwd",
        f" {'0' * 64} 5 /etc/passwd",
        f" {'0' * 64} 5 main//Packages",
        f" {'0' * 64} 5 main/./Packages",
        f" {'0' * 64} 5 main/",
        f" {'0' * 64} 5 main/%2e%2e/Packages",
        f" {'G' * 64} 5 main/Packages",
    ],
)
def test_lines_that_list_no_file(pocket: Pocket, line: str):
    with pytest.raises(InvalidRelease, match="lists a file as"):
        verify(release_text() + line + "\n", pocket)


@pytest.mark.parametrize(
    "text",
    [release_text() + "\nOrigin: Debian\n", release_text() + "Origin: Debian\n", "no field\n" + release_text()],
    ids=["two paragraphs", "a field twice", "no field"],
)
def test_signed_text_that_is_no_release(pocket: Pocket, text: str):
    with pytest.raises(InvalidRelease):
        verify(text, pocket)


def test_an_inrelease_that_is_too_long_is_not_looked_at(pocket: Pocket):
    with pytest.raises(InvalidRelease, match="longer than"):
        verify_inrelease(b"-" * (MAX_INRELEASE + 1), pocket=pocket, now=NOW)


def test_a_changed_inrelease(pocket: Pocket):
    data = clearsign(release_text(), "automatic").replace(b"Version: 13.8", b"Version: 13.9")
    with pytest.raises(BadSignature):
        verify_inrelease(data, pocket=pocket, now=NOW)


def test_a_keyring_may_be_given(pocket: Pocket, tmp_path: Path):
    keyring = Keyring.read(write_keys(tmp_path / "other", "other"))
    with pytest.raises(BadSignature):
        verify_inrelease(clearsign(release_text(), "automatic"), pocket=pocket, now=NOW, keyring=keyring)
    assert verify_inrelease(clearsign(release_text(), "other"), pocket=pocket, now=NOW, keyring=keyring)


def test_the_date_is_read_in_any_locale(pocket: Pocket):
    release = verify(release_text(Date="Wed, 01 May 2024 10:00:00 UTC"), pocket)
    assert release.date == (date(2024, 5, 1) - date(1970, 1, 1)).days * DAY + 36_000
