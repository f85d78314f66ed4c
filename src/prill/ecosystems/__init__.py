"""Languages and their package managers: one module each for manifests, lock files and how versions are ordered."""

__all__: list[str] = []
