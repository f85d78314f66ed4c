"""YAML nodes read by the spec's shapes: what does not fit is a fault with its place, and the rest is read on."""

import shlex
from collections.abc import Mapping

from prill.build.spec import Contents, Entrypoint, SpecFile, Trim
from prill.build.spec_draft import Draft, Faults, distinct
from prill.build.spec_shape import Shape, ShapeKind, fields_of
from prill.formats.yaml_nodes import YamlEntry, YamlKind, YamlNode, nearest

__all__ = ["NodeReader"]

_ELSEWHERE: Mapping[tuple[type, str], str] = {
    (Contents, "repositories"): "the distribution says which suites; 'mirrors' says where to download them from",
    (Contents, "build_repositories"): "the distribution says which suites; 'mirrors' says where to download them from",
    (Contents, "runtime_repositories"): "an image has no package manager, but in a variant with apt",
    (Contents, "keyring"): "the keys of the distribution's archive ship with Prill",
    (Contents, "baseimage"): "an image is made of packages; 'include' starts from another spec",
    (Entrypoint, "type"): "there is no supervisor in the image; name one program as 'command'",
    (Entrypoint, "services"): "there is no supervisor in the image; name one program as 'command'",
    (Entrypoint, "shell-fragment"): "there is no shell in the image; name a program and its arguments as 'command'",
    (SpecFile, "certificates"): "'files' can place one at /usr/local/share/ca-certificates/NAME.crt",
    (SpecFile, "vcs-url"): "write it as the annotation org.opencontainers.image.source",
    (SpecFile, "labels"): "'annotations' become labels, too",
    (SpecFile, "env"): "the key is 'environment'",
    (SpecFile, "user"): "the key is 'accounts', 'run-as'",
    (SpecFile, "args"): "the key is 'cmd'",
    (Trim, "exclude"): "the key is 'paths'",
}
"""Keys of apko's and of Dockerfiles that mean something here under another name, or nothing."""


