"""The program between Prill and the image's program, where bubblewrap is not used or needs a private mount.

Runs as a process of its own (``python -I -S _enter.py FD``), reads its orders as JSON from ``FD``, and imports nothing
of Prill, since its root is about to go away. On failure it writes ``{"step": …, "error": …}`` to the status pipe, which
closes when the sandbox is gone; a program that starts writes nothing there.

To enter (``mode`` ``enter``):

1. new namespaces: mounts, processes, network, IPC, host name, and users where this process is not root;
2. a child becomes process 1 of the new PID namespace, and dies with its parent;
3. it brings up the loopback interface, the only one there is;
4. it builds the new root on a tmpfs, pivots to it and lets go of the old one;
5. it bounds its resources, drops its capabilities and its user, and forbids itself new privileges;
6. it starts the program, reaps what the program leaves behind, and ends as the program ends.

To expose (``mode`` ``expose``): a new mount namespace, the image's folder bound to a place that every user may reach,
and then, as that user, bubblewrap. The folder itself stays closed to the machine's other users.

Flags are those of ``linux/sched.h``, ``linux/mount.h``, ``linux/prctl.h`` and ``linux/capability.h``.
"""
# ruff: noqa: PTH102, PTH110, PTH114, PTH123, PTH211 - pathlib would be one more import that must finish before the root goes away

import contextlib
import ctypes
import fcntl
import json
import os
import re
import resource
import signal
import socket
import stat
import struct
import sys
from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["main"]

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 0x1, 0x2, 0x4, 0x8, 0x20
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
KEPT_FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
MNT_DETACH = 2
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 1, 24, 38, 47, 4
LAST_CAPABILITY = 63
# What container engines leave to a root user, without CAP_MKNOD, CAP_NET_RAW and CAP_AUDIT_WRITE: chown, dac_override,
# fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, sys_chroot, setfcap.
ROOT_CAPABILITIES = frozenset((0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 31))
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2"))
CLOSED_PROC = ("sys", "sysrq-trigger", "irq", "bus", "fs")
FAILED = 125
BASE = "/tmp"  # noqa: S108 - mounted over in a private mount namespace, never written to

LIBC = ctypes.CDLL(None, use_errno=True)


def call(step: str, result: int) -> None:
    """Raise what the C library's ``errno`` says, with the step's name."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{step}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mount ``source`` at ``target``, as the system call does."""
    encoded = [text.encode(errors="surrogateescape") for text in (source, target, kind, data)]
    call(f"mount {kind or 'bind'} at {target}", LIBC.mount(encoded[0], encoded[1], encoded[2], flags, encoded[3]))


def enter(orders: dict[str, Any], status: int) -> NoReturn:
    """Take steps 1 and 2; end as process 1 ends."""
    uid, gid = os.geteuid(), os.getegid()
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    call("unshare", LIBC.unshare(flags | (CLONE_NEWUSER if orders["user_namespace"] else 0)))
    if orders["user_namespace"]:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/gid_map", f"{orders['gid']} {gid} 1\n")
        write("/proc/self/uid_map", f"{orders['uid']} {uid} 1\n")
    child = os.fork()
    if child == 0:
        guarded(status, "setup", lambda: be_process_one(orders, status))
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    os._exit(code_of(os.waitpid(child, 0)[1]))


