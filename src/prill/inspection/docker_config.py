"""What Docker adds to a config beyond the specification: the health check, and what images that build on it run."""

import msgspec

from prill.model.typed_json import ready

__all__ = ["DockerConfig", "read_docker_config"]


class _Health(msgspec.Struct, rename={"test": "Test"}):
    test: list[str] | None = None


class DockerConfig(msgspec.Struct, rename={"health": "Healthcheck", "on_build": "OnBuild"}):
    """Docker's own part of a config."""

    health: _Health | None = None
    on_build: list[str] | None = None

    def health_check(self) -> tuple[str, ...]:
        """Return the words of the check: its kind first, ``CMD-SHELL``, ``CMD`` or ``NONE``."""
        return tuple((self.health.test if self.health else None) or ())


class _Config(msgspec.Struct):
    config: DockerConfig | None = None


def read_docker_config(raw: bytes) -> DockerConfig:
    """Read an image's config; what is not as Docker writes it is nothing."""
    try:
        return msgspec.json.decode(raw, type=ready(_Config)).config or DockerConfig()
    except msgspec.MsgspecError:
        return DockerConfig()  # what Docker adds is no part of the specification
