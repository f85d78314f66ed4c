"""What became of a package, by its ecosystem's own order."""

import pytest

from prill.api.version_order import direction_of
from prill.model.image_diff import Direction
from prill.model.sbom_diff import PackageChange


@pytest.mark.parametrize(
    ("ecosystem", "old", "new", "direction"),
    [
        ("deb", ("1.0~rc1-1",), ("1.0-1",), Direction.UPGRADED),
        ("pypi", ("1.0",), ("1.0rc1",), Direction.DOWNGRADED),
        ("npm", ("9.0.0",), ("10.0.0",), Direction.UPGRADED),
        ("npm", ("1.0.0", "3.0.0"), ("2.0.0",), Direction.DOWNGRADED),
        ("deb", ("1.0",), ("1.0-0",), Direction.CHANGED),
        ("deb", ("not a version",), ("1",), Direction.CHANGED),
        ("no-such", ("1",), ("2",), Direction.CHANGED),
        ("deb", (), ("1",), Direction.ADDED),
        ("deb", ("1",), (), Direction.REMOVED),
    ],
)
def test_direction(ecosystem: str, old: tuple[str, ...], new: tuple[str, ...], direction: Direction):
    assert direction_of(PackageChange(ecosystem=ecosystem, name="x", old=old, new=new)) is direction
