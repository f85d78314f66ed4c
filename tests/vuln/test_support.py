"""Releases past the end of all support are unknown, whether or not the database has their dates."""

from pathlib import Path

import pytest

from advisories import opened
from prill.model import Distro
from prill.vuln.records import Item, LifeCycle
from prill.vuln.support import support_gap

SUPPORTED = LifeCycle("debian", "9", "2099-01-01")
PAST = LifeCycle("debian", "12", "2020-01-01", "2021-01-01")


@pytest.mark.parametrize(
    ("distro", "today", "ended"),
    [
        (Distro(id="alpine", version="3.10.2"), "2026-06-01", "2021-05-01"),
        (Distro(id="debian", version="9"), "2026-06-01", "2022-07-01"),
        (Distro(id="debian", version="12"), "2028-06-30", ""),
        (Distro(id="debian", version="12"), "2028-07-01", "2028-06-30"),
        (Distro(id="opensuse-leap", version="15.4"), "2026-06-01", "2023-12-07"),
        (Distro(id="rhel", version="7.9"), "2026-06-01", ""),
        (Distro(id="wolfi", version="20230201"), "2026-06-01", ""),
        (Distro(id="debian", version=""), "2026-06-01", ""),
    ],
)
@pytest.mark.parametrize("database", [True, False])
def test_the_catalogue_has_what_a_database_has_not(
    distro: Distro,
    today: str,
    ended: str,
    database: bool,  # noqa: FBT001
    tmp_path: Path,
):
    with opened(tmp_path / "a.db", []) as empty:
        gap = support_gap(distro, empty if database else None, today)
    assert (gap is not None) is bool(ended)
    assert gap is None or f"its support ended on {ended}" in gap.reason


@pytest.mark.parametrize(("item", "version", "ended"), [(SUPPORTED, "9", False), (PAST, "12", True)])
def test_a_database_that_has_dates_goes_before(item: Item, version: str, ended: bool, tmp_path: Path):  # noqa: FBT001
    with opened(tmp_path / "a.db", [item]) as database:
        assert bool(support_gap(Distro(id="debian", version=version), database, "2026-06-01")) is ended
