"""How ecosystems spell the names of packages, so that an advisory and an installed package meet."""

import re
from functools import lru_cache

__all__ = ["normalise_name"]

_RUNS = re.compile(r"[-_.]+")
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
