"""What is in an image, found by catalogers: one module a package manager, language or known program."""

__all__: list[str] = []
