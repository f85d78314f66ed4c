"""Platforms, as the OCI image index writes them."""

import re

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["InvalidPlatform", "Platform"]

_PART = r"[a-z0-9_.-]{1,64}"
_ALIASES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64"}


class InvalidPlatform(PrillError):
    """A text that should have been a platform is none."""


@dataclass(frozen=True, slots=True, order=True)
class Platform:
    """``os/architecture[/variant]`` (OCI image-spec, image-index.md, "platform")."""

    os: str
    architecture: str
    variant: str = ""

    @classmethod
    def parse(cls, text: str) -> "Platform":
        """Read ``linux/arm64/v8``, ``arm64`` or ``aarch64``; raise `InvalidPlatform` otherwise."""
        parts = text.lower().split("/")
        if len(parts) == 1:
            parts = ["linux", *parts]
        no_architecture = parts[1] in ("linux", "windows")
        if no_architecture or len(parts) > 3 or not all(re.fullmatch(_PART, part) for part in parts):  # noqa: PLR2004
            raise InvalidPlatform(f"not a platform: {text[:160]!r}", hint="write os/architecture, such as linux/arm64")
        parts[1] = _ALIASES.get(parts[1], parts[1])
        if parts[1] == "arm64" and parts[2:] == ["v8"]:
            parts.pop()
        return cls(*parts)

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)
