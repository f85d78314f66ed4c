"""YAML with a position for every node, so that a mistake can be reported as ``file:line:column``.

Scalars follow the core schema (YAML 1.2.2, section 10.3.2): ``no`` and ``2024-01-01`` are strings, ``0644`` is the
number 644. A scalar's ``text`` is what was written, for those who must tell ``3.10`` from ``3.1``. Mapping keys are
always strings; merge keys (``<<``) belong to YAML 1.1 and are refused.

The reader takes hostile input: bytes, nesting and the number of nodes are bounded, an alias counts as many nodes as
it stands for, duplicate keys and more than one document are refused.
"""

import math
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import yaml

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["MAX_BYTES", "Scalar", "YamlEntry", "YamlError", "YamlKind", "YamlNode", "YamlValue", "load", "nearest"]

Scalar = None | bool | int | float | str
YamlValue = Scalar | list["YamlValue"] | dict[str, "YamlValue"]

MAX_BYTES = 1 << 20
_MAX_DEPTH = 48
_MAX_NODES = 100_000
_MAX_DIGITS = 64

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"

_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


class YamlError(PrillError):
    """A document that cannot be read, or says something it must not; prints as ``file:line:column: message``."""

    def __init__(self, message: str, *, source: str, line: int, column: int, hint: str | None = None) -> None:
        super().__init__(f"{source}:{line}:{column}: {message}", hint=hint)
        self.source = source
        self.line = line
        self.column = column


class YamlKind(StrEnum):
    """The three kinds of node (YAML 1.2.2, section 3.2.1.1)."""

    SCALAR = "scalar"
    SEQUENCE = "list"
    MAPPING = "mapping"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YamlNode:
    """One node and where it begins; lines and columns count from 1.

    Exactly one of ``scalar``, ``items`` and ``entries`` is filled, as ``kind`` says. ``text`` is a scalar as written,
    without its quotes; ``quoted`` tells ``"8080"`` from ``8080``.
    """

    source: str
    line: int
    column: int
    kind: YamlKind
    scalar: Scalar = None
    text: str = ""
    quoted: bool = False
    items: tuple["YamlNode", ...] = ()
    entries: tuple["YamlEntry", ...] = ()
    weight: int = 1

    @property
    def value(self) -> YamlValue:
        """The node and all below it as plain lists, dicts and scalars."""
        match self.kind:
            case YamlKind.SCALAR:
                return self.scalar
            case YamlKind.SEQUENCE:
                return [item.value for item in self.items]
            case YamlKind.MAPPING:
                return {entry.name: entry.node.value for entry in self.entries}

    def get(self, name: str) -> "YamlNode | None":
        """Return the value under ``name``, or None where this is no mapping or has no such key."""
        return next((entry.node for entry in self.entries if entry.name == name), None)

    def error(self, message: str, *, hint: str | None = None) -> YamlError:
        """Make, for the caller to raise, an error that points at this node."""
        return YamlError(message, source=self.source, line=self.line, column=self.column, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YamlEntry:
    """One key of a mapping, with its own position, and its value."""

    key: YamlNode
    node: YamlNode

    @property
    def name(self) -> str:
        """The key's text."""
        return self.key.text


def load(data: bytes, source: str, *, on_bad_key: Callable[[YamlError], None] | None = None) -> YamlNode:
    """Read one document; ``source`` is the name errors print. An empty document is a null scalar.

    Raises `YamlError`, always with a position. One about a key (there twice, a merge key, no single word) goes to
    ``on_bad_key`` where that is given, and the rest is read on; a key that is there twice has both its entries.
    """
    if len(data) > MAX_BYTES:
        raise YamlError(f"longer than {MAX_BYTES} bytes", source=source, line=1, column=1)
    return _Composer(_decode(data, source), source, on_bad_key or _refuse).document()


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that ``name`` was probably meant to be, ready for an error's hint."""
    candidates = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.lower(), sorted(candidates), n=1, cutoff=0.6)
    return candidates[found[0]] if found else None


def _refuse(error: YamlError) -> None:
    raise error


