from pathlib import Path

import pytest

from elf_files import elf_file
from prill.model import Platform
from prill.sandbox.command import Command, CommandNotStarted, User
from prill.sandbox.emulation import EMULATOR_TARGET, NoEmulator, find_emulator, prepare

ARM = Platform("linux", "arm64")
X86, AARCH64 = 62, 183


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree" / "bin"
    folder.mkdir(parents=True)
    for name, machine in (("arm", AARCH64), ("x86", X86), ("i386", 3), ("sparc", 43)):
        (folder / name).write_bytes(elf_file(machine=machine))
    (folder / "script").write_text("#!/bin/arm -x y\n")
    for path in folder.iterdir():
        path.chmod(0o755)
    return folder.parent


@pytest.fixture
def qemu(tmp_path: Path) -> Path:
    folder = tmp_path / "qemu"
    folder.mkdir()
    (folder / "qemu-aarch64").write_bytes(elf_file(machine=X86, interpreter="/lib64/ld-linux-x86-64.so.2"))
    return folder


def command(tree: Path, *words: str, platform: Platform = ARM) -> Command:
    return Command(
        root=tree,
        arguments=words,
        user=User(uid=1, gid=1),
        platform=platform,
        environment=(("PATH", "/bin"),),
    )


def test_programs_of_this_machine_need_nothing(tree: Path):
    arguments, emulator = prepare(command(tree, "arm", "-a"), host="arm64")
    assert (arguments, emulator.binary, emulator.note) == (("/bin/arm", "-a"), None, "")


def test_a_static_emulator_stands_before_the_program(tree: Path, qemu: Path, tmp_path: Path):
    static = qemu / "qemu-aarch64-static"
    static.write_bytes(elf_file(machine=X86, dynamic=False))
    arguments, emulator = prepare(command(tree, "arm", "-a"), host="amd64", folders=(str(qemu),), binfmt=tmp_path)
    assert arguments == (EMULATOR_TARGET, "-0", "arm", "/bin/arm", "-a")
    assert emulator.binary == static
    assert "programs that the program itself starts are not" in emulator.note


def test_a_script_is_started_through_its_interpreter(tree: Path, qemu: Path, tmp_path: Path):
    (qemu / "qemu-aarch64-static").write_bytes(elf_file(machine=X86, dynamic=False))
    arguments, _ = prepare(command(tree, "script", "-a"), host="amd64", folders=(str(qemu),), binfmt=tmp_path)
    assert arguments == (EMULATOR_TARGET, "-0", "script", "/bin/arm", "-x y", "/bin/script", "-a")


def test_a_registered_emulator_needs_its_binary_opened_beforehand(tree: Path, tmp_path: Path):
    registration = tmp_path / "qemu-aarch64"
    registration.write_text("enabled\ninterpreter /usr/libexec/qemu\nflags: OCF\noffset 0\n")
    arguments, emulator = prepare(command(tree, "arm"), host="amd64", folders=(), binfmt=tmp_path)
    assert (arguments, emulator.binary) == (("/bin/arm",), None)
    for text in ("enabled\nflags: OC\n", "disabled\nflags: F\n", ""):
        registration.write_text(text)
        with pytest.raises(NoEmulator):
            find_emulator(ARM, folders=(), binfmt=tmp_path)


def test_an_emulator_that_needs_a_loader_is_none(qemu: Path, tmp_path: Path):
    with pytest.raises(NoEmulator, match="no static qemu-aarch64"):
        find_emulator(ARM, folders=(str(qemu),), binfmt=tmp_path)
    with pytest.raises(NoEmulator, match="linux/s390x cannot be run here"):
        find_emulator(Platform("linux", "s390x"), folders=(str(qemu),), binfmt=tmp_path)


def test_a_program_for_another_machine_than_its_image_is_named(tree: Path):
    amd64 = Platform("linux", "amd64")
    with pytest.raises(CommandNotStarted, match="'/bin/arm' is built for arm64, the image is for amd64"):
        prepare(command(tree, "arm", platform=amd64), host="amd64")
    with pytest.raises(CommandNotStarted, match="'/bin/sparc' is built for ELF machine 43"):
        prepare(command(tree, "sparc", platform=amd64), host="amd64")
    assert prepare(command(tree, "i386", platform=amd64), host="amd64")[0] == ("/bin/i386",)
