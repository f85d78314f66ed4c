"""Runs programs of another architecture through QEMU's user-mode emulator.

Two ways. Where the kernel has an emulator registered in binfmt_misc with the ``F`` flag, it opened the emulator at
registration, so it works inside any root and for every program, children included. Otherwise the emulator's static
binary is bound into the sandbox and stands in front of the command; programs which that one starts are not emulated.
"""

import os
from pathlib import Path

from prill.binaries.elf import InvalidElf, Machine, read_shared_object
from prill.model import Platform
from prill.model.value import dataclass
from prill.sandbox.command import Command, CommandNotStarted, SandboxFailed
from prill.sandbox.program import Program, find_program

__all__ = ["EMULATOR_TARGET", "Emulator", "NoEmulator", "host_architecture", "prepare"]

EMULATOR_TARGET = "/dev/.emulator"
_BINFMT = Path("/proc/sys/fs/binfmt_misc")
_FOLDERS = ("/usr/bin", "/usr/local/bin", "/bin")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386", "armv7l": "arm"}
_QEMU_NAMES = {"amd64": "x86_64", "arm64": "aarch64", "386": "i386", "arm": "arm"}
_MACHINES = {"amd64": Machine.X86_64, "arm64": Machine.AARCH64, "386": Machine.I386, "arm": Machine.ARM}
_ALSO_RUNS = {"amd64": ("386",), "arm64": ()}
_MAX_EMULATOR = 64 << 20


class NoEmulator(SandboxFailed):
    """The image is for another architecture and nothing here can run it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """What must stand before a program. ``binary`` is this machine's file to bind, None where the kernel has it."""

    binary: Path | None = None
    note: str = ""


def host_architecture() -> str:
    """Return this machine's architecture under its OCI name."""
    machine = os.uname().machine
    return _ARCHITECTURES.get(machine, machine)


def prepare(
    command: Command, *, host: str | None = None, folders: tuple[str, ...] = _FOLDERS, binfmt: Path = _BINFMT
) -> tuple[tuple[str, ...], Emulator]:
    """Return the arguments to execute inside the sandbox, the program's path first, and the emulator they need.

    Raises `CommandNotStarted` where the program is missing or for another machine than its image, `NoEmulator` where
    the whole image is foreign here.
    """
    wanted = command.platform.architecture
    host = host or host_architecture()
    native = wanted == host or wanted in _ALSO_RUNS.get(host, ())
    emulator = Emulator() if native else find_emulator(command.platform, folders=folders, binfmt=binfmt)
    program = find_program(command)
    arguments = (program.path, *command.arguments[1:])
    if emulator.binary is not None:
        program, arguments = _unfold(command, program, arguments)
    expected = _MACHINES.get(wanted)
    if program.machine is not None and expected is not None and program.machine != expected:
        foreign = next((name for name, machine in _MACHINES.items() if machine == program.machine), None)
        if foreign is None or foreign not in _ALSO_RUNS.get(wanted, ()):
            named = foreign or f"ELF machine {program.machine}"
            raise CommandNotStarted(f"{program.path!r} is built for {named}, the image is for {wanted}")
    if emulator.binary is not None:
        arguments = (EMULATOR_TARGET, "-0", command.arguments[0], *arguments)
    return arguments, emulator


def find_emulator(platform: Platform, *, folders: tuple[str, ...] = _FOLDERS, binfmt: Path = _BINFMT) -> Emulator:
    """Find what runs ``platform`` here. Raises `NoEmulator`."""
    name = _QEMU_NAMES.get(platform.architecture)
    if name is None:
        raise NoEmulator(f"programs for {platform} cannot be run here")
    registration = binfmt / f"qemu-{name}"
    try:
        lines = registration.read_text(errors="replace")[:4096].splitlines()
    except OSError:
        lines = []
    if "enabled" in lines and any(line.startswith("flags:") and "F" in line[6:] for line in lines):
        return Emulator(note=f"{platform.architecture} programs are emulated by the kernel's registered qemu-{name}")
    for file in (f"qemu-{name}-static", f"qemu-{name}"):
        for folder in folders:
            binary = Path(folder, file)
            if _is_static(binary):
                note = f"emulated by {file}; programs that the program itself starts are not, without binfmt_misc"
                return Emulator(binary=binary, note=note)
    raise NoEmulator(
        f"the image is for {platform}, this machine is {host_architecture()}, and there is no static qemu-{name}",
        hint="install qemu-user-static, or register it: binfmt-support with the F flag",
    )


def _is_static(binary: Path) -> bool:
    """Say whether a file runs without a loader of its own, which the image's root would not have."""
    try:
        with binary.open("rb") as file:
            elf = read_shared_object(file.read(_MAX_EMULATOR))
    except (OSError, InvalidElf):
        return False
    return elf is not None and not elf.interpreter


def _unfold(command: Command, program: Program, arguments: tuple[str, ...]) -> tuple[Program, tuple[str, ...]]:
    """Replace a script by its interpreter, as the kernel would have: QEMU loads ELF files only."""
    for _ in range(4):
        if not program.script:
            break
        interpreter = Command(
            root=command.root,
            arguments=(program.script[0],),
            user=command.user,
            platform=command.platform,
            directory=command.directory,
        )
        arguments = (*program.script, *arguments)
        program = find_program(interpreter)
    return program, arguments
