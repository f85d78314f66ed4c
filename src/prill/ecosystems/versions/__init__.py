"""Version orders, one module an order: each version as one key, whose bytes sort as its package manager does.

A key makes "is it in this range?" a comparison of bytes, in a database too. Debian's is `prill.distro.deb.version`.
"""

__all__: list[str] = []
