"""The language server: what ``prill lint`` finds, while somebody types. Needs the extra ``prill[lsp]``."""

__all__: list[str] = []
