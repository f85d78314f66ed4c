"""Interpreters that can stand in for a shell: whoever can start one can run anything."""

from collections.abc import Iterator

import msgspec

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.programs import find_programs
from prill.model.facts import Fact

__all__ = ["INTERPRETERS"]


def _find(image: Inspected) -> Iterator[Fact]:
    for location, found in find_programs(image, "interpreter"):
        told = msgspec.structs.replace(found, how="interpreter") if found.how == "program" else found
        yield Fact(id="interpreters", value=told, evidence=(location,))


INTERPRETERS = FactPlugin(id="interpreters", find=_find)
