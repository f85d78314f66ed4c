"""Platforms, as people write them."""

import pytest

from prill.model import Platform
from prill.model.platforms import InvalidPlatform


@pytest.mark.parametrize(
    ("text", "is_"),
    [
        ("arm64", "linux/arm64"),
        ("aarch64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64"),
        ("Linux/AMD64", "linux/amd64"),
    ],
)
def test_what_is_one(text: str, is_: str):
    assert str(Platform.parse(text)) == is_


@pytest.mark.parametrize("text", ["linux", "windows", "linux/linux", "", "/", "a/b/c/d", "linux/ arm64"])
def test_what_is_none(text: str):
    with pytest.raises(InvalidPlatform, match="not a platform") as raised:
        Platform.parse(text)
    assert "linux/arm64" in str(raised.value.hint)
