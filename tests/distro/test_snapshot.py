import pytest

from prill.distro.deb.snapshot import (
    InvalidTimestamp,
    format_timestamp,
    parse_timestamp,
    snapshot_root,
    snapshot_time,
    timestamp_of,
)


def test_timestamps():
    assert parse_timestamp("20250520T000000Z") == 1_747_699_200
    assert format_timestamp(1_747_699_200) == "20250520T000000Z"


@pytest.mark.parametrize("text", ["", "2025-05-20", "20250520T000000", "20251320T000000Z", "20250520T000000Z\n", "now"])
def test_what_is_no_timestamp(text: str):
    with pytest.raises(InvalidTimestamp):
        parse_timestamp(text)


def test_roots():
    root = snapshot_root("https://snapshot.debian.org/", "debian-security", 1_747_699_200)
    assert root == "https://snapshot.debian.org/archive/debian-security/20250520T000000Z"
    assert timestamp_of(root) == ("https://snapshot.debian.org", 1_747_699_200)
    assert timestamp_of(f"{root}/") == ("https://snapshot.debian.org", 1_747_699_200)


def test_a_release_is_in_the_snapshot_of_half_a_day_later():
    assert format_timestamp(snapshot_time(parse_timestamp("20250520T020905Z"))) == "20250520T140905Z"


@pytest.mark.parametrize(
    "url",
    [
        "http://h/debian",
        "http://h/archive/debian",
        "http://h/archive/debian/20250520/",
        "http://h/archive/ubuntu/20250520T000000Z",
    ],
)
def test_roots_that_are_no_snapshots(url: str):
    assert timestamp_of(url) is None
