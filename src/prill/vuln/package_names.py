"""How ecosystems spell the names of packages, so that an advisory and an installed package meet."""

import re
from functools import lru_cache

__all__ = ["normalise_name", "package_key"]

_RUNS = re.compile(r"[-_.]+")
_BY_REPOSITORY = frozenset({"Maven", "Packagist"})
"""Ecosystems whose advisories may name the repository behind a colon; an installed package seldom says its own."""
_CASELESS = frozenset({"Go", "NuGet", "Packagist", "Hex", "Pub", "GitHub Actions"})


@lru_cache(maxsize=200_000)
def normalise_name(ecosystem: str, name: str) -> str:
    """Return the one spelling of a package's name: PyPI's by PEP 503, some without upper case, others as they are.

    Go tells modules apart by case, purls do not: they have no upper case (purl-spec, golang). Where advisories name a
    module in two ways, as some do with ``github.com/0xJacky/Nginx-UI``, it is one repository.
    """
    if ecosystem == "PyPI":
        return _RUNS.sub("-", name).lower()
    return name.lower() if ecosystem in _CASELESS else name


def package_key(ecosystem: str, name: str) -> str:
    """Return where a package's advisories stand in a database: ``ECOSYSTEM NUL NAME``, in the one spelling of both."""
    base = ecosystem.partition(":")[0]
    return f"{base if base in _BY_REPOSITORY else ecosystem}\0{normalise_name(base, name)}"
