"""Reading Debian's changelogs, from packages good and bad."""

from pathlib import Path

import pytest

from deb_files import Deb, Link, tar_of
from debian_changelogs import OLDER, changelog, doc
from prill.distro.deb.changelog import InvalidChangelog, NoChangelog, parse_changelog, read_changelog
from prill.distro.deb.package import InvalidDeb

TEXT = changelog("openssl", ("3.5-2", ["Fix CVE-2026-1111", "more"]), ("3.5-1", ["first"]))


def written(tmp_path: Path, deb: Deb) -> Path:
    path = tmp_path / f"{deb.name}.deb"
    path.write_bytes(deb.pack())
    return path


def test_entries_come_newest_first_with_all_that_they_say():
    log = parse_changelog(TEXT.encode())
    first, second = log.entries
    assert (first.source, first.version, first.suites) == ("openssl", "3.5-2", "trixie-security")
    assert first.date == "Thu, 01 Jan 2026 00:00:00 +0000"
    assert first.lines == ("* Fix CVE-2026-1111", "* more")
    assert second.version == "3.5-1"
    assert not log.cut


def test_a_changelog_that_was_cut_says_so():
    assert parse_changelog((TEXT + OLDER).encode()).cut


def test_several_suites_and_binary_rebuilds_are_read():
    log = parse_changelog(
        b"apt (1.0+b1) sid unstable; urgency=low, binary-only=yes\n\n  * Rebuild\n\n -- x <x@x>  now\n"
    )
    assert (log.entries[0].version, log.entries[0].suites) == ("1.0+b1", "sid unstable")


def test_lines_in_an_old_encoding_are_read_beside_others():
    data = TEXT.encode().replace(b"more", b"M\xfcller fixed CVE-2026-2222") + "  * žluťoučký\n".encode()
    lines = parse_changelog(data).entries[0].lines
    assert "* Müller fixed CVE-2026-2222" in lines
    assert parse_changelog(data).entries[1].lines[-1] == "* žluťoučký"


@pytest.mark.parametrize("data", [b"", b"no changelog\n", b"x (1 0) sid; urgency=low\n", bytes(100)])
def test_what_has_no_entry_is_no_changelog(data: bytes):
    with pytest.raises(InvalidChangelog, match="without an entry"):
        parse_changelog(data)


def test_a_packages_changelog_is_found(tmp_path: Path):
    deb = Deb("libssl3", "3.5-2", doc("libssl3", TEXT))
    assert read_changelog(written(tmp_path, deb), "libssl3") == TEXT.encode()


def test_debians_goes_before_the_authors(tmp_path: Path):
    deb = Deb("libssl3", "3.5-2", {**doc("libssl3", "upstream", name="changelog.gz"), **doc("libssl3", TEXT)})
    assert read_changelog(written(tmp_path, deb), "libssl3") == TEXT.encode()


def test_where_debian_is_the_author_its_changelog_has_the_other_name(tmp_path: Path):
    deb = Deb("dpkg", "1.22", doc("dpkg", TEXT, name="changelog.gz"))
    assert read_changelog(written(tmp_path, deb), "dpkg") == TEXT.encode()


@pytest.mark.parametrize(
    "files",
    [
        {"usr/share/doc/libssl-dev": Link("libssl3")},
        {"usr/share/doc/libssl-dev/changelog.Debian.gz": Link("../libssl3/changelog.Debian.gz")},
        {"usr/share/doc/libssl-dev": Link("/usr/share/doc/libssl3")},
    ],
)
def test_a_link_names_the_package_that_has_it(tmp_path: Path, files: dict):
    deb = Deb("libssl-dev", "3.5-2", files, data=_without_copyright(files))
    assert read_changelog(written(tmp_path, deb), "libssl-dev") == "libssl3"


@pytest.mark.parametrize("target", ["../../../etc/passwd", "/etc/passwd", ".", "libssl-dev"])
def test_a_link_that_leads_elsewhere_is_none(tmp_path: Path, target: str):
    files = {"usr/share/doc/libssl-dev": Link(target)}
    with pytest.raises(NoChangelog, match="no package's"):
        read_changelog(written(tmp_path, Deb("libssl-dev", "1", files, data=_without_copyright(files))), "libssl-dev")


def test_a_package_without_one_says_so(tmp_path: Path):
    with pytest.raises(NoChangelog, match="app has no changelog"):
        read_changelog(written(tmp_path, Deb("app", "1.0")), "app")


def test_a_damaged_package_is_an_error(tmp_path: Path):
    path = tmp_path / "app.deb"
    path.write_bytes(b"!<arch>\n")
    with pytest.raises(InvalidDeb, match=r"app\.deb: there is no member 'data\.tar'"):
        read_changelog(path, "app")


def _without_copyright(files: dict) -> bytes:
    return tar_of(files, parents=True)
