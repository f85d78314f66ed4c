"""What rules about programs in RUN share: which calls count, what is reported, what a mount or an ``rm`` keeps out."""

from collections.abc import Iterable

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Problem
from prill.dockerfile.shell import ShellCommand, ShellWord
from prill.dockerfile.source import Span
from prill.dockerfile.step import Invocation, Step
from prill.model.finding import Fix
from prill.model.regex import regex

_BRACE = regex(r"\{[^{}]*,")

__all__ = [
    "after_word",
    "cached",
    "cached_below",
    "lasting",
    "lasts",
    "letters",
    "loose_flags",
    "removes",
    "report",
    "spanning",
]


def report(one: Invocation, *, span: Span | None = None, message: str = "", fix: Fix | None = None) -> Problem:
    """Return a problem of a command.

    Inside of ``sh -c``, where others do not look, it has no alias. There, and in the exec form, words may be escaped,
    so that nothing can be put between them.
    """
    inside = "shell" in one.command.nesting
    if inside or one.step.instruction.json is not None:
        fix = None
    return Problem(span or one.command.span, message, fix, () if inside else None)


def spanning(words: Iterable[ShellWord]) -> Span:
    """Return the span from the first word to the last."""
    spans = [word.span for word in words]
    return Span(spans[0].start, max(span.end for span in spans))


def after_word(command: ShellCommand, text: str) -> int:
    """Return the place behind the word ``text``, or behind the program where it is not there."""
    return next((word.span.end for word in command.words[1:] if word.masked == text), command.words[0].span.end)


def letters(command: ShellCommand) -> frozenset[str]:
    """Return every character of the short flags, values that are written onto them included."""
    return frozenset("".join(text[1:] for text in command.texts if text[:1] == "-" and text[:2] != "--"))


def loose_flags(command: ShellCommand, *names: str) -> bool:
    """Whether one of the flags is there, a single letter as in `letters`."""
    short = letters(command)
    return any(name in (short if len(name) == 1 else command.flags) for name in names)


def cached(step: Step, *folders: str) -> bool:
    """Whether a cache or tmpfs mount keeps one of the folders out of the layer."""
    return any(mount.type in {"cache", "tmpfs"} and mount.target.rstrip("/") in folders for mount in step.mounts)


def cached_below(step: Step, part: str) -> bool:
    """Whether a cache or tmpfs mount lies in a folder whose name has ``part`` in it: whoever's home that is."""
    return any(mount.type in {"cache", "tmpfs"} and part in mount.target for mount in step.mounts)


def removes(command: ShellCommand, folder: str) -> bool:
    """Whether ``rm`` takes what is in ``folder`` away: all in it, the folder, or one above; a brace may name it."""
    if command.name != "rm":
        return False
    if not {"r", "R"} & letters(command) and not command.has_flag("recursive"):
        return folder + "/*" in command.texts
    above = {folder[:place] for place, char in enumerate(folder) if char == "/" and place} | {folder}
    return any(word.masked.rstrip("/*") in above or _BRACE.search(word.masked) for word in command.operands)


def lasts(step: Step, stages: frozenset[int]) -> bool:
    """Whether what a RUN leaves is in some image; ONBUILD leaves it in one that another file builds."""
    return step.stage is not None and (step.deferred or step.stage.index in stages)


def lasting(dockerfile: Dockerfile) -> frozenset[int]:
    """Return the stages whose layers are in some image: the last one, and those that others are built on."""
    bases = {stage.parent.index for stage in dockerfile.stages if stage.parent is not None}
    return frozenset(bases | ({len(dockerfile.stages) - 1} if dockerfile.stages else set()))
