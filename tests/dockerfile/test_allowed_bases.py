import pytest

from prill.dockerfile.allowed_bases import AllowedBase, InvalidAllowedBase


@pytest.mark.parametrize(
    ("entry", "image", "allowed"),
    [
        ("debian", "debian", True),
        ("debian", "debian:13@sha256:00", True),
        ("debian", "docker.io/library/debian:13", True),
        ("docker.io/library/debian", "debian", True),
        ("debian", "debian/evil", False),
        ("debian", "evil.example/debian", False),
        ("debian", "evil.example/library/debian", False),
        ("debian:13*", "debian:13-slim", True),
        ("debian:13*", "debian:12", False),
        ("debian:13*", "debian", False),
        ("gcr.io/distroless/*", "gcr.io/distroless/static-debian13:nonroot", True),
        ("gcr.io/distroless/*", "gcr.io/distroless/a/b", True),
        ("gcr.io/distroless/*", "gcr.io/distroless", False),
        ("gcr.io/distroless/*", "gcr.io/distroless-evil/static", False),
        ("gcr.io/distroless/*", "gcr.io.evil.example/distroless/static", False),
        ("registry.example:5000/*/base", "registry.example:5000/team/base:1", True),
        ("registry.example:5000/*/base", "registry.example:5000/team/other/base", False),
        ("docker.io/*", "team/app", True),
        ("docker.io/*", "ghcr.io/team/app", False),
        ("*", "ghcr.io/team/app:1", True),
        ("team/app", "team/app:1", True),
        ("team/app", "ghcr.io/team/app:1", False),
    ],
)
def test_what_is_allowed(entry: str, image: str, allowed: bool):  # noqa: FBT001
    assert AllowedBase.parse(entry).allows(image) is allowed


@pytest.mark.parametrize("text", ["", "gcr.io/distroless*", "gcr.io/*less/x", "a//b", "a/[b]", "gcr.io/"])
def test_what_is_no_entry(text: str):
    with pytest.raises(InvalidAllowedBase):
        AllowedBase.parse(text)
