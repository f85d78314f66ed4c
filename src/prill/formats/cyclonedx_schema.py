"""What a CycloneDX document must be: the published schema of its version, and what the specification says besides.

The schemas in ``schemas/`` are the CycloneDX project's (Apache-2.0), without their texts for people; 1.2 and 1.3 are
checked in their strict form, as the project's own tests do.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

import msgspec

from prill.formats.json_schema import MAX_FAULTS, Fault, Schema

__all__ = ["VERSIONS", "cyclonedx_faults"]

VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
_STRICT = ("1.2", "1.3")
_OTHERS = ("spdx", "jsf-0.82", "cryptography-defs")


def cyclonedx_faults(document: object) -> tuple[Fault, ...]:
    """Return what is wrong with a parsed document; nothing where it is valid."""
    version = document.get("specVersion") if isinstance(document, dict) else None
    if not isinstance(document, dict) or version not in VERSIONS:
        return (Fault("/specVersion", f"expected one of {', '.join(VERSIONS)}; found {version!r:.80}"),)
    faults = _schema(version).faults(document)
    return faults or tuple(islice(_repeated(document), MAX_FAULTS))


@cache
def _schema(version: str) -> Schema:
    others = {f"{name}.schema.json": _load(name) for name in _OTHERS}
    return Schema(_load(f"bom-{version}-strict" if version in _STRICT else f"bom-{version}"), others)


def _load(name: str) -> dict[str, Any]:
    data = resources.files("prill.formats").joinpath("schemas", f"{name}.schema.json").read_bytes()
    loaded: dict[str, Any] = msgspec.json.decode(data)
    return loaded


def _repeated(document: dict[str, Any]) -> Iterator[Fault]:
    """Name each ``bom-ref`` of a component that another one has already (the schema cannot say that)."""
    seen: set[str] = set()
    main = document.get("metadata", {}).get("component")
    open_lists: list[tuple[str, list[Any]]] = [("/components", document.get("components", []))]
    if main:
        seen.add(main.get("bom-ref", ""))
        open_lists.append(("/metadata/component/components", main.get("components", [])))
    while open_lists:
        place, components = open_lists.pop()
        for number, component in enumerate(components):
            reference = component.get("bom-ref")
            if reference in seen:
                yield Fault(f"{place}/{number}/bom-ref", f"expected a reference of its own, found {reference!r} again")
            elif reference:
                seen.add(reference)
            if "components" in component:
                open_lists.append((f"{place}/{number}/components", component["components"]))
