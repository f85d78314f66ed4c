"""The workshop that turns a spec into a gold image."""

__all__: list[str] = []
