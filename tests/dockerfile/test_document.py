import gc
import weakref
from datetime import date

import pytest

from prill.dockerfile.document import Dockerfile, read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN
from prill.dockerfile.state import ShellKind, shell_kind


def read(text: str, target: str | None = None) -> Dockerfile:
    return read_dockerfile(text.encode(), target=target)


STAGES = """\
ARG VERSION=1
FROM golang:${VERSION:-2} AS Build
RUN a
FROM scratch AS data
FROM build AS test
FROM alpine:3 AS app
COPY --from=build /x /x
RUN --mount=type=bind,from=data,target=/d true
COPY --from=nginx:1 /y /y
"""


def test_stages_and_their_graph():
    file = read(STAGES)
    assert [stage.name for stage in file.stages] == ["build", "data", "test", "app"]
    assert [stage.image.text for stage in file.stages] == ["golang:1", "scratch", "build", "alpine:3"]
    assert file.stages[2].parent is file.stages[0]
    assert file.stages[2].root is file.stages[0]
    assert file.built == {0, 1, 3}
    assert [image.text for step in file.steps for image in step.images] == ["build", "data", "nginx:1"]


def test_a_target_is_the_final_stage():
    assert read(STAGES, "TEST").built == {0, 2}
    assert read(STAGES, "2").final is not None
    assert read(STAGES, "nope").final is None


def test_scopes_of_args_and_env():
    file = read('ARG A=1\nARG B\nFROM x AS y\nRUN a\nARG A\nARG C=$A-2\nENV D=$C E="q r"\nRUN b\nFROM y\nRUN c\n')
    first, second, third = file.of("RUN")
    assert first.state.values() == {}
    assert second.state.values() == {"A": "1", "C": "1-2", "D": "1-2", "E": "q r"}
    assert third.state.values() == {"A": "1", "C": "1-2", "D": "1-2", "E": "q r"}  # BuildKit hands arguments on
    assert second.expand("$D ${Z:-z} $Z").unset == ("Z",)


def test_what_a_stage_leaves():
    text = 'FROM a AS b\nUSER 5\nWORKDIR /x\nENTRYPOINT ["e"]\nCMD ["c"]\nFROM b\nWORKDIR y\nENTRYPOINT ["f"]\nSHELL ["bash","-c"]\n'
    result = read(text).stages[-1].result
    assert (result.user, result.workdir, result.shell) == ("5", "/x/y", ("bash", "-c"))
    assert result.entrypoint is not None
    assert result.command is None


def test_commands_of_all_forms():
    file = read(
        'FROM a\nRUN ["b","c"]\nRUN ["sh","-c","d \\"e\\""]\nRUN <<X\nf\nX\nRUN cat <<X >/y && g\nz\nX\nRUN bash -e <<X\nh | i\nX\n'
        "RUN python3 <<X\nimport x\nX\nRUN <<X\n#!/usr/bin/env python3\nimport y\nX\nONBUILD RUN j\n"
        'SHELL ["powershell"]\nRUN k; l\n'
    )
    assert [one.command.name for one in file.invocations] == (
        ["b", "sh", "d", "f", "cat", "g", "bash", "h", "i", "python3", "j"]
    )
    assert file.of("RUN")[-1].script.kind is ShellKind.POWERSHELL
    assert [one.step.deferred for one in file.calls("j")] == [True]


def test_a_heredocs_commands_have_their_places():
    file = read("FROM a\nRUN <<X\nb\n  cc d\nX\n")
    command = file.calls("cc")[0].command
    assert file.file.source.position(command.span.start)[:2] == (4, 3)


def test_kinds_of_shells():
    assert shell_kind(("C:\\Windows\\System32\\PowerShell.EXE", "-Command")) is ShellKind.POWERSHELL
    assert shell_kind(("cmd", "/S")) is ShellKind.CMD
    assert shell_kind(("/bin/bash", "-c")) is ShellKind.POSIX
    assert read("# hadolint shell=pwsh\nFROM a\nRUN b\n").of("RUN")[0].script.kind is ShellKind.POWERSHELL


def test_a_fragment_without_from():
    file = read("RUN a\nUSER b\n")
    assert file.stages[0].source is None
    assert file.stages[0].result.user == "b"


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:13 AS s0\nUSER a\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(1200)) + "RUN go build\n",
        "FROM a:1 AS s0\n" + "".join(f"FROM a:1 AS s{n + 1}\nCOPY --from=s{n} /a /b\n" for n in range(1200)),
    ],
    ids=["on top of each other", "beside each other"],
)
def test_a_thousand_stages(text: str):
    document = read_dockerfile(text.encode())
    result = lint(document, BUILTIN, Context(today=date(2026, 11, 26)))
    assert result.gaps == ()
    assert len(document.built) == 1201
    assert document.final is not None
    assert document.final.result.user == ("a" if "USER" in text else None)


def test_what_is_let_go_of_ends_at_once():
    document = read_dockerfile(b"FROM a AS b\nENV C=d\nRUN e $C\nFROM b\nCOPY --from=b f g\n")
    assert len(document.invocations) == 1
    assert len(document.built) == 2
    assert document.stages[1].result.env
    stages = [weakref.ref(stage) for stage in document.stages]
    gc.disable()  # nobody looks for what only knows itself
    try:
        document.let_go()
        assert [stage() for stage in stages] == [None, None]
    finally:
        gc.enable()
