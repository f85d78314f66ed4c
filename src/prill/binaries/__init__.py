"""What executable files say about themselves."""

__all__: list[str] = []
