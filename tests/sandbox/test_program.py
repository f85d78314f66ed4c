from pathlib import Path

import pytest

from prill.model import Platform
from prill.sandbox.command import Command, CommandNotStarted, InvalidCommand, User
from prill.sandbox.program import find_program, resolve_inside


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "usr/bin").mkdir(parents=True)
    (folder / "opt").mkdir()
    for path in ("usr/bin/a", "opt/a", "opt/b"):
        (folder / path).write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00")
        (folder / path).chmod(0o755)
    (folder / "usr/bin/b").write_text("not for running")
    (folder / "bin").symlink_to("usr/bin")
    return folder


def command(tree: Path, name: str, *, path: str = "/bin:/opt", directory: str = "/") -> Command:
    return Command(
        root=tree,
        arguments=(name,),
        user=User(uid=1, gid=1),
        platform=Platform("linux", "amd64"),
        environment=(("PATH", path),),
        directory=directory,
    )


def test_the_path_decides(tree: Path):
    assert find_program(command(tree, "a")).path == "/bin/a"
    assert find_program(command(tree, "a", path="/opt:/bin")).path == "/opt/a"
    assert find_program(command(tree, "a")).machine == 62


def test_what_cannot_be_run_is_passed_over(tree: Path):
    assert find_program(command(tree, "b")).path == "/opt/b"
    with pytest.raises(CommandNotStarted, match="'/bin/b' is not an executable file"):
        find_program(command(tree, "b", path="/bin"))


def test_a_path_is_taken_from_the_working_directory(tree: Path):
    assert find_program(command(tree, "./a", directory="/opt")).path == "/opt/./a"
    assert find_program(command(tree, "a", path="", directory="/opt")).path == "/opt/./a"


def test_a_script_names_its_interpreter(tree: Path):
    (tree / "opt/script").write_text("#! /usr/bin/env -S python3 -I \nrest")
    (tree / "opt/script").chmod(0o755)
    assert find_program(command(tree, "script")).script == ("/usr/bin/env", "-S python3 -I")


def test_links_stay_inside(tree: Path):
    (tree / "usr/bin/up").symlink_to("../../../../../../opt/a")
    (tree / "usr/bin/absolute").symlink_to("/opt/a")
    assert resolve_inside(tree, "/bin/up") == tree / "opt/a"
    assert resolve_inside(tree, "bin/absolute") == tree / "opt/a"
    assert resolve_inside(tree, "/../../bin/../bin/a") == tree / "usr/bin/a"


def test_links_that_go_round_end(tree: Path):
    (tree / "opt/one").symlink_to("two")
    (tree / "opt/two").symlink_to("one")
    with pytest.raises(OSError, match="too many symbolic links"):
        resolve_inside(tree, "/opt/one")
    with pytest.raises(CommandNotStarted):
        find_program(command(tree, "one"))


def test_a_fifo_is_not_waited_for(tree: Path):
    import os  # noqa: PLC0415

    os.mkfifo(tree / "opt/fifo", 0o755)
    with pytest.raises(CommandNotStarted, match="not an executable file"):
        find_program(command(tree, "/opt/fifo"))


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        ((), ()),
        (("",), ()),
        (("a\0b",), ()),
        (("a",), (("A", "\0"),)),
        (("a",), (("A=B", "c"),)),
        (("a",), (("", "c"),)),
        (("a" * 200_000,), ()),
        (("a", *["b" * 100_000] * 30), ()),
    ],
)
def test_what_no_kernel_takes_is_refused(arguments: tuple[str, ...], environment: tuple[tuple[str, str], ...]):
    with pytest.raises(InvalidCommand):
        Command(
            root=Path("/"),
            arguments=arguments,
            environment=environment,
            user=User(uid=1, gid=1),
            platform=Platform("linux", "amd64"),
        )


@pytest.mark.parametrize("number", [-1, 2**32 - 1, 2**40])
def test_what_is_no_user_is_refused(number: int):
    with pytest.raises(InvalidCommand):
        User(uid=number, gid=0)
