import pytest

from prill._io.urls import UnsupportedURL
from prill.distro.deb.apt_sources import AptMirror, AptSources
from prill.distro.deb.mirrors import MirrorSource, choose_mirrors, named_mirror, roots_for, snapshot_mirror
from prill.distro.debian import Area

APT = AptSources(
    mirrors=(
        AptMirror(url="http://security.invalid/debian-security", suites=("trixie-security",), where="a"),
        AptMirror(url="http://apt.invalid/debian", suites=("trixie", "trixie-updates"), where="b"),
    ),
    ignored=(),
)
THEN = 1_747_699_200


@pytest.mark.parametrize(
    ("given", "sources"),
    [
        ({"spec": ["http://s"], "option": ["http://o"], "settings": ["http://t"], "apt": APT}, [MirrorSource.SPEC]),
        ({"option": ["http://o", "http://p"], "settings": ["http://t"], "apt": APT}, [MirrorSource.OPTION] * 2),
        ({"settings": ["http://t"], "apt": APT}, [MirrorSource.SETTINGS]),
        ({"apt": APT}, [MirrorSource.APT] * 2 + [MirrorSource.SNAPSHOT]),
        ({}, [MirrorSource.SNAPSHOT]),
    ],
)
def test_the_first_that_says_something_decides(given: dict[str, list[str]], sources: list[MirrorSource]):
    assert [mirror.source for mirror in choose_mirrors(**given, timestamp=THEN)] == sources  # type: ignore[arg-type]


def test_without_a_timestamp_there_is_no_snapshot():
    assert choose_mirrors() == ()


def test_a_named_mirror_has_its_security_archive_beside_it_or_in_it():
    mirror = named_mirror("http://h/debian/", MirrorSource.OPTION)
    assert mirror.roots(Area.ARCHIVE) == ("http://h/debian",)
    assert mirror.roots(Area.SECURITY) == ("http://h/debian-security", "http://h/debian")
    assert (mirror.explicit, mirror.timestamp) == (True, None)


@pytest.mark.parametrize("url", ["http://h", "http://h/", "http://h:3142", "http://127.0.0.1:8080/"])
def test_a_named_mirror_without_a_folder_is_no_other_host(url: str):
    mirror = named_mirror(url, MirrorSource.OPTION)
    assert mirror.roots(Area.SECURITY) == mirror.roots(Area.ARCHIVE) == (url.rstrip("/"),)


def test_a_named_mirror_that_is_laid_out_like_a_snapshot_is_one():
    mirror = named_mirror("https://h/archive/debian/20250520T000000Z/", MirrorSource.SPEC)
    assert mirror.roots(Area.ARCHIVE) == ("https://h/archive/debian/20250520T000000Z",)
    assert mirror.roots(Area.SECURITY) == ("https://h/archive/debian-security/20250520T000000Z",)
    assert (mirror.explicit, mirror.timestamp) == (True, THEN)


@pytest.mark.parametrize("url", ["", "h/debian", "ftp://h/debian", "/srv/debian"])
def test_what_is_no_mirror(url: str):
    with pytest.raises(UnsupportedURL):
        choose_mirrors(option=[url])


def test_apts_security_sources_come_first_for_security_and_last_for_the_rest():
    mirrors = choose_mirrors(apt=APT, timestamp=THEN, snapshot="http://snap.invalid")
    assert [root for _, root in roots_for(mirrors, Area.ARCHIVE)] == [
        "http://apt.invalid/debian",
        "http://security.invalid/debian-security",
        "http://snap.invalid/archive/debian/20250520T000000Z",
    ]
    assert [root for _, root in roots_for(mirrors, Area.SECURITY)] == [
        "http://security.invalid/debian-security",
        "http://apt.invalid/debian",
        "http://snap.invalid/archive/debian-security/20250520T000000Z",
    ]


def test_no_root_is_asked_twice():
    mirrors = choose_mirrors(option=["http://h/debian", "http://h/debian/", "http://h/debian-security"])
    assert [root for _, root in roots_for(mirrors, Area.SECURITY)] == [
        "http://h/debian-security",
        "http://h/debian",
        "http://h/debian-security-security",
    ]


def test_apt_may_use_a_snapshot_itself():
    url = "http://h/archive/debian/20250520T000000Z"
    sources = AptSources(mirrors=(AptMirror(url=url, suites=("trixie",), where="a"),), ignored=())
    (mirror,) = choose_mirrors(apt=sources)
    assert (mirror.timestamp, mirror.explicit) == (THEN, False)


def test_a_snapshot_is_no_persons_choice():
    assert not snapshot_mirror(THEN).explicit
