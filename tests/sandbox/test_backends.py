"""What every back end promises, tried on each that works here."""

import os
import re
import time
from pathlib import Path

import pytest

from prill.model import Platform
from prill.sandbox.command import Command, CommandNotStarted, Completed, Limits, SandboxFailed, User
from prill.sandbox.emulation import host_architecture
from prill.sandbox.runner import SandboxBackend
from prill.sandbox.scratch import copy_root

HERE = Platform("linux", host_architecture())
NONROOT = User(uid=65532, gid=65532)
QUICK, PATIENT = Limits(seconds=1), Limits(seconds=20)
# The kernel counts a user's processes over the whole machine where no user namespace stands between.
ALONE = User(uid=61_000 + os.getpid() % 1000, gid=65532)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")


def make(root: Path, *words: str, user: User = NONROOT, limits: Limits = PATIENT, **more: object) -> Command:
    environment = {"environment": (("PATH", "/usr/local/bin:/bin"),)} | more
    return Command(root=root, arguments=words, user=user, platform=HERE, limits=limits, **environment)  # type: ignore[arg-type]


def said(ended: Completed) -> str:
    assert ended.exit_code == 0, ended
    return ended.stdout.decode().strip()


def running(marker: str) -> list[str]:
    """Return the processes on this machine that have ``marker`` among their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def wait_until_gone(marker: str) -> list[str]:
    deadline = time.monotonic() + 10
    while (left := running(marker)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def test_streams_and_exit_code_come_back(backend: SandboxBackend, root: Path):
    ended = backend.run(make(root, "tool", "both"))
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, b"to stdout\n", b"to stderr\n")
    assert not ended.timed_out
    assert backend.run(make(root, "tool", "exit", "7")).exit_code == 7
    assert backend.run(make(root, "tool", "exit", "125")).exit_code == 125


@pytest.mark.parametrize("stream", ["/dev/stdout", "/dev/stderr"])
def test_the_user_may_open_its_streams_by_name(backend: SandboxBackend, root: Path, stream: str):
    assert said(backend.run(make(root, "tool", "create", stream))) == "ok"


@pytest.mark.parametrize("number", [6, 9, 11, 15])
def test_a_signal_is_128_and_its_number(backend: SandboxBackend, root: Path, number: int):
    assert backend.run(make(root, "tool", "signal", str(number))).exit_code == 128 + number


def test_the_program_is_the_images_user(backend: SandboxBackend, root: Path):
    assert said(backend.run(make(root, "tool", "id"))).split(" ")[0] == "65532:65532"
    assert said(backend.run(make(root, "tool", "id", user=User(uid=0, gid=0)))).split(" ")[0] == "0:0"
    assert said(backend.run(make(root, "tool", "id", user=User(uid=1000, gid=50)))).split(" ")[0] == "1000:50"


@as_root
def test_root_gives_the_user_its_groups_and_no_other(backend: SandboxBackend, root: Path):
    command = make(root, "tool", "id", user=User(uid=65532, gid=65532))
    assert said(backend.run(command)) == "65532:65532"
    assert "CapEff:\t0000000000000000" in said(backend.run(make(root, "tool", "read", "/proc/self/status")))


@as_root
def test_files_keep_their_owners_under_root(backend: SandboxBackend, root: Path):
    assert said(backend.run(make(root, "tool", "read", "/etc/public"))) == "public"
    assert said(backend.run(make(root, "tool", "read", "/etc/secret"))) == "EACCES"
    assert said(backend.run(make(root, "tool", "read", "/etc/secret", user=User(uid=0, gid=0)))) == "secret"


def test_nobody_gains_privileges(backend: SandboxBackend, root: Path):
    status = said(backend.run(make(root, "tool", "read", "/proc/self/status")))
    assert re.search(r"NoNewPrivs:\s1", status)
    assert re.search(r"CapEff:\s0{16}", status)
    as_uid_0 = said(backend.run(make(root, "tool", "read", "/proc/self/status", user=User(uid=0, gid=0))))
    effective = re.search(r"CapEff:\s([0-9a-f]{16})", as_uid_0)
    assert effective is not None
    dangerous = 1 << 21 | 1 << 19 | 1 << 16 | 1 << 27 | 1 << 12  # sys_admin, sys_ptrace, sys_module, mknod, net_admin
    assert int(effective[1], 16) & dangerous == 0


def test_the_environment_is_the_images_alone(backend: SandboxBackend, root: Path):
    environment = (("PATH", "/bin"), ("TEXT", "two\nlines = and $HOME"), ("EMPTY", ""), ("Ü", "é"))
    ended = backend.run(make(root, "tool", "environment", environment=environment))
    found = {text for text in ended.stdout.decode().split("\0") if text}
    assert found - {"PWD=/"} == {f"{name}={value}" for name, value in environment}


def test_arguments_arrive_as_they_are(backend: SandboxBackend, root: Path):
    words = ("", "--", "-v", "two words", "new\nline", "--unshare-net", "é", "x" * 100_000)
    ended = backend.run(make(root, "tool", "arguments", *words))
    assert ended.stdout.decode().split("\0")[:-1] == ["tool", "arguments", *words]


def test_input_is_given_or_closed(backend: SandboxBackend, root: Path):
    assert said(backend.run(make(root, "tool", "cat"))) == ""
    data = b"0123456789" * 100_000
    assert backend.run(make(root, "tool", "cat", stdin=data)).stdout == data
    assert backend.run(make(root, "tool", "exit", "0", stdin=data)).exit_code == 0


def test_the_root_is_read_only_and_tmp_is_not(backend: SandboxBackend, root: Path):
    everyone = User(uid=0, gid=0)
    assert said(backend.run(make(root, "tool", "create", "/etc/new", user=everyone))) == "EROFS"
    assert said(backend.run(make(root, "tool", "create", "/new", user=everyone))) == "EROFS"
    assert said(backend.run(make(root, "tool", "create", "/tmp/new"))) == "ok"
    assert said(backend.run(make(root, "tool", "create", "/dev/shm/new"))) == "ok"
    assert said(backend.run(make(root, "tool", "owner", "/tmp"))).endswith(" 1777")
    assert sorted(path.name for path in root.iterdir()) == ["bin", "etc", "usr"]


def test_a_writable_root_keeps_what_is_written(backend: SandboxBackend, root: Path, tmp_path: Path):
    copy = copy_root(root, tmp_path / "copy")
    user = User(uid=os.geteuid(), gid=os.getegid())
    for path in ("/made", "/etc/made", "/tmp/made"):
        assert said(backend.run(make(copy, "tool", "create", path, user=user, writable=True))) == "ok"
        assert said(backend.run(make(copy, "tool", "owner", path, user=user, writable=True))).endswith(" 600")
    assert not (root / "made").exists()


def test_there_is_a_loopback_and_nothing_else(backend: SandboxBackend, root: Path):
    assert said(backend.run(make(root, "tool", "loopback"))) == "hello"
    assert said(backend.run(make(root, "tool", "outside"))) == "ENETUNREACH"
    interfaces = said(backend.run(make(root, "tool", "read", "/proc/net/dev"))).splitlines()[2:]
    assert {line.split(":")[0].strip() for line in interfaces} <= {"lo", "sit0", "tunl0", "ip6tnl0"}


def test_other_processes_are_not_seen(backend: SandboxBackend, root: Path):
    assert said(backend.run(make(root, "tool", "owner", f"/proc/{os.getpid()}"))) == "ENOENT"
    status = said(backend.run(make(root, "tool", "read", "/proc/self/status")))
    assert int(re.findall(r"(?m)^Pid:\t(\d+)$", status)[0]) < 10


def test_the_machines_files_are_not_seen(backend: SandboxBackend, root: Path):
    for path in (str(Path(__file__).resolve()), "/etc/hostname", "/root", "/home", "/sys", "/run"):
        assert said(backend.run(make(root, "tool", "owner", path))) == "ENOENT"


def test_the_kernels_switches_are_closed(backend: SandboxBackend, root: Path):
    paths = (
        "/proc/sysrq-trigger",
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/vm/drop_caches",
        "/proc/sys/fs/file-max",
    )
    there = [path for path in paths if Path(path).exists()]
    assert there
    for path in there:
        assert said(backend.run(make(root, "tool", "create", path, user=User(uid=0, gid=0)))) in ("EROFS", "EACCES")


def test_the_working_directory_is_set(backend: SandboxBackend, root: Path):
    assert said(backend.run(make(root, "tool", "here", directory="/usr/bin"))) == "/usr/bin"
    assert said(backend.run(make(root, "./tool", "here", directory="/usr/bin"))) == "/usr/bin"
    with pytest.raises(CommandNotStarted, match="/nowhere"):
        backend.run(make(root, "tool", "here", directory="/nowhere"))


def test_endless_output_is_cut_and_ended(backend: SandboxBackend, root: Path):
    ended = backend.run(make(root, "tool", "flood", limits=Limits(seconds=1, output=100_000)))
    assert (len(ended.stdout), ended.stdout_cut, ended.stderr_cut) == (100_000, True, False)
    assert (ended.timed_out, ended.exit_code) == (True, 137)
    assert ended.seconds < 5


def test_a_stubborn_program_dies_with_its_children(backend: SandboxBackend, root: Path, tmp_path: Path):
    marker = f"marker-{tmp_path.name}-{os.getpid()}-{backend.id}"
    ended = backend.run(make(root, "tool", "stubborn", marker, limits=QUICK))
    assert (ended.timed_out, ended.exit_code) == (True, 137)
    assert wait_until_gone(marker) == []


def test_what_a_program_leaves_behind_is_ended(backend: SandboxBackend, root: Path, tmp_path: Path):
    marker = f"marker-{tmp_path.name}-{os.getpid()}-{backend.id}"
    ended = backend.run(make(root, "tool", "leave-behind", marker))
    assert (ended.stdout, ended.timed_out) == (b"gone\n", False)
    assert ended.seconds < 10
    assert wait_until_gone(marker) == []


def test_a_fork_bomb_is_bounded_and_ended(backend: SandboxBackend, root: Path, tmp_path: Path):
    marker = f"marker-{tmp_path.name}-{os.getpid()}-{backend.id}"
    ended = backend.run(make(root, "tool", "fork-bomb", marker, user=ALONE, limits=Limits(seconds=1, processes=40)))
    assert ended.timed_out
    assert wait_until_gone(marker) == []


def test_the_number_of_processes_is_bounded(backend: SandboxBackend, root: Path):
    made = int(
        said(backend.run(make(root, "tool", "count-forks", user=ALONE, limits=Limits(seconds=20, processes=40))))
    )
    assert 30 <= made < 40


def test_resources_are_bounded(backend: SandboxBackend, root: Path):
    limits = Limits(seconds=20, memory=64 << 20, file_size=1 << 20, open_files=100, processes=50)
    assert (
        said(backend.run(make(root, "tool", "limits", user=ALONE, limits=limits))) == f"0 {64 << 20} {1 << 20} 100 50"
    )
    assert said(backend.run(make(root, "tool", "memory", "128", user=ALONE, limits=limits))) == "no memory"
    assert said(backend.run(make(root, "tool", "memory", "16", user=ALONE, limits=limits))) == "ok"


def test_a_missing_program_is_named(backend: SandboxBackend, root: Path):
    with pytest.raises(CommandNotStarted, match="no program 'nope' in the image") as caught:
        backend.run(make(root, "nope"))
    assert caught.value.hint == "looked in /usr/local/bin, /bin"
    with pytest.raises(CommandNotStarted, match="no program '/bin/nope'"):
        backend.run(make(root, "/bin/nope"))


def test_what_is_no_program_is_named(backend: SandboxBackend, root: Path):
    with pytest.raises(CommandNotStarted, match="'/etc/public' is not an executable file"):
        backend.run(make(root, "/etc/public"))
    (root / "usr/bin/text").write_text("no program\n")
    (root / "usr/bin/text").chmod(0o755)
    with pytest.raises(CommandNotStarted, match="neither an ELF file nor a script"):
        backend.run(make(root, "/bin/text"))
    (root / "usr/bin/script").write_text("#!/bin/no-shell\n")
    (root / "usr/bin/script").chmod(0o755)
    with pytest.raises(CommandNotStarted, match="No such file or directory"):
        backend.run(make(root, "script"))


def test_scripts_run(backend: SandboxBackend, root: Path):
    (root / "usr/bin/script").write_text("#!/bin/tool arguments\n")
    (root / "usr/bin/script").chmod(0o755)
    ended = backend.run(make(root, "script", "more"))
    assert ended.stdout.decode().split("\0")[1:-1] == ["arguments", "/bin/script", "more"]


@pytest.mark.parametrize("name", ["tmp", "proc", "dev"])
def test_mount_points_that_lead_elsewhere_are_left_alone(
    backend: SandboxBackend, root: Path, tmp_path: Path, name: str
):
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / name).symlink_to(outside)
    assert said(backend.run(make(root, "tool", "create", "/tmp/new"))) == "ok"
    assert said(backend.run(make(root, "tool", "read", "/proc/self/status"))).startswith("Name:")
    assert said(backend.run(make(root, "tool", "create", "/dev/null"))) == "ok"
    copy = copy_root(root, tmp_path / "copy")
    user = User(uid=os.geteuid(), gid=os.getegid())
    assert said(backend.run(make(copy, "tool", "create", "/tmp/new", user=user, writable=True))) == "ok"
    assert list(outside.iterdir()) == []
    assert (root / name).is_symlink()


def test_links_in_the_root_lead_nowhere_outside(backend: SandboxBackend, root: Path, tmp_path: Path):
    (tmp_path / "treasure").write_text("treasure\n")
    (root / "link").symlink_to(tmp_path / "treasure")
    (root / "etc/link").symlink_to("../../../../../../../etc/passwd")
    assert said(backend.run(make(root, "tool", "read", "/link"))) == "ENOENT"
    assert said(backend.run(make(root, "tool", "read", "/etc/link"))) == "ENOENT"
    (root / "usr/bin/true").symlink_to("/usr/bin/env")
    with pytest.raises(CommandNotStarted, match="no program 'true'"):
        backend.run(make(root, "true"))


def test_a_root_that_is_not_there_fails_the_sandbox(backend: SandboxBackend, root: Path):
    command = make(root, "tool")
    (root / "etc").rename(root.parent / "etc")
    (root / "usr").rename(root.parent / "usr")
    with pytest.raises(CommandNotStarted):
        backend.run(command)


def test_too_many_entries_at_the_top_are_refused(backend: SandboxBackend, root: Path):
    for number in range(600):
        (root / f"file{number}").touch()
    with pytest.raises(SandboxFailed, match="603 entries at the top"):
        backend.run(make(root, "tool"))


def test_odd_names_at_the_top_are_kept(backend: SandboxBackend, root: Path):
    for name in ("with space", "new\nline", "--dash", "back\\slash", "ü"):
        (root / name).mkdir()
        assert said(backend.run(make(root, "tool", "owner", f"/{name}"))).endswith("755")
