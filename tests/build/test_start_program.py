"""The program a container starts with, looked for in the merged tree."""

import pytest

from deb_files import File, HardLink, Item, Link, tar_of
from listed import package
from prill.build.merge import merge
from prill.build.spec import Contents, Entrypoint, Spec
from prill.build.start_program import DEFAULT_PATH, missing_program
from prill.build.tree import RootfsTree

LOOKED_IN = f"(looked in {DEFAULT_PATH.replace(':', ', ')})"
FILES: dict[str, Item] = {
    "bin": Link("usr/bin"),
    "opt/app/run": File("ELF", 0o755),
    "opt/app/script": File("#!/opt/app/run -x\n", 0o755),
    "usr/bin/env": File("ELF", 0o755),
    "usr/bin/python3": Link("python3.13"),
    "usr/bin/python3.13": File("ELF", 0o755),
    "usr/bin/again": HardLink("usr/bin/python3.13", 0o755),
    "usr/bin/dangling": Link("/etc/alternatives/dangling"),
    "usr/bin/circle": Link("circle"),
    "usr/bin/by-env": File("#!/usr/bin/env -S A=1 python3 -u\n", 0o755),
    "usr/bin/shell": File("#! /bin/sh\necho\n", 0o755),
    "usr/bin/node-env": File("#!/usr/bin/env node\n", 0o755),
    "usr/bin/odd": File(b"#!\xc2\xa0\xff\n", 0o755),
}
"""What the image of every test holds."""


def notes(*command: str, cmd: tuple[str, ...] = (), **values: object) -> tuple[str, ...]:
    root = merge([package("app", FILES)])
    data = memoryview(tar_of(FILES))
    spec = Spec(
        name="x",
        contents=Contents(distribution="debian:13"),
        entrypoint=Entrypoint(command=command),
        cmd=cmd,
        **values,  # type: ignore[arg-type]
    )
    return missing_program(spec, root, RootfsTree(root, lambda _owner: data, {}, None))


@pytest.mark.parametrize(
    "command",
    [
        "/opt/app/run",
        "/bin/python3",
        "python3",
        "again",
        "by-env",
        "/opt/app/script",
        "/opt/app/../app/run",
    ],
)
def test_what_is_there_is_not_named(command: str):
    assert notes(command) == ()


@pytest.mark.parametrize("command", ["/usr/bin/nope", "/bin/dangling", "/usr/bin/circle", "/usr/bin", "./python3"])
def test_a_path_that_leads_to_no_file(command: str):
    assert notes(command, "--serve") == (f"the entrypoint's program {command} is not in the image",)


def test_a_name_that_is_not_on_the_path():
    assert notes("run") == (f"the entrypoint's program run is not in the image {LOOKED_IN}",)
    assert notes("dangling") == (f"the entrypoint's program dangling is not in the image {LOOKED_IN}",)


def test_the_path_is_the_spec_s():
    here = (("PATH", "/opt/app:/srv"),)
    assert notes("run", environment=here) == ()
    assert notes("python3", environment=here) == (
        "the entrypoint's program python3 is not in the image (looked in /opt/app, /srv)",
    )


def test_a_relative_path_counts_from_the_working_directory():
    assert notes("./run", work_dir="/opt/app") == ()
    assert notes("app/run", work_dir="/opt") == ()


def test_cmd_names_the_program_where_there_is_no_entrypoint():
    assert notes(cmd=("nope",)) == (f"cmd's program nope is not in the image {LOOKED_IN}",)
    assert notes("python3", cmd=("nope",)) == ()
    assert notes() == ()


@pytest.mark.parametrize(
    ("command", "interpreter"),
    [("shell", "/bin/sh"), ("/bin/node-env", "node"), ("odd", "\xa0�")],
)
def test_a_script_s_interpreter(command: str, interpreter: str):
    looked = "" if "/" in interpreter else f" {LOOKED_IN}"
    assert notes(command) == (
        f"the entrypoint's program {command} is a script for {interpreter}, which is not in the image{looked}",
    )
