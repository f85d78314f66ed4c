"""Pure, bounded, streaming readers and writers of archive formats."""

__all__: list[str] = []
