"""One thin module a journey: introduces the rooms to each other."""

__all__: list[str] = []
