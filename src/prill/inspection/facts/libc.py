"""Which C library programs are linked with, and its version."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.readers.libc import LIBC as READER
from prill.model.fact_values import CLibrary
from prill.model.facts import Fact

__all__ = ["LIBC"]


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield each library once, with all files that say so; the package's version where a file says none."""
    places: dict[tuple[str, str], list[str]] = {}
    for seen in image.seen(READER):
        version = seen.evidence.version or image.version_of(seen.path)
        places.setdefault((seen.evidence.name, version), []).append(seen.path)
    for (name, version), paths in sorted(places.items()):
        yield Fact(
            id="libc", value=CLibrary(name=name, version=version), evidence=tuple(image.at(path) for path in paths)
        )


LIBC = FactPlugin(id="libc", find=_find)
