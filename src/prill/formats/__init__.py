"""Documents of published specifications: model in, bytes out."""

__all__: list[str] = []
