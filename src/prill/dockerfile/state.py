"""What instructions leave behind for those after them: user, folder, shell, variables, command.

The rules are those of BuildKit's dockerfile2llb.
"""

import posixpath
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from prill.dockerfile.arguments import read_pairs
from prill.dockerfile.syntax import Instruction
from prill.dockerfile.variables import expand

__all__ = ["GLOBAL_ARGS", "PREDEFINED_ARGS", "ShellKind", "State", "advance", "shell_kind"]

PREDEFINED_ARGS = frozenset(
    name for one in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY") for name in (one, one.lower())
) | {"SOURCE_DATE_EPOCH"}
"""ARGs that a build may give without their being declared."""

GLOBAL_ARGS = frozenset(
    f"{side}{part}" for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
"""ARGs that FROM may use as they are; a stage has to declare them."""


class ShellKind(StrEnum):
    """Which language a RUN is written in."""

    POSIX = "posix"
    POWERSHELL = "powershell"
    CMD = "cmd"
    NONE = "none"
    """The exec form: no shell at all."""


def shell_kind(shell: tuple[str, ...]) -> ShellKind:
    """Return the language of a SHELL; anything that is not one of Windows' is taken for a POSIX shell."""
    program = shell[0].replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe") if shell else ""
    if program in {"powershell", "pwsh"}:
        return ShellKind.POWERSHELL
    return ShellKind.CMD if program == "cmd" else ShellKind.POSIX


_NOTHING: Mapping[str, str] = MappingProxyType({})


class State(NamedTuple):
    """What holds before an instruction. None is what the base image says; only a build, or the catalogue, knows that.

    ``env`` and ``args`` are the variables with a known value; ``declared`` are all names that an ENV or ARG introduced,
    with a value or without.
    """

    shell: tuple[str, ...] | None = None
    user: str | None = None
    workdir: str | None = None
    entrypoint: Instruction | None = None
    command: Instruction | None = None
    env: Mapping[str, str] = _NOTHING
    args: Mapping[str, str] = _NOTHING
    declared: frozenset[str] = frozenset()

    def values(self) -> Mapping[str, str]:
        """Return the variables that a word of an instruction may use; ENV wins over ARG."""
        return {**self.args, **self.env} if self.args else self.env


def advance(state: State, instruction: Instruction, escape: str, defaults: Mapping[str, str]) -> State:  # noqa: PLR0911 - one line for each kind of instruction
    """Return what holds after ``instruction``; ``defaults`` are the values of the ARGs before the first FROM."""
    keyword = instruction.keyword
    if keyword == "ENV":
        values = state.values()
        new = {
            pair.key.text: expand(pair.value.text, values, escape)
            for pair in read_pairs(instruction, escape)
            if pair.value
        }
        known = {name: found.text for name, found in new.items() if not found.unset}
        env = {name: value for name, value in state.env.items() if name not in new} | known
        return state._replace(env=MappingProxyType(env), declared=state.declared | frozenset(new))
    if keyword == "ARG":
        return _argument(state, instruction, escape, defaults)
    if keyword == "SHELL":
        return state._replace(shell=tuple(word.text for word in instruction.json)) if instruction.json else state
    if keyword == "USER":
        return state._replace(user=expand(instruction.arguments, state.values(), escape).text)
    if keyword == "WORKDIR":
        folder = expand(instruction.arguments, state.values(), escape).text
        return state._replace(workdir=posixpath.join(state.workdir or "/", folder))
    if keyword == "ENTRYPOINT":
        return state._replace(entrypoint=instruction, command=None)
    if keyword == "CMD":
        return state._replace(command=instruction)
    return state


def _argument(state: State, instruction: Instruction, escape: str, defaults: Mapping[str, str]) -> State:
    args = dict(state.args)
    names = set()
    for pair in read_pairs(instruction, escape):
        name = pair.key.text
        names.add(name)
        if pair.value is not None:
            found = expand(pair.value.text, {**args, **state.env}, escape)
            args.pop(name, None)
            if not found.unset:
                args[name] = found.text
        elif name in defaults:
            args[name] = defaults[name]
    return state._replace(args=MappingProxyType(args), declared=state.declared | frozenset(names))
