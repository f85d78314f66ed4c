"""From shell text to `ShellCommand` values: plain text at once, all else by a walk over ``tree-sitter-bash``'s tree."""

import re
from typing import TYPE_CHECKING

from prill.dockerfile.plain_shell import read_plain
from prill.dockerfile.shell import Redirection, ShellCommand, ShellWord, behind_prefixes, told_place
from prill.dockerfile.shell_grammar import TooIntricate, parse_shell
from prill.dockerfile.shell_words import WordReader, nested_text
from prill.dockerfile.source import Span
from prill.dockerfile.syntax import Logical
from prill.model.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["SHELLS", "TooIntricate", "read_shell"]

MAX_NESTING = 4
"""How many ``sh -c`` deep commands are read."""
MAX_DEPTH = 400
"""How deep a tree is followed; what is below is not looked at."""

SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
_NOT_ASCII = regex(r"[^\x00-\x7f]")
_BACKQUOTED_COMMENT = regex(r"`#[^`]*`")
_CONNECTORS = frozenset({"&&", "||", ";", "|", "|&", "&", "\n", ";;"})
_REDIRECTS = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
_GROUPS = {
    "subshell": "subshell",
    "command_substitution": "substitution",
    "process_substitution": "substitution",
    "if_statement": "if",
    "elif_clause": "if",
    "else_clause": "if",
    "case_item": "case",
    "for_statement": "loop",
    "c_style_for_statement": "loop",
    "while_statement": "loop",
    "function_definition": "function",
    "compound_statement": "group",
}
_ASSIGNMENT = regex(r"[A-Za-z_]\w*\+?=", re.ASCII)
_SIMPLE = frozenset({"command", "declaration_command", "unset_command"})


def read_shell(logical: Logical, start: int, end: int, nesting: int = 0) -> tuple[ShellCommand, ...]:
    """Return the commands of the text from ``start`` to ``end``, in the order in which they begin.

    What the grammar cannot make sense of is passed over; the commands before and after it are found.
    Raise `TooIntricate` for what it would take too long to make sense of.
    """
    plain = read_plain(logical, start, end)
    if plain is not None and not any(len(one.words) > 2 and one.program in SHELLS for one in plain):  # noqa: PLR2004 - sh, -c, text
        return plain
    return _Reader(logical, start, end, nesting).commands()


