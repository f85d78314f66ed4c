"""A Dockerfile as a build reads it: stages, the graph between them, and every instruction with what holds before it."""

from bisect import bisect_left
from collections.abc import Mapping
from types import MappingProxyType

from prill.dockerfile.arguments import From, read_from
from prill.dockerfile.parser import parse
from prill.dockerfile.state import CHANGING, State, advance
from prill.dockerfile.step import Invocation, Step
from prill.dockerfile.syntax import Comment, File, Flag
from prill.dockerfile.variables import MAX_TEXT, Expanded, expand
from prill.model.cached import cached_property
from prill.model.regex import regex

__all__ = ["Dockerfile", "Stage", "read_dockerfile"]

SCRATCH = "scratch"

MAX_VALUES = 16 * 1024 * 1024
"""How many characters the values of a file's variables and folders may have together."""

_SHELL_PRAGMA = regex(r"hadolint\s+shell\s*=\s*(\S+)\s*\Z")


class Stage:
    """FROM and what follows it. ``name`` is in lower case, as BuildKit compares names; "" without one."""

    def __init__(self, document: "Dockerfile", index: int, step: Step | None) -> None:
        self.document = document
        self.index = index
        self.steps: list[Step] = []
        self.from_step = step
        self.source: From | None = read_from(step.words) if step is not None else None
        name = self.source.name if self.source else None
        self.name = name.text.lower() if name else ""
        self._states: tuple[State, ...] = ()

    @cached_property
    def platform(self) -> Flag | None:
        """The flag ``--platform``."""
        return self.from_step.statement.flag("platform") if self.from_step else None

    @cached_property
    def image(self) -> Expanded:
        """The base's name with the ARGs before the first FROM put in; `unset` names those without a value."""
        text = self.source.image.text if self.source else ""
        return expand(text, self.document.global_values, self.document.file.escape)

    @cached_property
    def parent(self) -> "Stage | None":
        """The stage that this one is built on, where its base is one that stands before it."""
        numbers = self.document.stage_numbers.get(self.image.text.lower(), ())
        before = bisect_left(numbers, self.index)
        return self.document.stages[numbers[before - 1]] if before else None

    @property
    def is_scratch(self) -> bool:
        """Whether it begins with nothing."""
        return self.image.text == SCRATCH

    @cached_property
    def root(self) -> "Stage":
        """The stage at the bottom of those that this one is built on: its base is an image, or nothing."""
        stage = self
        while stage.parent is not None:
            stage = stage.parent
        return stage

    @cached_property
    def lineage(self) -> tuple["Stage", ...]:
        """The stage itself and those below it, itself first."""
        found = [self]
        while (below := found[-1].parent) is not None:
            found.append(below)
        return tuple(found)

    @property
    def states(self) -> tuple[State, ...]:
        """What holds before each step of the stage, and, last, what it leaves behind."""
        if self._states:
            return self._states
        waiting: list[Stage] = []
        stage: Stage | None = self
        while stage is not None and not stage._states:  # noqa: SLF001 - another one of these
            waiting.append(stage)
            stage = stage.parent
        below = stage._states[-1] if stage is not None else None  # noqa: SLF001 - the same
        for one in reversed(waiting):  # from the bottom up, so that no stage asks for one that is not there
            one._states = one._walk(below)  # noqa: SLF001 - the same
            below = one._states[-1]  # noqa: SLF001 - the same
        return self._states

    def _walk(self, below: State | None) -> tuple[State, ...]:
        """Go through the steps; ``below`` is what the stage that this one is built on leaves behind."""
        if below is None:
            state = State()
        else:
            state = State(
                shell=below.shell, user=below.user, workdir=below.workdir, entrypoint=below.entrypoint,
                command=below.command, env=below.env, args=below.args,
            )  # fmt: skip
        states = [state]
        for step in self.steps:
            if not step.deferred:
                state = self.document.after(step, state, self.document.global_values)
            states.append(state)
        return tuple(states)

    def of(self, keyword: str, after: int = -1) -> tuple[Step, ...]:
        """Return the stage's steps with a keyword that stand behind the step number ``after``."""
        return tuple([step for step in self.steps[after + 1 :] if step.keyword == keyword])

    @property
    def result(self) -> State:
        """What the stage leaves behind: the image's configuration."""
        return self.states[-1]


