"""Known vulnerabilities: advisories, whether they apply to what is in an image, and what would fix them."""

__all__: list[str] = []