class NodeReader:
    """Reads nodes into drafts. ``vocabularies`` are the known values by what they are called, such as ``trim set``."""

    def __init__(self, faults: Faults, vocabularies: Mapping[str, tuple[str, ...]]) -> None:
        self._faults = faults
        self._vocabularies = vocabularies

    def read(self, shape: Shape, node: YamlNode) -> Draft | None:
        """Read ``node`` as ``shape``; None, and a fault remembered, where it is something else entirely."""
        match shape.kind:
            case ShapeKind.RECORD:
                return self._record(shape, node)
            case ShapeKind.TABLE:
                return self._table(shape, node)
            case ShapeKind.LIST:
                return self._list(shape, node)
            case ShapeKind.VALUE:
                return self._value(shape, node)

    def _record(self, shape: Shape, node: YamlNode) -> Draft | None:
        fields = fields_of(shape.base)
        short = getattr(shape.base, "SHORT", "")
        if short and node.kind is _short_kind(fields[short].shape):
            inner = self.read(fields[short].shape, node)
            return None if inner is None else Draft(node=node, shape=shape, entries={short: inner})
        if node.kind is not YamlKind.MAPPING:
            self._wrong(node, f"a mapping with {_listed(fields)}")
            return None
        draft = Draft(node=node, shape=shape)
        for entry in node.entries:
            if entry.name not in fields:
                self._faults.add(entry.key, _unknown_key(shape.base, entry))
                continue
            inner = self.read(fields[entry.name].shape, entry.node)
            if inner is None:
                draft.broken |= {entry.name}
            else:
                draft.entries[entry.name] = inner
        return draft

    def _table(self, shape: Shape, node: YamlNode) -> Draft | None:
        if node.kind is not YamlKind.MAPPING:
            self._wrong(node, "a mapping of names to values")
            return None
        draft = Draft(node=node, shape=shape)
        for entry in node.entries:
            fault = shape.keys.fault(entry.name) if shape.keys else None
            if fault:
                self._faults.add(entry.key, fault)
            inner = self.read(shape.item, entry.node)
            if inner is not None and not fault:
                draft.entries[entry.name] = inner
        return draft

    def _list(self, shape: Shape, node: YamlNode) -> Draft | None:
        if node.kind is YamlKind.SCALAR and shape.term.splits and isinstance(node.scalar, str):
            return self._split(shape, node)
        if node.kind is YamlKind.SCALAR and shape.term.single and node.scalar is not None:
            nodes: tuple[YamlNode, ...] = (node,)
        elif node.kind is YamlKind.SEQUENCE:
            nodes = node.items
        else:
            self._wrong(node, shape.term.says or "a list")
            return None
        if len(nodes) < shape.fewest:
            self._faults.add(node, f"the list is empty: name {shape.item.says}, or leave the key out")
            return None
        items = [draft for item in nodes if (draft := self.read(shape.item, item)) is not None]
        kept = items if shape.term.splits else distinct(items)
        return Draft(node=node, shape=shape, items=kept, partial=len(items) < len(nodes))

    def _split(self, shape: Shape, node: YamlNode) -> Draft | None:
        try:
            words = shlex.split(node.text)
        except ValueError as error:
            self._faults.add(node, f"cannot be split into words: {str(error).lower()}; write a list instead")
            return None
        items = [Draft(node=node, shape=shape.item, value=word) for word in words]
        return Draft(node=node, shape=shape, items=items)

    def _value(self, shape: Shape, node: YamlNode) -> Draft | None:
        if node.kind is not YamlKind.SCALAR:
            self._wrong(node, shape.says)
            return None
        value = node.scalar
        try:
            if shape.term.parse is not None:
                value = shape.term.parse(value, node.text)
        except ValueError as error:
            self._faults.add(node, str(error))
            return None
        if value is None:
            self._wrong(node, shape.says)
            return None
        fault = shape.fault(value) or self._vocabulary_fault(shape, value)
        if fault is None:
            return Draft(node=node, shape=shape, value=value)
        if near := nearest(node.text, shape.choices):
            fault += f"; did you mean {near!r}?"
        elif shape.base is str and not isinstance(value, str):
            fault += "; put it in quotes"
        self._faults.add(node, fault)
        return None

    def _vocabulary_fault(self, shape: Shape, value: object) -> str | None:
        what = shape.term.vocabulary
        known = self._vocabularies.get(what, ())
        if not what or value in known:
            return None
        near = nearest(str(value), known)
        return f"unknown {what} {value!r}; " + (f"did you mean {near!r}?" if near else f"known: {', '.join(known)}")

    def _wrong(self, node: YamlNode, wanted: str) -> None:
        """Remember that ``node`` is of the wrong kind."""
        if node.kind is YamlKind.SCALAR:
            found = "nothing" if node.scalar is None else repr(node.text[:80])
        else:
            found = "a list" if node.kind is YamlKind.SEQUENCE else "a mapping"
        self._faults.add(node, f"expected {wanted}, not {found}")


def _short_kind(shape: Shape) -> YamlKind:
    return YamlKind.SEQUENCE if shape.kind is ShapeKind.LIST else YamlKind.SCALAR


def _unknown_key(record: type, entry: YamlEntry) -> str:
    fields = fields_of(record)
    what = f"unknown key {entry.name[:80]!r}"
    if note := _ELSEWHERE.get((record, entry.name)):
        return f"{what}: {note}"
    for key, field in fields.items():
        if field.shape.kind is ShapeKind.RECORD and entry.name in fields_of(field.shape.base):
            return f"{what} here; it belongs under {key!r}"
    near = nearest(entry.name, fields)
    return f"{what}; did you mean {near!r}?" if near else f"{what}; the keys here are {_listed(fields)}"


def _listed(fields: Mapping[str, object]) -> str:
    return ", ".join(fields)
