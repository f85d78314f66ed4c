"""Everything that touches the world: HTTP, cache, clock, atomic files."""

__all__: list[str] = []
