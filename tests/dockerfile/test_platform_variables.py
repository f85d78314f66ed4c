"""What BuildKit and bases set without a word in the file: the platform's variables, .NET's user, Windows' users."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import Selection, lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN


def found(text: str, rule: str) -> list[tuple[int, int, str]]:
    report = lint(read_dockerfile(text.encode()), BUILTIN, Context(), Selection(only=frozenset({rule})))
    assert report.gaps == ()
    return [(one.location.line, one.location.column, one.message) for one in report.findings]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("FROM golang:1.27\nRUN GOARCH=$TARGETARCH go build .\n", (2, 12)),
        ("FROM golang:1.27\nRUN a && \\\n  b ${TARGETARCH}\n", (3, 5)),
        ("ARG TARGETARCH\nFROM golang:1.27\nRUN b $TARGETARCH\n", (3, 7)),
        ("FROM golang:1.27 AS a\nARG TARGETARCH\nFROM golang:1.27\nRUN b $TARGETARCH\n", (4, 7)),
        ('FROM golang:1.27\nRUN b "it\'s $TARGETARCH-1"\n', (2, 13)),
        ("FROM golang:1.27\nRUN echo '$TARGETARCH' && b ${TARGETARCH#arm}\n", (2, 29)),
    ],
)
def test_the_platform_is_not_known_in_a_run_without_its_arg(text: str, place: tuple[int, int]):
    message = "$TARGETARCH has no value in this stage; ARG TARGETARCH brings it in"
    assert found(text, "undefined-variable") == [(*place, message)]


@pytest.mark.parametrize(
    "text",
    [
        "FROM golang:1.27\nARG TARGETOS TARGETARCH\nRUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build .\n",
        "FROM golang:1.27 AS a\nARG TARGETARCH\nFROM a\nRUN b $TARGETARCH\n",
        "FROM golang:1.27\nRUN TARGETARCH=$(go env GOARCH); b $TARGETARCH\n",
        "FROM golang:1.27\nRUN for TARGETARCH in a b; do b $TARGETARCH; done\n",
        "FROM golang:1.27\nRUN a | while read -r TARGETARCH; do b $TARGETARCH; done\n",
        "FROM golang:1.27\nRUN b ${TARGETARCH:-amd64} ${TARGETARCH-amd64}\n",
        "FROM golang:1.27\nRUN sed -i 's/$TARGETARCH/x/' a\n",
        "FROM golang:1.27\nRUN echo \\$TARGETARCH $TARGETARCHIVE $MYTARGETARCH\n",
        'FROM golang:1.27\nRUN ["echo", "$TARGETARCH"]\n',
        "FROM registry.example/team/builder\nRUN b $TARGETARCH\n",
        'FROM golang:1.27\nSHELL ["pwsh", "-Command"]\nRUN b $TARGETARCH\n',
    ],
)
def test_the_platform_is_known_or_nobody_can_say(text: str):
    assert found(text, "undefined-variable") == []


def test_the_number_of_dotnets_user_is_no_name():
    assert found("FROM mcr.microsoft.com/dotnet/aspnet:10.0\nUSER $APP_UID\n", "named-user") == []
    assert len(found("FROM debian:13\nUSER $WHO\n", "named-user")) == 1


def test_windows_has_no_root():
    (one,) = found("FROM mcr.microsoft.com/windows/servercore:ltsc2025\n", "runs-as-root")
    assert one[2] == "no USER: the image runs as ContainerAdministrator"
    assert found("FROM mcr.microsoft.com/windows/nanoserver:ltsc2025\n", "runs-as-root") == []
