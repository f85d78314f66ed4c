"""The OCI data model, and where images are kept."""

__all__: list[str] = []
