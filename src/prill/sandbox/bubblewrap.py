"""The first back end: bubblewrap, which needs no privilege and is reviewed by many.

How the image's user comes about depends on who asks:

- for someone who is not root, a user namespace maps them to the image's user;
- for root and an image that runs as root, no user namespace: bubblewrap keeps a short list of capabilities;
- for root and any other image, bubblewrap is started *as* the image's user, so that files keep their real owners and
  a program which may not read a file of root's does not; ``_enter.py`` first binds the image where that user can reach
  it.
"""

import contextlib
import json
import os
import resource
import shutil
from collections.abc import Callable, Iterator

from prill.model.value import dataclass
from prill.sandbox.command import Command, CommandNotStarted, Completed, SandboxFailed
from prill.sandbox.emulation import EMULATOR_TARGET, prepare
from prill.sandbox.mounts import Mount, MountKind, plan_mounts
from prill.sandbox.namespaces import completed, helper, memory_file, resource_limits
from prill.sandbox.probe import probe
from prill.sandbox.process import Ended, supervise

__all__ = ["Bubblewrap"]

_PATH = "/usr/local/bin:/usr/bin:/bin"
_EXPOSED = "/tmp/root"  # noqa: S108 - on a tmpfs of its own, see _enter.py
_NAMESPACES = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
_CLOSED_PROC = ("sys", "sysrq-trigger", "irq", "bus", "fs")
_ROOT_CAPABILITIES = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
)


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """``bwrap``, found in ``path``."""

    id: str = "bubblewrap"
    path: str = _PATH

    def available(self) -> str | None:
        """Return why this does not work here, or None."""
        if shutil.which("bwrap", path=self.path) is None:
            return "bwrap is not installed"
        return probe(self.run)

    def run(self, command: Command) -> Completed:
        """Run ``command``. Raises `CommandNotStarted` or `SandboxFailed`."""
        bwrap = shutil.which("bwrap", path=self.path)
        if bwrap is None:
            raise SandboxFailed("bwrap is not installed")
        arguments, emulator = prepare(command)
        if emulator.binary is None and ("/" in command.arguments[0] or "PATH" in dict(command.environment)):
            arguments = command.arguments  # bubblewrap finds the same program, and it keeps the name it was called by
        mounts = plan_mounts(
            command.root, writable=command.writable, scratch=command.limits.scratch, emulator=emulator.binary
        )
        as_user = os.geteuid() == 0 and command.user.uid != 0
        status, status_end = os.pipe()
        block_end, release = os.pipe()
        options = _options(command, _EXPOSED if as_user else str(command.root), mounts, status_end, block_end)
        options_end = memory_file(b"".join(os.fsencode(option) + b"\0" for option in options))
        start = [bwrap, "--args", str(options_end), "--", *arguments]
        descriptors = [status_end, block_end, options_end]
        limits = resource_limits(command.limits)
        if as_user:
            orders = _orders(command, start, limits, status_end, (block_end, options_end))
            descriptors.append(memory_file(json.dumps(orders).encode()))
            start = helper(descriptors[-1])
        try:
            ended = supervise(
                start,
                status=status,
                pass_fds=tuple(descriptors),
                stdin=command.stdin,
                seconds=command.limits.seconds,
                output=command.limits.output,
                on_status=_releasing({} if as_user else limits, release),
            )
        finally:
            os.close(status)
            os.close(release)
        _raise_failures(ended)
        return completed(ended, emulator)


def _orders(
    command: Command, start: list[str], limits: dict[str, int], status: int, keep: tuple[int, ...]
) -> dict[str, object]:
    """Return the orders for ``_enter.py`` to become bubblewrap as the image's user."""
    return {
        "mode": "expose",
        "status": status,
        "root": str(command.root),
        "exposed": _EXPOSED,
        "uid": command.user.uid,
        "gid": command.user.gid,
        "groups": command.user.groups,
        "limits": limits,
        "keep": keep,
        "program": start[0],
        "arguments": start,
    }