def be_process_one(orders: dict[str, Any], status: int) -> NoReturn:
    """Take steps 3 to 6."""
    call("prctl", LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    call("sethostname", LIBC.sethostname(b"sandbox", 7))
    bring_up_loopback()
    build_root(orders["mounts"])
    bound_resources(orders["limits"])
    drop_privileges(orders)
    program = os.fork()
    if program == 0:
        guarded(status, "start", lambda: start(orders))
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    while True:
        pid, state = os.wait()
        if pid == program:
            os._exit(code_of(state))


def start(orders: dict[str, Any]) -> NoReturn:
    """Become the image's program."""
    os.setsid()
    os.umask(0o022)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.chdir(orders["directory"])
    os.execve(orders["program"], orders["arguments"], dict(orders["environment"]))  # noqa: S606 - no shell is wanted


def bring_up_loopback() -> None:
    """Set ``lo`` up; the kernel then gives it its addresses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as lo:
        name = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(lo, SIOCGIFFLAGS, name))[1]
        fcntl.ioctl(lo, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def build_root(steps: list[dict[str, Any]]) -> None:
    """Mount the planned steps on a fresh tmpfs and make it the root. Sources are opened before they may be hidden."""
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    flags = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
    sources = {
        step["source"]: os.open(step["source"], flags) for step in steps if step["kind"] in ("bind", "read-only-bind")
    }
    devices = {name: os.open(f"/dev/{name}", flags) for name in DEVICES}
    mount("tmpfs", BASE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    os.mkdir(f"{BASE}/root", 0o755)
    mount("tmpfs", f"{BASE}/root", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4m")
    for step in steps:
        place(step, f"{BASE}/root{step['target'].rstrip('/')}", sources, devices)
    for descriptor in (*sources.values(), *devices.values()):
        os.close(descriptor)
    os.chdir(f"{BASE}/root")
    call("pivot_root", LIBC.syscall(PIVOT_ROOT[os.uname().machine], b".", b"."))
    call("umount of the old root", LIBC.umount2(b".", MNT_DETACH))
    os.chdir("/")


def place(step: dict[str, Any], target: str, sources: dict[str, int], devices: dict[str, int]) -> None:
    """Take one step of the plan."""
    kind = step["kind"]
    if kind == "symlink":
        os.symlink(step["source"], target)
    elif kind in ("bind", "read-only-bind"):
        make_target(target, folder=step["folder"])
        bind(sources[step["source"]], target, read_only=kind == "read-only-bind")
    elif kind == "tmpfs":
        make_target(target, folder=True)
        mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, f"mode=1777,size={step['size']}")
    elif kind == "proc":
        make_target(target, folder=True)
        mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        close_proc(target)
    elif kind == "dev":
        make_target(target, folder=True)
        mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
        for name, descriptor in devices.items():
            make_target(f"{target}/{name}", folder=False)
            mount(f"/proc/self/fd/{descriptor}", f"{target}/{name}", "", MS_BIND)
        for name, text in DEVICE_LINKS:
            os.symlink(text, f"{target}/{name}")
    else:
        mount("none", target, "", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def make_target(target: str, *, folder: bool) -> None:
    """Make what a mount goes onto, unless a real one is there."""
    with contextlib.suppress(FileExistsError):
        if folder:
            os.mkdir(target, 0o755)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    if os.path.islink(target):
        raise OSError(f"{target} is a symbolic link")


def bind(descriptor: int, target: str, *, read_only: bool) -> None:
    """Bind an open place to ``target`` with all below it, without devices and setuid programs."""
    mount(f"/proc/self/fd/{descriptor}", target, "", MS_BIND | MS_REC)
    flags = MS_NOSUID | MS_NODEV | (MS_RDONLY if read_only else 0)
    with open("/proc/self/mountinfo", "rb") as table:
        points = [line.split(b" ")[4] for line in table]
    for escaped in points:
        point = os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), escaped))
        if point == target:
            close_mount(point, flags)
        elif point.startswith(f"{target}/"):
            # What is behind a folder that is closed to this user is closed to the program too, which may do less.
            with contextlib.suppress(PermissionError):
                close_mount(point, flags)


def close_mount(point: str, flags: int) -> None:
    """Add flags to those that a mount has."""
    kept = os.statvfs(point).f_flag & KEPT_FLAGS
    mount("none", point, "", MS_REMOUNT | MS_BIND | flags | kept)


def close_proc(target: str) -> None:
    """Make read-only what a process with user number 0 could change the machine through, and hide its memory."""
    for name in CLOSED_PROC:
        if os.path.exists(f"{target}/{name}"):
            mount(f"{target}/{name}", f"{target}/{name}", "", MS_BIND | MS_REC)
            mount("none", f"{target}/{name}", "", MS_REMOUNT | MS_BIND | MS_RDONLY | KEPT_FLAGS)
    for name in ("kcore", "keys"):
        if os.path.exists(f"{target}/{name}"):
            mount("/dev/null", f"{target}/{name}", "", MS_BIND)


def bound_resources(limits: dict[str, int]) -> None:
    """Set resource limits, never above what this process was given."""
    for name, wanted in limits.items():
        number = getattr(resource, name)
        hard = resource.getrlimit(number)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(number, (value, value))


def become_user(orders: dict[str, Any]) -> None:
    """Become the user, for good, whose the pipes are that it reads and writes, as container engines do.

    So it can open ``/dev/stdout``.
    """
    for descriptor in (0, 1, 2):
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            os.fchown(descriptor, orders["uid"], orders["gid"])
    os.setgroups(orders["groups"])
    os.setresgid(orders["gid"], orders["gid"], orders["gid"])
    os.setresuid(orders["uid"], orders["uid"], orders["uid"])


def drop_privileges(orders: dict[str, Any]) -> None:
    """Keep no capability for a user, and the harmless ones for root; switch to the user, for good."""
    kept = ROOT_CAPABILITIES if orders["uid"] == 0 else frozenset()
    for number in range(LAST_CAPABILITY + 1):
        if number not in kept:
            LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    if not orders["user_namespace"]:
        become_user(orders)
    LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    call("prctl", LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    call("prctl", LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def expose(orders: dict[str, Any], status: int) -> NoReturn:
    """Bind the image's folder where its user can reach it, and become bubblewrap as that user."""
    call("unshare", LIBC.unshare(CLONE_NEWNS))
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    root = os.open(orders["root"], os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    mount("tmpfs", BASE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    os.mkdir(orders["exposed"], 0o755)
    mount(f"/proc/self/fd/{root}", orders["exposed"], "", MS_BIND | MS_REC)
    bound_resources(orders["limits"])
    become_user(orders)
    for descriptor in (*orders["keep"], status):
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - the signature is Python's
    os.execve(orders["program"], orders["arguments"], {})  # noqa: S606 - no shell is wanted


def write(path: str, text: str) -> None:
    """Write a file of the kernel's in one go."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def code_of(state: int) -> int:
    """Turn a wait status into an exit code, 128 plus the number for a signal."""
    return os.WEXITSTATUS(state) if os.WIFEXITED(state) else 128 + os.WTERMSIG(state)


def guarded(status: int, step: str, work: Callable[[], NoReturn]) -> NoReturn:
    """Do ``work``, which does not return; report what stops it over the status pipe, and end."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - a forked child must end here, whatever happens
        report(status, step, error)
    finally:
        os._exit(FAILED)


def report(status: int, step: str, error: Exception) -> None:
    """Say over the status pipe which step failed, and how."""
    number, text = None, repr(error)
    if isinstance(error, OSError):
        number, text = error.errno, str(error.strerror or error)
        if isinstance(error.filename, str):
            text = f"{error.filename}: {text}"
    os.write(status, json.dumps({"error": text, "errno": number, "step": step}).encode() + b"\n")


def main() -> NoReturn:
    """Read the orders and carry them out."""
    with os.fdopen(int(sys.argv[1]), "rb") as file:
        orders = json.load(file)
    status = orders["status"]
    os.set_inheritable(status, False)  # noqa: FBT003 - the signature is Python's
    call("prctl", LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    work = expose if orders["mode"] == "expose" else enter
    guarded(status, "setup", lambda: work(orders, status))


if __name__ == "__main__":
    main()
