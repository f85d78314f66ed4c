"""The only room that prints, reads the environment and exits."""

__all__: list[str] = []