def _decode(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        raise YamlError("not UTF-8", source=source, line=line, column=column) from error


class _Composer:
    """Builds the tree from the parser's events, without recursing into the input's nesting."""

    def __init__(self, text: str, source: str, on_bad_key: Callable[[YamlError], None]) -> None:
        self.text = text
        self.on_bad_key = on_bad_key
        self.source = source
        self.anchors: dict[str, YamlNode | None] = {}
        self.nodes = 0
        self.open: list[tuple[Any, list[YamlNode]]] = []

    def document(self) -> YamlNode:
        root: YamlNode | None = None
        try:
            for event in yaml.parse(self.text, Loader=_LOADER):
                if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                    raise self.error(event, "a second document begins here", hint="keep one document a file")
                node = self.handle(event)
                if node is not None and not self.open:
                    root = node
        except yaml.reader.ReaderError as error:
            line, column = _line_and_column(self.text, self.text.find(chr(error.character)))
            message = f"character {chr(error.character)!r} is not allowed in YAML"
            raise YamlError(message, source=self.source, line=line, column=column) from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise YamlError(str(error.problem), source=self.source, line=line, column=column) from error
        if root is None:
            return YamlNode(source=self.source, line=1, column=1, kind=YamlKind.SCALAR)
        return root

    def handle(self, event: Any) -> YamlNode | None:  # noqa: ANN401 - PyYAML has no types
        """Take one event; return the node that it completes, if it completes one."""
        if isinstance(event, yaml.ScalarEvent):
            return self.complete(event, self.scalar(event))
        if isinstance(event, yaml.AliasEvent):
            return self.complete(event, self.alias(event))
        if isinstance(event, yaml.CollectionStartEvent):
            if len(self.open) >= _MAX_DEPTH:
                raise self.error(event, f"nested more than {_MAX_DEPTH} levels deep")
            if event.anchor:
                self.anchors[event.anchor] = None
            self.open.append((event, []))
        elif isinstance(event, yaml.CollectionEndEvent):
            start, children = self.open.pop()
            return self.complete(start, self.collection(start, children))
        return None

    def complete(self, event: Any, node: YamlNode) -> YamlNode:  # noqa: ANN401
        if not isinstance(event, yaml.CollectionStartEvent):
            self.nodes += node.weight
            if self.nodes > _MAX_NODES:
                raise self.error(event, f"more than {_MAX_NODES} nodes, aliases counted in full")
        if event.anchor and not isinstance(event, yaml.AliasEvent):
            self.anchors[event.anchor] = node
        if self.open:
            self.open[-1][1].append(node)
        return node

    def alias(self, event: Any) -> YamlNode:  # noqa: ANN401
        if event.anchor not in self.anchors:
            raise self.error(event, f"no anchor {event.anchor!r} before this alias")
        node = self.anchors[event.anchor]
        if node is None:
            raise self.error(event, f"alias {event.anchor!r} stands inside what it repeats")
        return node

    def collection(self, start: Any, children: list[YamlNode]) -> YamlNode:  # noqa: ANN401
        weight = 1 + sum(child.weight for child in children)
        self.nodes += 1
        if isinstance(start, yaml.SequenceStartEvent):
            self.tag(start, "seq")
            return self.node(start, YamlKind.SEQUENCE, items=tuple(children), weight=weight)
        self.tag(start, "map")
        entries: list[YamlEntry] = []
        seen: dict[str, YamlNode] = {}
        for key, node in zip(children[::2], children[1::2], strict=True):
            if key.kind is not YamlKind.SCALAR:
                self.on_bad_key(key.error("a mapping key must be a single word"))
                continue
            if key.text == "<<" and not key.quoted:
                self.on_bad_key(key.error("merge keys are not part of YAML 1.2", hint="write the keys out"))
                continue
            first = seen.setdefault(key.text, key)
            if first is not key:
                error = key.error(f"key {key.text!r} stands here twice", hint=f"first on line {first.line}")
                self.on_bad_key(error)
            entries.append(YamlEntry(key=key, node=node))
        return self.node(start, YamlKind.MAPPING, entries=tuple(entries), weight=weight)

    def scalar(self, event: Any) -> YamlNode:  # noqa: ANN401
        quoted = bool(event.style)  # the C parser says "" for plain, the other None
        resolved = self.resolve(event, quoted=quoted)
        return self.node(event, YamlKind.SCALAR, scalar=resolved, text=event.value, quoted=quoted)

    def resolve(self, event: Any, *, quoted: bool) -> Scalar:  # noqa: ANN401
        kind = self.tag(event, "str", "int", "float", "bool", "null")
        if kind == "str" or (quoted and not kind):
            return str(event.value)
        if len(event.value) > _MAX_DIGITS and not _FLOAT.fullmatch(event.value):
            found: Scalar = str(event.value)
        elif len(event.value) > _MAX_DIGITS:
            raise self.error(event, f"number with more than {_MAX_DIGITS} digits")
        else:
            found = _resolve(event.value)
        if kind == "float" and type(found) is int:
            return float(found)
        if kind and kind != _name(found):
            raise self.error(event, f"{event.value[:80]!r} is no {kind}")
        return found

    def tag(self, event: Any, *allowed: str) -> str:  # noqa: ANN401
        """Return the short name of an explicit tag, or the empty string; refuse those that name other types."""
        if not event.tag or event.tag == "!":
            return "str" if event.tag else ""
        name = str(event.tag).removeprefix(_TAG)
        if name not in allowed:
            raise self.error(event, f"tag {event.tag[:80]!r} is not allowed here")
        return name

    def node(self, event: Any, kind: YamlKind, **fields: Any) -> YamlNode:  # noqa: ANN401
        mark = event.start_mark
        return YamlNode(source=self.source, line=mark.line + 1, column=mark.column + 1, kind=kind, **fields)

    def error(self, event: Any, message: str, *, hint: str | None = None) -> YamlError:  # noqa: ANN401
        mark = event.start_mark
        return YamlError(message, source=self.source, line=mark.line + 1, column=mark.column + 1, hint=hint)


def _resolve(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return text


def _name(value: Scalar) -> str:
    return "null" if value is None else type(value).__name__


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, index) + 1, index - start + 1