class Dockerfile:
    """A parsed file and everything that rules ask about it; parts are worked out when they are first asked for."""

    def __init__(self, file: File, target: str | None = None) -> None:
        self.file = file
        self.wanted = target
        self.prelude: list[Step] = []
        self.stages: list[Stage] = []
        self.steps: list[Step] = []
        self.unread: list[Step] = []
        """The steps whose commands somebody asked for, and that are too intricate to be read."""
        self._overlong: list[Step] = []
        self._room = MAX_VALUES
        self._several: dict[tuple[str, ...], tuple[Step, ...]] = {}
        self._read()

    def _read(self) -> None:
        for statement in self.file.instructions:
            if statement.keyword == "FROM":
                step = Step(self, None, statement, 0)
                self.stages.append(Stage(self, len(self.stages), step))
                self.steps.append(step)
                continue
            stage = self.stages[-1] if self.stages else None
            if stage is None and statement.keyword != "ARG":
                stage = Stage(self, 0, None)  # a fragment without FROM, as for an include
                self.stages.append(stage)
            step = Step(self, stage, statement, len(stage.steps) if stage else 0)
            (stage.steps if stage else self.prelude).append(step)
            self.steps.append(step)

    @cached_property
    def by_keyword(self) -> Mapping[str, tuple[Step, ...]]:
        """The steps of each keyword, in order; deferred ones under the keyword of what is deferred."""
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            found.setdefault(step.keyword, []).append(step)
        return MappingProxyType({keyword: tuple(steps) for keyword, steps in found.items()})

    @cached_property
    def flagged(self) -> tuple[Step, ...]:
        """The steps whose instructions have flags, in order."""
        return tuple([step for step in self.steps if step.instruction.flags])

    def of(self, *keywords: str) -> tuple[Step, ...]:
        """Return the steps with one of the keywords, in order."""
        if len(keywords) == 1:
            return self.by_keyword.get(keywords[0], ())
        if keywords not in self._several:
            there = [keyword for keyword in keywords if keyword in self.by_keyword]
            self._several[keywords] = (
                tuple([step for step in self.steps if step.keyword in there])
                if len(there) > 1
                else self.by_keyword.get("".join(there), ())
            )
        return self._several[keywords]

    @cached_property
    def invocations(self) -> tuple[Invocation, ...]:
        """The commands of every RUN, in order."""
        return tuple([Invocation(step, command) for step in self.of("RUN") for command in step.commands])

    @cached_property
    def programs(self) -> frozenset[str]:
        """The programs of every RUN without their folders: what a rule asks first that seldom has anything to do."""
        return frozenset([name.rpartition("/")[2] for name in self.by_program])

    @cached_property
    def by_program(self) -> Mapping[str, tuple[Invocation, ...]]:
        """The commands of every RUN by the program as it is written, so that ``/usr/bin/apt-get`` is another."""
        found: dict[str, list[Invocation]] = {}
        for one in self.invocations:
            found.setdefault(one.command.name, []).append(one)
        return MappingProxyType({name: tuple(ones) for name, ones in found.items()})

    def calls(self, *programs: str) -> tuple[Invocation, ...]:
        """Return the commands of every RUN that call one of the programs, in order."""
        if len(programs) == 1:
            return self.by_program.get(programs[0], ())
        if not any(program in self.by_program for program in programs):
            return ()
        return tuple([one for one in self.invocations if one.command.name in programs])

    @cached_property
    def command_text(self) -> str:
        """The words of every RUN's commands, one a line: where a rule looks first that seldom has anything to do."""
        return "\n".join(
            [word.text for _, command in self.invocations for word in (*command.assignments, *command.words)]
        )

    @cached_property
    def global_values(self) -> Mapping[str, str]:
        """The ARGs before the first FROM that have a value; FROM may use them, and stages that declare them."""
        return self.prelude_state.args

    @cached_property
    def prelude_state(self) -> State:
        """What holds before the first FROM ends: the global ARGs."""
        state = State()
        for step in self.prelude:
            state = self.after(step, state, {})
        return state

    def after(self, step: Step, before: State, defaults: Mapping[str, str]) -> State:
        """Return what holds after a step; what is longer than the file's values may be is noted for `overlong`."""
        if step.keyword not in CHANGING:
            return before
        after = advance(before, step, defaults, max(0, min(MAX_TEXT, self._room)))
        self._room -= after.written - before.written
        if after.overlong > before.overlong:
            self._overlong.append(step)
        return after

    @property
    def overlong(self) -> tuple[Step, ...]:
        """The steps that set more than is followed, in any stage."""
        _ = self.prelude_state, [stage.states for stage in self.stages]
        return tuple(self._overlong)

    @cached_property
    def shell_pragmas(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The shells that comments ``# hadolint shell=…`` name, with their places."""
        if "hadolint" not in self.file.source.text:
            return ()
        return tuple(
            (node.span.start, (found[1],))
            for node in self.file.nodes
            if isinstance(node, Comment) and (found := _SHELL_PRAGMA.match(node.text))
        )

    @cached_property
    def stage_numbers(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the stages that have a name, by it, in order."""
        found: dict[str, list[int]] = {}
        for stage in self.stages:
            if stage.name:
                found.setdefault(stage.name, []).append(stage.index)
        return MappingProxyType({name: tuple(numbers) for name, numbers in found.items()})

    def stage_named(self, name: str) -> Stage | None:
        """Return a stage by its name or number, as ``--target`` and ``COPY --from`` take them."""
        numbers = self.stage_numbers.get(name.lower(), ())
        if numbers:
            return self.stages[numbers[0]]
        return self.stages[int(name)] if name.isascii() and name.isdigit() and int(name) < len(self.stages) else None

    @cached_property
    def final(self) -> Stage | None:
        """The stage that is built: the target, or the last."""
        if self.wanted is not None:
            return self.stage_named(self.wanted)
        return self.stages[-1] if self.stages else None

    def needs(self, stage: Stage) -> tuple[Stage, ...]:
        """Return the stages that ``stage`` takes from, by FROM, ``COPY --from`` and mounts."""
        found = {stage.parent.index} if stage.parent else set()
        for step in stage.steps:
            for image in step.images if step.instruction.flags else ():
                other = self.stage_named(step.expand(image.text).text)
                if other is not None and other.index < stage.index:
                    found.add(other.index)
        return tuple(self.stages[index] for index in sorted(found))

    @cached_property
    def built(self) -> frozenset[int]:
        """The numbers of the stages that the final one needs, itself included; BuildKit builds no other."""
        waiting = [self.final] if self.final else []
        found: set[int] = set()
        while waiting:
            stage = waiting.pop()
            if stage.index not in found:
                found.add(stage.index)
                waiting.extend(self.needs(stage))
        return frozenset(found)

    def let_go(self) -> None:
        """Forget everything: file, stages and steps know each other, and to find that nobody else does takes time."""
        for stage in self.stages:
            vars(stage).clear()
        vars(self).clear()


def read_dockerfile(data: bytes, name: str = "Dockerfile", target: str | None = None) -> Dockerfile:
    """Parse a file and read it as a build of ``target`` would."""
    return Dockerfile(parse(data, name), target)
