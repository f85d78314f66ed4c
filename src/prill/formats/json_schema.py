"""Checks JSON values against a JSON Schema (draft 7), and says where a fault is and what was expected there.

A schema is compiled to nested functions once; checking costs about a microsecond a field. What is supported is what the
schemas here use; a keyword that is not known is refused when compiling, never ignored. Of several alternatives the one
that got furthest explains the fault.
"""

import re
from collections.abc import Mapping
from typing import Any

from prill.formats.json_schema_keywords import (
    SIMPLE,
    TYPES,
    Check,
    Fault,
    Path,
    UnsupportedSchema,
    pointer,
    shown,
)

__all__ = ["MAX_DEPTH", "MAX_FAULTS", "Fault", "Schema", "UnsupportedSchema"]

MAX_FAULTS = 50
MAX_DEPTH = 100

_IGNORED = frozenset({"$schema", "$id", "definitions", "type", "additionalItems"})
_COMPOSED = frozenset(
    {
        "oneOf", "anyOf", "allOf", "not", "if", "then", "else", "items",
        "properties", "additionalProperties", "patternProperties",
    }
)  # fmt: skip


class Schema:
    """A compiled schema; ``others`` are the documents that it refers to, by file name."""

    def __init__(self, root: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._documents = {"": root, **(others or {})}
        self._compiled: dict[tuple[str, str], Check] = {}
        self._check = self._reference("", "#")

    def faults(self, value: object) -> tuple[Fault, ...]:
        """Return what is wrong with ``value``, in the order of the document; at most `MAX_FAULTS`."""
        found: list[Fault] = []
        self._check(value, (), found)
        return tuple(found[:MAX_FAULTS])

    def _reference(self, document: str, target: str) -> Check:
        """Compile what a ``$ref`` points to, once; a schema may contain itself."""
        file, _, fragment = target.partition("#")
        key = (file or document, fragment)
        if key not in self._compiled:
            compiled: list[Check] = []

            def later(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401 - any JSON
                compiled[0](value, path, faults)

            self._compiled[key] = later
            node: Any = self._documents.get(key[0])
            for part in fragment.strip("/").split("/") if fragment.strip("/") else ():
                node = node.get(part) if isinstance(node, Mapping) else None
            if node is None:
                raise UnsupportedSchema(f"a schema refers to {target!r}, which is not there")
            compiled.append(self._compile(node, key[0]))
            self._compiled[key] = compiled[0]
        return self._compiled[key]

    def _compile(self, node: Mapping[str, Any] | bool, document: str) -> Check:  # noqa: FBT001, C901 - a table of keywords
        if isinstance(node, bool):
            return _anything if node else _nothing
        if "$ref" in node:
            return self._reference(document, node["$ref"])
        checks: list[Check] = []
        for keyword, wanted in node.items():
            maker = SIMPLE.get(keyword)
            if maker:
                checks.append(maker(wanted))
            elif keyword in ("oneOf", "anyOf"):
                branches = [self._compile(one, document) for one in wanted]
                checks.append(_alternatives(branches, exactly_one=keyword == "oneOf"))
            elif keyword == "allOf":
                checks += [self._compile(one, document) for one in wanted]
            elif keyword == "not":
                checks.append(_negated(self._compile(wanted, document), wanted))
            elif keyword == "if":
                then, otherwise = (self._compile(node.get(part, True), document) for part in ("then", "else"))
                checks.append(_conditional(self._compile(wanted, document), then, otherwise))
            elif keyword == "items" and isinstance(wanted, list):
                rest = self._compile(node.get("additionalItems", True), document)
                checks.append(_tuple([self._compile(one, document) for one in wanted], rest))
            elif keyword == "items":
                checks.append(_items(self._compile(wanted, document)))
        checks += self._object(node, document)
        unknown = node.keys() - _IGNORED - SIMPLE.keys() - _COMPOSED
        if unknown:
            raise UnsupportedSchema(f"a schema uses {sorted(unknown)}")
        return _typed(node.get("type"), checks)

    def _object(self, node: Mapping[str, Any], document: str) -> list[Check]:
        """Compile what is said of an object's members, as one check over them."""
        if not node.keys() & {"properties", "additionalProperties", "patternProperties"}:
            return []
        known = {name: self._compile(one, document) for name, one in node.get("properties", {}).items()}
        matching = [
            (re.compile(pattern), self._compile(one, document))
            for pattern, one in node.get("patternProperties", {}).items()
        ]
        others = node.get("additionalProperties", True)
        return [_members(known, matching, None if others is False else self._compile(others, document))]


def _anything(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
    """Accept."""


def _nothing(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
    faults.append(Fault(pointer(path), f"nothing may stand here, not {shown(value)}"))


def _typed(kind: str | list[str] | None, checks: list[Check]) -> Check:
    """Check the type first: of a wrong one nothing else is said."""
    kinds = [kind] if isinstance(kind, str) else kind or []
    tests = [TYPES[one] for one in kinds]
    wanted = " or ".join(kinds)
    first = tests[0] if tests else lambda _: True

    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        if not first(value) and not any(test(value) for test in tests):
            faults.append(Fault(pointer(path), f"expected {wanted}, found {shown(value)}"))
            return
        for one in checks:
            one(value, path, faults)

    return check


def _members(known: Mapping[str, Check], matching: list[tuple[re.Pattern[str], Check]], others: Check | None) -> Check:
    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        if not isinstance(value, dict) or len(faults) >= MAX_FAULTS:
            return
        if len(path) > MAX_DEPTH:
            faults.append(Fault(pointer(path[:8]), f"nested more than {MAX_DEPTH} levels deep"))
            return
        for name, item in value.items():
            one = known.get(name)
            if one:
                one(item, (*path, name), faults)
                continue
            fitting = [each for pattern, each in matching if pattern.search(name)]
            for each in fitting:
                each(item, (*path, name), faults)
            if not fitting and others is None:
                faults.append(Fault(pointer(path), f"the member {name[:80]!r} is not known here"))
            elif not fitting and others is not None and others is not _anything:
                others(item, (*path, name), faults)

    return check


def _items(each: Check) -> Check:
    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        if isinstance(value, list):
            for number, item in enumerate(value):
                if len(faults) >= MAX_FAULTS:
                    return
                each(item, (*path, number), faults)

    return check


def _tuple(each: list[Check], rest: Check) -> Check:
    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        for number, item in enumerate(value if isinstance(value, list) else ()):
            (each[number] if number < len(each) else rest)(item, (*path, number), faults)

    return check


def _alternatives(branches: list[Check], *, exactly_one: bool) -> Check:
    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        best: list[Fault] = []
        fitting = 0
        for branch in branches:
            found: list[Fault] = []
            branch(value, path, found)
            if not found:
                fitting += 1
                if not exactly_one:
                    return
            elif not best or max(one.path.count("/") for one in found) > max(one.path.count("/") for one in best):
                best = found
        if fitting > 1:
            faults.append(Fault(pointer(path), f"{fitting} of the allowed forms fit at once, expected exactly one"))
        elif not fitting:
            faults += best

    return check


def _negated(inner: Check, wanted: Any) -> Check:  # noqa: ANN401
    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        found: list[Fault] = []
        inner(value, path, found)
        if not found:
            names = " and ".join(wanted.get("required", ())) or "what the schema excludes"
            faults.append(Fault(pointer(path), f"must not have {names}"))

    return check


def _conditional(condition: Check, then: Check, otherwise: Check) -> Check:
    def check(value: Any, path: Path, faults: list[Fault]) -> None:  # noqa: ANN401
        found: list[Fault] = []
        condition(value, path, found)
        (otherwise if found else then)(value, path, faults)

    return check
