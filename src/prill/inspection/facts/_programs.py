"""Facts that are a list of the programs of one kind."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.programs import find_programs
from prill.model.facts import Fact

__all__ = ["program_fact"]


def program_fact(kind: str) -> FactPlugin:
    """Return the fact ``KINDs``, sorted by path."""

    def find(image: Inspected) -> Iterator[Fact]:
        for location, found in find_programs(image, kind):
            yield Fact(id=f"{kind}s", value=found, evidence=(location,))

    return FactPlugin(id=f"{kind}s", find=find)
