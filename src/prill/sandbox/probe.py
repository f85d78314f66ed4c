"""Tries a back end with a program of this machine before an image depends on it."""

from collections.abc import Callable
from pathlib import Path

from prill.model import Platform
from prill.sandbox.command import Command, CommandNotStarted, Completed, Limits, SandboxFailed, User
from prill.sandbox.emulation import host_architecture

__all__ = ["probe"]

_SECONDS = 20


def probe(run: Callable[[Command], Completed]) -> str | None:
    """Run ``true`` of this machine in a sandbox; return why that failed, or None.

    Containers often forbid namespaces in ways that only trying shows: by seccomp, AppArmor or a sysctl.
    """
    command = Command(
        root=Path("/"),
        arguments=("true",),
        user=User(uid=65532, gid=65532),
        platform=Platform("linux", host_architecture()),
        limits=Limits(seconds=_SECONDS, output=4096),
    )
    try:
        ended = run(command)
    except (CommandNotStarted, SandboxFailed) as error:
        return error.message
    if ended.timed_out:
        return f"a trial run did not end within {_SECONDS} s"
    if ended.exit_code != 0:
        return f"a trial run ended with {ended.exit_code}: {ended.stderr[:200].decode(errors='replace').strip()}"
    return None
