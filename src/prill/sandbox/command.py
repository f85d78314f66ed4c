"""What is run, within which bounds, and what came of it."""

from pathlib import Path

from prill.errors import PrillError
from prill.model import Platform
from prill.model.value import dataclass, field

__all__ = ["Command", "CommandNotStarted", "Completed", "InvalidCommand", "Limits", "SandboxFailed", "User"]

_MAX_STRING = 128 * 1024 - 1
_MAX_STRINGS = 2 * 1024 * 1024


class InvalidCommand(PrillError):
    """A command that no kernel would take."""


class CommandNotStarted(PrillError):
    """The sandbox stood, but the image's program could not be started in it."""


class SandboxFailed(PrillError):
    """The sandbox itself could not be set up, so nothing is known about the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who the program runs as, in numbers; ``home`` is what the image's passwd says."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()
    home: str = "/"

    def __post_init__(self) -> None:
        for number in (self.uid, self.gid, *self.groups):
            if not 0 <= number < 2**32 - 1:
                raise InvalidCommand(f"not a user or group number: {number!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one run. Sizes are in bytes; ``processes`` counts threads too, as the kernel does.

    ``memory`` bounds each process's private writable memory; address space that is only reserved is free, because
    Java, Node and Go reserve far more than they use.
    """

    seconds: float = 60
    output: int = 4 << 20
    processes: int = 1024
    open_files: int = 4096
    file_size: int = 1 << 30
    memory: int = 4 << 30
    scratch: int = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One program of an unpacked root file system.

    ``root`` is the folder of the unpacked image and ``platform`` the image's own. ``environment`` is all the program
    gets, in this order. With ``writable`` the program may change ``root`` itself: hand in a copy (`scratch.copy_root`).
    """

    root: Path
    arguments: tuple[str, ...]
    user: User
    platform: Platform
    environment: tuple[tuple[str, str], ...] = ()
    directory: str = "/"
    stdin: bytes | None = None
    writable: bool = False
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not self.arguments or not self.arguments[0]:
            raise InvalidCommand("no program to run")
        if any("=" in name or not name for name, _ in self.environment):
            raise InvalidCommand("an environment variable's name is empty or has an equals sign")
        texts = [*self.arguments, self.directory, *(f"{name}={value}" for name, value in self.environment)]
        if any("\0" in text for text in texts):
            raise InvalidCommand("an argument or environment variable has a NUL in it")
        sizes = [len(text.encode(errors="surrogateescape")) for text in texts]
        if max(sizes) > _MAX_STRING or sum(sizes) > _MAX_STRINGS:
            raise InvalidCommand(f"arguments and environment of {sum(sizes)} bytes are more than the kernel takes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a program ended. ``exit_code`` is 128 plus the number for a signal, as container engines count.

    ``timed_out`` means that it and everything it had started were killed. ``stdout_cut`` and ``stderr_cut`` say that
    more came than ``Limits.output``; the beginning is kept. ``partly_emulated`` means that programs which the program
    started could not run, since only it was emulated.
    """

    exit_code: int
    stdout: bytes
    stderr: bytes
    stdout_cut: bool = False
    stderr_cut: bool = False
    timed_out: bool = False
    seconds: float = 0.0
    partly_emulated: bool = False
    notes: tuple[str, ...] = ()
