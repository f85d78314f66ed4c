"""A registry of our own: the OCI distribution API with referrers, over a folder, for one machine or a network."""

__all__: list[str] = []
