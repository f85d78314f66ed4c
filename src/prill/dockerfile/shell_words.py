"""The words of a shell's text: what a node of its tree stands for, without quotes and escapes."""

import re
from typing import TYPE_CHECKING

from prill.dockerfile.shell import ShellWord
from prill.dockerfile.source import Span
from prill.dockerfile.syntax import Logical
from prill.model.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["WordReader", "nested_text"]

_ESCAPED = regex(r"\\(.)", re.DOTALL)
_IN_DOUBLE = regex(r'\\([$`"\\\n])')
_EXPANSIONS = frozenset(
    {"simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion"}
)
_EXPANDING = regex(r"[$`(]")


class WordReader:
    """Reads the words of one text, which begins at ``start`` of ``logical``; offsets of nodes are those of ``text``."""

    def __init__(self, logical: Logical, start: int, text: str) -> None:
        self.logical = logical
        self.base = start
        self.text = text

    def span(self, node: "Node") -> Span:
        """Return where a node stands in the source."""
        start, end = node.byte_range
        return self.logical.span(self.base + start, self.base + end)

    def raw(self, node: "Node") -> str:
        """Return what a node stands for, as it is written."""
        return self.text[node.start_byte : node.end_byte]

    def word(self, node: "Node") -> ShellWord:
        """Return a node without its quotes and escapes; masked, what expands is ``${}``."""
        start, end = node.byte_range
        raw = self.text[start:end]
        span = self.logical.span(self.base + start, self.base + end)
        if not node.child_count:
            text = raw
            if node.type == "raw_string":
                text = raw[1:-1]
            elif "\\" in raw:
                text = _ESCAPED.sub(r"\1", raw)
            return ShellWord(text, *span, text)
        text = self._text(node, masked=False)
        return ShellWord(text, *span, self._text(node, masked=True) if _EXPANDING.search(raw) else text)

    def _text(self, node: "Node", *, masked: bool) -> str:
        kind = node.type
        raw = self.raw(node)
        if kind in _EXPANSIONS:
            return "${}" if masked else raw
        if kind == "raw_string":
            return raw[1:-1]
        if kind == "ansi_c_string":
            return raw[2:-1]
        if kind == "string":
            return self._joined(node, node.start_byte + 1, node.end_byte - 1, masked=masked)
        if not node.child_count:
            return _ESCAPED.sub(r"\1", raw) if "\\" in raw else raw
        return self._joined(node, node.start_byte, node.end_byte, masked=masked)

    def _joined(self, node: "Node", start: int, end: int, *, masked: bool) -> str:
        """Join the texts of the parts, and what the tree leaves out between them."""
        quoted = node.type == "string"
        parts: list[str] = []
        for child in node.children:
            if child.start_byte < start or child.end_byte > end:
                continue
            parts.append(self.text[start : child.start_byte])
            raw = self.raw(child)
            if child.is_named and not (quoted and child.type == "string_content"):
                parts.append(self._text(child, masked=masked))
            else:
                parts.append(_IN_DOUBLE.sub(r"\1", raw) if quoted and "\\" in raw else raw)
            start = child.end_byte
        parts.append(self.text[start:end])
        return "".join(parts)


def nested_text(word: ShellWord) -> Logical:
    """Return a word's text as a text of its own, in the source character by character where that is possible."""
    text, span = word.text, word.span
    if span.end - span.start == len(text) + 2:
        return Logical(text, (0,), (span.start + 1,))
    if span.end - span.start == len(text):
        return Logical(text, (0,), (span.start,))
    return Logical(text, tuple(range(len(text) + 1)), (span.start,) * (len(text) + 1))
