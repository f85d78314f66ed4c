"""A variable has no value here."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.rules._near import nearest
from prill.dockerfile.source import Span
from prill.dockerfile.state import GLOBAL_ARGS, PREDEFINED_ARGS, ShellKind, State, shell_kind
from prill.dockerfile.step import Step
from prill.dockerfile.variables import MAX_DEPTH, Reference, find_references
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_FLAGS = frozenset({"checksum", "chmod", "chown", "mount"})
_NAME = regex("[A-Za-z_]")
_QUOTES = {ord(quote): " " for quote in "'\""}
_EXPANDING = ("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "RUN", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
_SHORTEST = 4
_GUESSES = 100
"""How many names are compared with all others, and with how many: a file may have tens of thousands of each."""
_PLATFORM = regex(
    r"(?<![\\\w$])\$(?P<brace>\{)?(?P<name>(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT))\b(?(brace)(?!:?[-+=?]))"
)
_OF_SYSTEMS = frozenset({"container", "DISTTAG", "FBR", "FGC", "LANG", "LANGUAGE", "SUMMARY", "VERSION"})
"""What an image of a system may set besides PATH: Fedora's, Red Hat's and SUSE's do."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    steps = [step for step in dockerfile.of("ARG", "ENV") if step.instruction.logical.text]
    everywhere = {pair.key.text for step in steps for pair in step.pairs} | GLOBAL_ARGS
    guesses = _GUESSES
    for step in dockerfile.of(*_EXPANDING):
        if step.stage is None or step.deferred:
            continue
        own = {pair.key.text for pair in step.pairs} if step.keyword in {"ARG", "ENV"} else set()
        for name, span in _uses(step):
            if name == "PATH" or step.state.declares(name) or (name in own and _set_beside(step, name, span)):
                continue
            near = _near(step.state, name) if guesses and len(name) >= _SHORTEST and name not in own else ""
            guesses -= guesses > 0
            elsewhere = name in everywhere and name not in own
            if elsewhere or near or not _NAME.match(name) or _all_known(step.stage, name):
                hint = f"; did you mean {near}?" if near else ""
                aliases = () if step.keyword == "EXPOSE" else None  # BuildKit says nothing there
                yield Problem(span=span, message=f"${name} has no value in this stage{hint}", aliases=aliases)
    text = dockerfile.file.source.text
    if ("TARGET" in text or "BUILD" in text) and _PLATFORM.search(text):
        for step in dockerfile.of("RUN"):
            yield from _platforms(step)


def _platforms(step: Step) -> Iterator[Problem]:
    """Yield the platform's variables in a RUN that no ARG has brought into the stage: the shell finds nothing there."""
    one = step.instruction
    if step.stage is None or step.deferred or one.json is not None or shell_kind(step.shell or ()) != ShellKind.POSIX:
        return
    given: dict[str, bool] = {}
    written: set[int] | None = None
    for found in _PLATFORM.finditer(one.arguments):
        name = found["name"]
        if name not in given:
            given[name] = step.state.declares(name) or _is_set(name, one.arguments) or base_of(step.stage) is None
        if given[name]:
            continue
        span = one.logical.span(one.start + found.start(), one.start + found.end())
        written = _written_out(step) if written is None else written
        if span.start not in written:
            message = f"${name} has no value in this stage; ARG {name} brings it in"
            yield Problem(span=span, message=message, aliases=())


def _is_set(name: str, text: str) -> bool:
    """Whether a shell text gives a variable a value itself."""
    return f"{name}=" in text or re.search(rf"\b(?:for|read)\s[^;&|\n]{{0,200}}(?<![\w${{]){name}\b", text) is not None


def _written_out(step: Step) -> set[int]:
    """Return where the platform's variables stand in quotes that let no shell see them."""
    text = step.document.file.source.text
    words = (word for command in step.commands for word in (*command.assignments, *command.words))
    quoted = (word for word in words if word.literal and "$" in word.text)
    return {found.start() for word in quoted for found in _PLATFORM.finditer(text, word.start, word.end)}


def _uses(step: Step) -> Iterator[tuple[str, Span]]:
    """Yield the variables that BuildKit puts values in for, in arguments, flags and the text of heredocs."""
    one, escape = step.instruction, step.document.file.escape
    for found in _references(one.arguments, escape) if step.keyword != "RUN" else ():
        span = one.logical.span(one.start + found.start, one.start + found.end)
        if not any(heredoc.opener.start <= span.start < heredoc.opener.end for heredoc in one.heredocs):
            yield found.name, span
    for flag in one.flags:
        if flag.name in _FLAGS and flag.value:
            yield from ((found.name, flag.value_span) for found in _references(flag.value, escape))
    for heredoc in one.heredocs:
        if heredoc.expand:
            text = heredoc.text.translate(_QUOTES)  # which mean nothing there
            for found in _references(text, escape):
                yield found.name, Span(heredoc.body.start + found.start, heredoc.body.start + found.end)


def _references(text: str, escape: str, depth: int = 0) -> Iterator[Reference]:
    """Yield the variables of a text, and those of the words that stand in for one, which stand where that one does."""
    for one in find_references(text, escape):
        yield one
        if one.safe and depth < MAX_DEPTH:
            yield from (
                within._replace(start=one.start, end=one.end) for within in _references(one.word, escape, depth + 1)
            )


def _set_beside(step: Step, name: str, use: Span) -> bool:
    """Whether another pair than the one with the use sets the variable: for ENV, that is a finding of its own."""
    values = (pair.value.span if pair.value else pair.key.span for pair in step.pairs if pair.key.text == name)
    return any(not span.start <= use.start < span.end for span in values)


def _near(state: State, name: str) -> str:
    declared = state.declared
    return nearest(name, declared | PREDEFINED_ARGS, cutoff=0.85) if len(declared) <= _GUESSES else ""


def _all_known(stage: Stage, name: str) -> bool:
    """Whether the base sets no such variable: one with nothing in it, or a system, which sets PATH and little else."""
    if stage.root.is_scratch:
        return True
    known = base_of(stage)
    return known is not None and known.kind == "os" and name not in _OF_SYSTEMS and not name.startswith("LC_")


RULE = Rule(
    id="undefined-variable",
    aliases=("UndefinedVar",),
    severity=Severity.WARNING,
    summary="A variable has no value here",
    check=_check,
)
