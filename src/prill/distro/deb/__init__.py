"""How Debian archives work: trust, index, resolution, packages."""

__all__: list[str] = []
