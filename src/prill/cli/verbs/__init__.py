"""Commands of two words: ``prill sbom diff`` is ``sbom_diff``; each has what a command has to have."""

__all__: list[str] = []