def _options(command: Command, root: str, mounts: tuple[Mount, ...], status: int, block: int) -> Iterator[str]:
    """Yield bubblewrap's options; they go over a descriptor, where no other user can read the environment."""
    user = command.user
    yield from _NAMESPACES
    yield from ("--die-with-parent", "--new-session", "--hostname", "sandbox", "--json-status-fd", str(status))
    yield from ("--block-fd", str(block))
    if os.geteuid() == 0 and user.uid == 0:
        yield from ("--cap-drop", "ALL")
        for name in _ROOT_CAPABILITIES:
            yield from ("--cap-add", name)
    else:
        yield from ("--unshare-user", "--uid", str(user.uid), "--gid", str(user.gid))
    yield "--clearenv"
    for name, value in command.environment:
        yield from ("--setenv", name, value)
    for mount in mounts:
        yield from _mount(mount, str(command.root), root)
    if os.geteuid() == 0 and user.uid == 0:
        yield from _closed_proc()
    yield from ("--chdir", command.directory)


def _closed_proc() -> Iterator[str]:
    """Yield what keeps user number 0 from the kernel's switches; they ask for the number, not for a capability.

    bubblewrap covers them itself only where it finds that they could be written, which it does not without
    capabilities.
    """
    for name in _CLOSED_PROC:
        yield from ("--ro-bind-try", f"/proc/{name}", f"/proc/{name}")
    for name in ("kcore", "keys"):
        if os.path.exists(f"/proc/{name}"):  # noqa: PTH110 - the kernel's name, not a file to work with
            yield from ("--ro-bind", "/dev/null", f"/proc/{name}")


def _mount(mount: Mount, planned: str, root: str) -> Iterator[str]:
    """Yield the options of one mount, its source below ``root`` in place of the ``planned`` folder."""
    source = mount.source
    if mount.kind in (MountKind.BIND, MountKind.READ_ONLY_BIND) and mount.target != EMULATOR_TARGET:
        source = os.path.join(root, os.path.relpath(source, planned))  # noqa: PTH118 - no file is meant yet
    match mount.kind:
        case MountKind.BIND:
            yield from ("--bind", source, mount.target)
        case MountKind.READ_ONLY_BIND:
            yield from ("--ro-bind", source, mount.target)
        case MountKind.SYMLINK:
            yield from ("--symlink", source, mount.target)
        case MountKind.TMPFS:
            yield from ("--perms", "1777", "--size", str(mount.size), "--tmpfs", mount.target)
        case MountKind.PROC:
            yield from ("--proc", mount.target)
        case MountKind.DEV:
            yield from ("--dev", mount.target)
        case MountKind.LOCK:
            yield from ("--remount-ro", mount.target)


def _releasing(limits: dict[str, int], release: int) -> Callable[[bytes], bool]:
    """Return what bounds the sandbox's first process once bubblewrap has said which it is, and lets it go on.

    Set from outside and in between, because a bound on processes that held for bubblewrap too would count all that the
    user has running on this machine.
    """

    def on_status(status: bytes) -> bool:
        line, newline, _ = status.partition(b"\n")
        if not newline:
            return False
        child = json.loads(line).get("child-pid")
        if isinstance(child, int):
            with contextlib.suppress(ProcessLookupError):
                for name, wanted in limits.items():
                    number = getattr(resource, name)
                    hard = resource.prlimit(child, number)[1]
                    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
                    resource.prlimit(child, number, (value, value))
        os.write(release, b"x")
        return True

    return on_status


def _raise_failures(ended: Ended) -> None:
    """Tell a program's end from a sandbox that never ran it: only the first has an ``exit-code`` in the status."""
    reports = [json.loads(line) for line in ended.status.splitlines()]
    if ended.timed_out or any("exit-code" in report for report in reports):
        return
    for report in reports:
        if "error" in report:
            raise SandboxFailed(f"the sandbox could not be set up: {report['error']}")
    said = ended.stderr.decode(errors="replace").strip().removeprefix("bwrap: ")
    if said.startswith(("execvp", "Can't chdir")):
        raise CommandNotStarted(f"the program could not be started: {said}")
    raise SandboxFailed(f"bubblewrap could not set up the sandbox: {said or f'it ended with {ended.exit_code}'}")
