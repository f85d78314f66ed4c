"""How pacman keeps its records (libalpm's local database)."""

__all__: list[str] = []
