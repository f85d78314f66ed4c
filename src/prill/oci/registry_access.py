"""How to talk to registries; what reads and what writes images take it."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["RegistryAccess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryAccess:
    """How to talk to registries. ``credentials`` is a Docker config file; one that is missing means anonymous."""

    credentials: Path | None = None
    plain_http: bool = False
