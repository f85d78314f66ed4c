"""Rules that ask the catalogue, over the bases of several vendors."""

import pytest

from prill.api.lint import LintOptions, lint_data
from prill.dockerfile.engine import Selection


def rules(text: str, *only: str) -> list[str]:
    options = LintOptions(selection=Selection(only=frozenset(only)))
    return [finding.rule for finding in lint_data(text.encode(), "Dockerfile", options).findings]


@pytest.mark.parametrize(
    ("base", "command", "doubled"),
    [
        ("dhi.io/nginx:1.29", '["nginx", "-g", "daemon off;"]', True),
        ("cgr.dev/chainguard/nginx", '["/usr/sbin/nginx", "-t"]', True),
        ("gcr.io/distroless/nodejs24-debian13", '["node", "app.js"]', True),
        ("dhi.io/node:24", '["node", "app.js"]', False),
        ("dhi.io/python:3.13", '["python3", "app.py"]', False),
        ("node:24", '["node", "app.js"]', False),
        ("eclipse-temurin:21-jre", '["java", "-jar", "app.jar"]', False),
        ("registry.example/team/nginx", '["nginx"]', False),
    ],
)
def test_the_entrypoint_is_doubled(base: str, command: str, doubled: bool):  # noqa: FBT001
    assert rules(f"FROM {base}\nCMD {command}\n", "doubled-entrypoint") == ["doubled-entrypoint"] * doubled


@pytest.mark.parametrize(
    ("base", "shell"),
    [
        ("dhi.io/python:3.13", False),
        ("dhi.io/python:3.13-dev", True),
        ("dhi.io/golang:1.26-dev", True),
        ("dhi.io/postgres:18", True),  # nothing says that it has none
        ("mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled", False),
        ("mcr.microsoft.com/dotnet/aspnet:9.0-azurelinux3.0-distroless", False),
        ("mcr.microsoft.com/dotnet/aspnet:9.0", True),
        ("mcr.microsoft.com/azurelinux/distroless/minimal:3.0", False),
        ("registry.access.redhat.com/ubi9/ubi-minimal", True),
        ("registry.access.redhat.com/ubi9/ubi-micro", True),
        ("registry.example/team/base", True),
    ],
)
def test_there_is_no_shell_for_run(base: str, shell: bool):  # noqa: FBT001
    assert rules(f"FROM {base}\nRUN make\n", "no-shell-in-base") == ["no-shell-in-base"] * (not shell)


@pytest.mark.parametrize(
    ("base", "user", "there"),
    [
        ("dhi.io/node:24", "node", True),
        ("dhi.io/node:24", "nonroot", False),
        ("dhi.io/python:3.13", "nonroot", True),
        ("dhi.io/python:3.13", "app", False),
        ("mcr.microsoft.com/dotnet/runtime-deps:9.0-noble-chiseled", "app", True),
        ("mcr.microsoft.com/dotnet/runtime-deps:9.0-noble-chiseled", "nonroot", False),
        ("registry.example/team/base", "app", True),
    ],
)
def test_the_base_lacks_the_user(base: str, user: str, there: bool):  # noqa: FBT001
    assert rules(f"FROM {base}\nUSER {user}\n", "unknown-user") == ["unknown-user"] * (not there)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("FROM debian:13\nUSER 1000:app\n", True),
        ("FROM debian:13\nUSER 1000:1000\n", False),
        ("FROM debian:13\nUSER www-data:www-data\n", False),
        ("FROM debian:13\nUSER 1000:nonroot\n", True),
        ("FROM gcr.io/distroless/static-debian13\nUSER nonroot:nonroot\n", False),
        ("FROM gcr.io/distroless/static-debian13\nUSER 65532:app\n", True),
        ("FROM node:24-alpine\nUSER node:node\n", False),
        ("FROM alpine:3.22\nUSER nobody:wheel\n", False),
        ("FROM scratch\nCOPY passwd /etc/passwd\nUSER app:app\n", True),
        ("FROM scratch\nCOPY group /etc/group\nUSER 1000:app\n", False),
        ("FROM debian:13\nRUN groupadd -g 1000 app\nUSER 1000:app\n", False),
        ("FROM debian:13\nRUN useradd app\nUSER app:app\n", False),
        ("FROM debian:13\nRUN echo app:x:1000: >> /etc/group\nUSER 1000:app\n", False),
        ("FROM debian:13\nARG g\nUSER 1000:$g\n", False),
        ("FROM debian:13\nCOPY --chown=1000:app a /a\n", True),
        ("FROM debian:13\nCOPY --chown=root:adm a /a\n", False),
        ("FROM registry.example/base\nUSER 1000:app\n", False),
    ],
)
def test_the_base_lacks_the_group(text: str, missing: bool):  # noqa: FBT001
    assert rules(text, "unknown-user") == ["unknown-user"] * missing


def test_a_user_and_a_group_that_are_both_missing_are_one_finding():
    assert rules("FROM debian:13\nUSER app:app\n", "unknown-user") == ["unknown-user"]


@pytest.mark.parametrize(
    ("build", "final", "fits"),
    [
        ("node:24-alpine", "dhi.io/node:24-debian13", False),
        ("python:3.13-alpine", "dhi.io/python:3.13-debian13", False),
        ("python:3.12", "dhi.io/python:3.13", False),
        ("python:3.13-trixie", "dhi.io/python:3.13-debian13", True),
        ("golang:1.26-alpine", "dhi.io/static:20250419", True),
        ("golang:1.26-alpine", "registry.example/team/base", True),
    ],
)
def test_what_was_built_does_not_fit(build: str, final: str, fits: bool):  # noqa: FBT001
    text = f"FROM {build} AS build\nRUN make\nFROM {final}\nCOPY --from=build /app /app\n"
    assert bool(rules(text, "runtime-mismatch")) is not fits


def test_a_base_that_is_not_known_is_told_once():
    text = "FROM registry.example/a AS x\nFROM registry.example/a\nUSER y\nRUN make\nCMD make\n"
    assert rules(text, "unknown-base") == ["unknown-base"]
