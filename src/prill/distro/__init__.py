"""Distributions: who they are, and whom they trust.

`prill.distro.debian` says which releases there are; `prill.distro.deb` how a Debian archive is verified and read.
"""

__all__: list[str] = []
