"""One instruction in its place, its mounts, and the commands that it runs."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from prill.dockerfile.arguments import Copy, Pair, read_copy, read_pairs, read_words
from prill.dockerfile.script import Script, read_script
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.source import Span, Word
from prill.dockerfile.state import State
from prill.dockerfile.syntax import Flag, Instruction
from prill.dockerfile.variables import Expanded, expand
from prill.model.cached import cached_property
from prill.model.regex import regex

if TYPE_CHECKING:
    from prill.dockerfile.document import Dockerfile, Stage

__all__ = ["Invocation", "Mount", "Step"]

_MOUNT_FROM = regex(r"(?:^|,)from=([^,]*)")


class Step:
    """One instruction in its place; of one that ONBUILD defers, ``statement`` is the ONBUILD.

    ``keyword`` is the instruction's in upper case, ``stage`` None before the first FROM.
    """

    __slots__ = ("__dict__", "deferred", "document", "index", "instruction", "keyword", "stage", "statement")

    def __init__(self, document: "Dockerfile", stage: "Stage | None", statement: Instruction, index: int) -> None:
        self.document = document
        self.stage = stage
        self.statement = statement
        self.index = index
        inner = statement
        while inner.inner is not None:
            inner = inner.inner
        self.instruction = inner
        self.keyword = inner.keyword
        self.deferred = inner is not statement

    @property
    def span(self) -> Span:
        """The instruction as it is written, without what follows its arguments."""
        return self.statement.code_span

    @cached_property
    def state(self) -> State:
        """What holds before the instruction."""
        return self.stage.states[self.index] if self.stage is not None else self.document.prelude_state

    @property
    def shell(self) -> tuple[str, ...] | None:
        """The shell that holds: SHELL's, or what a ``# hadolint shell=…`` behind it says; None for the default.

        Such a comment holds for its stage and those on top of it; one before the first FROM for all.
        """
        pragmas = self.document.shell_pragmas
        if not pragmas or self.stage is None:
            return self.state.shell
        stages = self.document.stages
        starts = [one.from_step.statement.span.start if one.from_step else 0 for one in stages]
        for stage in self.stage.lineage:
            end = self.statement.span.start if stage is self.stage else starts[stage.index + 1]
            named = [
                (one.span.start, tuple(word.text for word in one.instruction.json or ())) for one in stage.of("SHELL")
            ]
            found = [one for one in (*named, *pragmas) if starts[stage.index] <= one[0] < end and one[1]]
            if found:
                return max(found)[1]
        return next((shell for place, shell in reversed(pragmas) if place < starts[0]), None)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of ENV, LABEL or ARG."""
        return read_pairs(self.instruction, self.document.file.escape)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The arguments: the exec form's strings, or what blanks separate."""
        return read_words(self.instruction)

    @cached_property
    def copy(self) -> Copy | None:
        """What COPY or ADD copies; None with fewer than two arguments."""
        return read_copy(self.instruction, self.words)

    @cached_property
    def script(self) -> Script:
        """What RUN, CMD, ENTRYPOINT or HEALTHCHECK runs."""
        script = read_script(self.instruction, self.shell)
        if script.unread:
            self.document.unread.append(self)
        return script

    @cached_property
    def commands(self) -> tuple[ShellCommand, ...]:
        """The commands of `script`."""
        return self.script.commands

    def expand(self, text: str) -> Expanded:
        """Put the variables that hold here into a text of the instruction."""
        return expand(text, self.state.values(), self.document.file.escape)

    @cached_property
    def mounts(self) -> tuple["Mount", ...]:
        """The mounts of a RUN."""
        return tuple(_read_mount(flag) for flag in self.instruction.flags if flag.name == "mount")

    @cached_property
    def images(self) -> tuple[Word, ...]:
        """What ``COPY --from=`` and ``RUN --mount=…,from=`` name, as it is written: stages or images."""
        found = []
        for flag in self.instruction.flags:
            if flag.name == "from" and flag.value:
                found.append(Word(flag.value, flag.value_span))
            elif flag.name == "mount" and flag.value:
                found.extend(_mount_from(flag))
        return tuple(found)


class Mount(NamedTuple):
    """One ``--mount`` of a RUN; ``type`` is ``bind`` where none is written, ``options`` has everything."""

    type: str
    target: str
    options: Mapping[str, str]
    flag: Flag


def _read_mount(flag: Flag) -> Mount:
    options: dict[str, str] = {}
    for part in (flag.value or "").split(","):
        key, _, value = part.partition("=")
        options[key.strip().lower()] = value
    target = options.get("target") or options.get("dst") or options.get("destination") or ""
    return Mount(options.get("type", "bind"), target, MappingProxyType(options), flag)


def _mount_from(flag: Flag) -> Iterator[Word]:
    match = _MOUNT_FROM.search(flag.value or "")
    if match and match[1]:
        start = flag.value_span.start + match.start(1)
        exact = flag.value_span.end - flag.value_span.start == len(flag.value or "")
        yield Word(match[1], Span(start, start + len(match[1])) if exact else flag.value_span)


class Invocation(NamedTuple):
    """A command with the step that runs it."""

    step: Step
    command: ShellCommand
