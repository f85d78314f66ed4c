"""One module a command; each has ``setup_parser`` and ``run``, and its docstring is its help."""

__all__: list[str] = []
