"""What instructions leave behind for those after them: user, folder, shell, variables, command.

The rules are those of BuildKit's dockerfile2llb.
"""

import posixpath
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from prill.dockerfile.environment import NO_VARIABLES, Variables, Visible
from prill.dockerfile.syntax import Instruction
from prill.dockerfile.variables import MAX_TEXT, Expanded, expand

if TYPE_CHECKING:
    from prill.dockerfile.step import Step

__all__ = ["CHANGING", "GLOBAL_ARGS", "PREDEFINED_ARGS", "ShellKind", "State", "advance", "shell_kind"]

CHANGING = frozenset({"ARG", "CMD", "ENTRYPOINT", "ENV", "SHELL", "USER", "WORKDIR"})
"""The instructions after which something else holds than before."""

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


MAX_PATH = 4096
"""How long a folder's name may be: Linux takes no longer one, and every relative WORKDIR adds to the one before it."""


class State(NamedTuple):
    """What holds before an instruction. None is what the base image says; only a build, or the catalogue, knows that.

    ``env`` and ``args`` are the variables that are set, with a known value or without. ``written`` counts the
    characters that the values so far hold, ``overlong`` those that were too long to be followed: nobody knows these.
    """

    shell: tuple[str, ...] | None = None
    user: str | None = None
    workdir: str | None = None
    entrypoint: Instruction | None = None
    command: Instruction | None = None
    env: Variables = NO_VARIABLES
    args: Variables = NO_VARIABLES
    written: int = 0
    overlong: int = 0

    def values(self) -> Mapping[str, str]:
        """Return the variables that a word of an instruction may use; ENV wins over ARG."""
        return Visible(self.env, self.args)

    def declares(self, name: str) -> bool:
        """Whether an ENV or ARG introduced the name, with a value or without."""
        return self.env.declares(name) or self.args.declares(name)

    @property
    def declared(self) -> frozenset[str]:
        """All names that an ENV or ARG introduced: as many as the file has, so that one name is better asked for."""
        return self.env.names() | self.args.names()

    def counting(self, found: Iterable[Expanded], **changes: Any) -> "State":  # noqa: ANN401 - any of the fields
        """Return the state with ``changes``, and with what was put in counted."""
        written, overlong = self.written, self.overlong
        for text, _, whole in found:
            if whole:
                written += len(text)
            else:
                overlong += 1
        return self._replace(written=written, overlong=overlong, **changes)


def advance(state: State, step: "Step", defaults: Mapping[str, str], limit: int = MAX_TEXT) -> State:
    """Return what holds after ``step``.

    ``defaults`` are the values of the ARGs before the first FROM; a text of more than ``limit`` characters is not
    known, as variables that double each other are longer than any memory after 40 lines.
    """
    keyword, instruction, escape = step.keyword, step.instruction, step.document.file.escape
    if keyword == "ENV":
        values = state.values()
        new = {pair.key.text: expand(pair.value.text, values, escape, limit=limit) for pair in step.pairs if pair.value}
        return state.counting(new.values(), env=state.env.set({name: found.known for name, found in new.items()}))
    if keyword == "ARG":
        return _argument(state, step, escape, defaults, limit)
    if keyword == "SHELL":
        return state._replace(shell=tuple(word.text for word in instruction.json)) if instruction.json else state
    if keyword in {"USER", "WORKDIR"}:
        return _placed(state, instruction, escape, min(limit, MAX_PATH))
    if keyword == "ENTRYPOINT":
        return state._replace(entrypoint=instruction, command=None)
    return state._replace(command=instruction) if keyword == "CMD" else state


def _placed(state: State, instruction: Instruction, escape: str, limit: int) -> State:
    found = expand(instruction.arguments, state.values(), escape, limit=limit)
    if instruction.keyword == "USER":
        return state.counting([found], user=found.text)
    folder = posixpath.join(state.workdir or "/", found.text)
    if len(folder) > MAX_PATH or not found.whole:
        return state.counting([Expanded("", whole=False)])
    return state.counting([Expanded(folder)], workdir=folder)


def _argument(state: State, step: "Step", escape: str, defaults: Mapping[str, str], limit: int) -> State:
    args = state.args
    counted: list[Expanded] = []
    for pair in step.pairs:
        name = pair.key.text
        if pair.value is not None:
            found = expand(pair.value.text, Visible(state.env, args), escape, limit=limit)
            counted.append(found)
            args = args.set({name: found.known})
        else:
            args = args.set({name: defaults.get(name, args.get(name))})
    return state.counting(counted, args=args)
