"""Everything that touches the world: HTTP, cache, clock, atomic files.

Import from the modules themselves, so that a clock does not bring an HTTP client: `prill._io.atomic`,
`prill._io.cache`, `prill._io.clock`, `prill._io.http`.
"""

__all__: list[str] = []
