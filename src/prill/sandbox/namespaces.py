"""Runs a command through ``_enter.py``: what the ``userns`` and ``chroot`` back ends share."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from prill.sandbox.command import Command, CommandNotStarted, Completed, Limits, SandboxFailed
from prill.sandbox.emulation import EMULATOR_TARGET, Emulator, prepare
from prill.sandbox.mounts import plan_mounts
from prill.sandbox.process import Ended, supervise

__all__ = ["completed", "helper", "memory_file", "resource_limits", "run_in_namespaces"]

_HELPER = Path(__file__).with_name("_enter.py")


def helper(descriptor: int) -> list[str]:
    """Return the arguments that start ``_enter.py`` with its orders at ``descriptor``."""
    return [sys.executable, "-I", "-S", "-B", str(_HELPER), str(descriptor)]


def memory_file(data: bytes) -> int:
    """Return a descriptor to read ``data`` from; it needs no name and no room in a pipe."""
    descriptor = os.memfd_create("prill")
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def resource_limits(limits: Limits) -> dict[str, int]:
    """Return the bounds that the kernel keeps for us, by their names in `resource`."""
    return {
        "RLIMIT_CORE": 0,
        "RLIMIT_DATA": limits.memory,
        "RLIMIT_FSIZE": limits.file_size,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_NPROC": limits.processes,
    }


def run_in_namespaces(command: Command, *, user_namespace: bool) -> Completed:
    """Run ``command`` in namespaces of its own. Raises `CommandNotStarted` or `SandboxFailed`."""
    arguments, emulator = prepare(command)
    mounts = plan_mounts(
        command.root, writable=command.writable, scratch=command.limits.scratch, emulator=emulator.binary
    )
    status, status_end = os.pipe()
    program = arguments[0]
    orders = {
        "mode": "enter",
        "status": status_end,
        "user_namespace": user_namespace,
        "uid": command.user.uid,
        "gid": command.user.gid,
        "groups": command.user.groups,
        "mounts": [asdict(mount) for mount in mounts],
        "limits": resource_limits(command.limits),
        "directory": command.directory,
        "program": program,
        "arguments": arguments if program == EMULATOR_TARGET else (command.arguments[0], *arguments[1:]),
        "environment": command.environment,
    }
    orders_end = memory_file(json.dumps(orders).encode())
    try:
        ended = supervise(
            helper(orders_end),
            status=status,
            pass_fds=(status_end, orders_end),
            stdin=command.stdin,
            seconds=command.limits.seconds,
            output=command.limits.output,
        )
    finally:
        os.close(status)
    _raise_reported(ended)
    return completed(ended, emulator)


def completed(ended: Ended, emulator: Emulator) -> Completed:
    """Turn a watched process's end into a program's."""
    return Completed(
        exit_code=ended.exit_code,
        stdout=ended.stdout,
        stderr=ended.stderr,
        stdout_cut=ended.stdout_cut,
        stderr_cut=ended.stderr_cut,
        timed_out=ended.timed_out,
        seconds=ended.seconds,
        partly_emulated=emulator.binary is not None,
        notes=(emulator.note,) if emulator.note else (),
    )


def _raise_reported(ended: Ended) -> None:
    if not ended.status:
        return
    report = json.loads(ended.status.splitlines()[0])
    if report["step"] == "start":
        raise CommandNotStarted(f"the program could not be started: {report['error']}")
    raise SandboxFailed(f"the sandbox could not be set up: {report['error']}")
