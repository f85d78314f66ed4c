"""How chisel says what it cut an image from (its manifest, in the jsonwall format)."""

__all__: list[str] = []