class _Reader:
    """Walks one tree. Offsets of the tree are those of the text, because every character became one byte."""

    def __init__(self, logical: Logical, start: int, end: int, nesting: int) -> None:
        self.logical = logical
        self.base = start
        self.text = logical.text[start:end]
        self.words = WordReader(logical, start, self.text)
        self.nesting = nesting
        self.found: list[ShellCommand] = []
        self.latest = -1
        self.behind: list[ShellWord] = []
        self.connector = ""
        self.pipeline = 0

    def commands(self) -> tuple[ShellCommand, ...]:
        plain = self.text if self.text.isascii() else _NOT_ASCII.sub("_", self.text)
        if "`#" in plain:
            plain = _BACKQUOTED_COMMENT.sub(lambda match: " " * len(match[0]), plain)
        self._visit(parse_shell(plain.encode("ascii")).root_node, (), 0)
        return tuple(self.found)

    def _visit(self, node: "Node", nesting: tuple[str, ...], depth: int) -> None:
        if depth > MAX_DEPTH:
            return
        kind = node.type
        if kind in _SIMPLE:
            self._command(node, nesting, depth)
        elif kind == "redirected_statement":
            self._redirected(node, nesting, depth)
        elif kind in _GROUPS:
            outer = self.connector
            if _GROUPS[kind] == "substitution":
                self.connector = ""
            self._children(node, (*nesting, _GROUPS[kind]), depth)
            if _GROUPS[kind] == "substitution":
                self.connector = outer
        else:
            if kind == "variable_assignment":
                self._assignment(node, nesting)
            self._children(node, nesting, depth)

    def _children(self, node: "Node", nesting: tuple[str, ...], depth: int) -> None:
        self.pipeline += node.type != "pipeline" or depth == 0
        for child in node.children:
            if not child.is_named:
                if child.type in _CONNECTORS and not _within_header(node, child):
                    self.connector = child.type
                    self.pipeline += child.type not in {"|", "|&"}
            elif child.child_count or child.type in _SIMPLE:
                self._visit(child, nesting, depth + 1)

    def _assignment(self, node: "Node", nesting: tuple[str, ...]) -> None:
        """Keep a statement that is an assignment alone: it separates commands, and its value may hold some."""
        word = self.words.word(node)
        self.pipeline += 1
        self.found.append(ShellCommand((), word.span, (word,), (), self.connector, self.pipeline, nesting))
        self.connector = ""

    def _redirected(self, node: "Node", nesting: tuple[str, ...], depth: int) -> None:
        self.latest = -1
        redirections: list[Redirection] = []
        outer, self.behind = self.behind, []
        end = node.start_byte
        for child in node.children:
            if child.type in _REDIRECTS:
                owner = self.latest
                if owner >= 0:
                    self._lone_dash(end, child.start_byte)
                redirections.extend(self._redirection(child, nesting, depth))
                self.latest = owner
            else:
                self._visit(child, nesting, depth + 1)
            end = child.end_byte
        if self.latest >= 0:
            command = self.found[self.latest]
            command = command._replace(redirections=(*command.redirections, *redirections))
            if self.behind and command.words and command.span.end <= self.behind[0].start:
                span = Span(command.span.start, self.behind[-1].end)
                command = command._replace(words=(*command.words, *self.behind), span=span)
            self.found[self.latest] = command
        self.behind = outer

    def _lone_dash(self, start: int, end: int) -> None:
        """Keep the ``-`` that the grammar drops before a redirection with a descriptor."""
        gap = self.text[start:end]
        if gap.strip() == "-":
            start += gap.index("-")
            span = self.logical.span(self.base + start, self.base + start + 1)
            self.behind.append(ShellWord("-", *span, "-"))

    def _redirection(self, node: "Node", nesting: tuple[str, ...], depth: int) -> list[Redirection]:
        """Read one redirection; what stands behind a heredoc's opener on its line belongs to the tree's heredoc."""
        descriptor, operator, target, rest = "", "", None, []
        heredoc = node.type == "heredoc_redirect"
        for place, child in enumerate(node.children):
            if child.type == "file_descriptor":
                descriptor = self.words.raw(child)
            elif child.type in _REDIRECTS:
                rest.extend(self._redirection(child, nesting, depth))
            elif child.is_named and child.type not in {"heredoc_start", "heredoc_body", "heredoc_end"}:
                if heredoc and node.field_name_for_child(place) != "argument":
                    self._visit(child, nesting, depth + 1)
                    continue
                word = self.words.word(child)
                self._inside(child, nesting, depth)
                if heredoc or target is not None:  # words of the command, which the grammar gives the redirection
                    self.behind.append(word)
                else:
                    target = word
            elif not child.is_named:
                if child.type in _CONNECTORS:
                    self.connector = child.type
                else:
                    operator = operator or child.type
        return [Redirection(descriptor + operator, target, self.words.span(node)), *rest]

    def _command(self, node: "Node", nesting: tuple[str, ...], depth: int) -> None:
        words: list[ShellWord] = []
        assignments: list[ShellWord] = []
        redirections: list[Redirection] = []
        place = len(self.found)
        connector, self.connector = self.connector, ""
        pipeline = self.pipeline
        declares = node.type != "command"
        for child in node.children:
            kind = child.type
            if kind == "command_name":
                words.append(self.words.word(child.children[0] if child.child_count == 1 else child))
                self._inside(child, nesting, depth)
            elif kind in _REDIRECTS:
                redirections.extend(self._redirection(child, nesting, depth))
            elif kind == "variable_assignment" and not declares:
                assignments.append(self.words.word(child))
                self._inside(child, nesting, depth)
            else:
                words.append(self.words.word(child))
                self._inside(child, nesting, depth)
        own = behind_prefixes(words)
        if words and words[0].text == "time":  # a word of the shell's, behind which a command may begin as it likes
            while len(own) > 1 and _ASSIGNMENT.match(own[0].text):
                assignments.append(own.pop(0))
            own = behind_prefixes(own)
        others = (tuple(assignments), tuple(redirections))
        command = ShellCommand(tuple(own), self.words.span(node), *others, connector, pipeline, nesting)
        self.found.insert(place, command)
        self.latest = place
        self.pipeline = pipeline
        if command.program in SHELLS and self.nesting < MAX_NESTING:
            self._shell_argument(command)

    def _inside(self, node: "Node", nesting: tuple[str, ...], depth: int) -> None:
        """Look for commands in the substitutions of a word."""
        if not node.child_count:
            return
        outer, self.connector = self.connector, ""
        pipeline = self.pipeline
        if node.type in _GROUPS:
            self._visit(node, nesting, depth + 1)
        else:
            for child in node.children:
                self._inside(child, nesting, depth + 1) if depth < MAX_DEPTH else None
        self.connector, self.pipeline = outer, max(pipeline, self.pipeline)

    def _shell_argument(self, command: ShellCommand) -> None:
        """Read what follows ``-c`` of a shell."""
        place = told_place(command.texts)
        if place is None:
            return
        inner = nested_text(command.arguments[place])
        nested = read_shell(inner, 0, len(inner.text), self.nesting + 1)
        self.pipeline += 1
        for one in nested:
            self.found.append(
                one._replace(pipeline=one.pipeline + self.pipeline, nesting=(*command.nesting, "shell", *one.nesting))
            )
        self.pipeline += len(nested) + 1


def _within_header(node: "Node", child: "Node") -> bool:
    """Whether it joins no commands: the ``|`` between patterns of a case, the ``;`` before the ``do`` of a ``for``."""
    return (child.type, node.type) in {("|", "case_item"), (";", "for_statement"), (";", "c_style_for_statement")}
