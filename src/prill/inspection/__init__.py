"""Says what an image is: one plug-in a fact, each fact with its evidence."""

__all__: list[str] = []
