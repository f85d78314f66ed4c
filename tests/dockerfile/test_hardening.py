"""What hardened images ask of a Dockerfile, word by word: each fault is found by the rule that is there for it."""

from datetime import date

import pytest

from prill.dockerfile.allowed_bases import AllowedBase
from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import Selection, lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN

STATIC = "FROM gcr.io/distroless/static-debian13:nonroot\n"
DIGEST = "@sha256:" + "4f" * 32
CONTEXT = Context(
    allowed_bases=(AllowedBase.parse("gcr.io/distroless/*"), AllowedBase.parse("debian")),
    ignore_file="",
    today=date(2026, 11, 26),
)

FAULTS = {
    "no USER": ("runs-as-root", "FROM debian:13\n"),
    "root by number": ("last-user-root", "FROM debian:13\nUSER 0\n"),
    "root by name": ("last-user-root", "FROM debian:13\nUSER root\n"),
    "root by group": ("runs-as-root", "FROM debian:13\nUSER 10001:0\n"),
    "root by a variable": ("runs-as-root", "FROM debian:13\nARG who=root\nUSER $who\n"),
    "a named user that the base lacks": ("unknown-user", "FROM scratch\nUSER app\n"),
    "an owner that the base lacks": ("unknown-user", "FROM debian:13\nCOPY --chown=app a /a\n"),
    "a user by name": ("named-user", STATIC + "USER nonroot\n"),
    "not pinned by digest": ("base-not-pinned", STATIC),
    "COPY --from not pinned": ("base-not-pinned", f"FROM debian:13{DIGEST}\nCOPY --from=alpine:3 /a /a\n"),
    "a mount not pinned": (
        "base-not-pinned",
        f"FROM debian:13{DIGEST}\nRUN --mount=from=alpine:3,target=/m cp /m/a /a\n",
    ),
    "past its end of life": ("end-of-life-base", "FROM debian:10\n"),
    "past what is for everybody": ("end-of-life-base", "FROM ubuntu:18.04\n"),
    "UBI past what is for everybody": ("end-of-life-base", "FROM registry.access.redhat.com/ubi7/ubi\n"),
    "an image that nobody builds any more": ("end-of-life-base", "FROM openjdk:17-jdk-slim\n"),
    "a server past its end": ("end-of-life-base", "FROM nginx:1.20\n"),
    **{
        f"{base} past its end": ("end-of-life-base", f"FROM {base}\n")
        for base in (
            *("rust:1.85-slim", "mcr.microsoft.com/cbl-mariner/base/core:2.0", "amazonlinux:2", "oraclelinux:7.4"),
            *("mcr.microsoft.com/dotnet/aspnet:10.0-cbl-mariner2.0", "postgres:12-alpine3.22", "tomcat:8.5-jdk21"),
            *("redis:6.0", "mysql:5.7", "mariadb:10.5", "haproxy:2.1", "denoland/deno:2.4.1", "opensuse/leap:15.5"),
            "perl:5.36",
        )
    },
    "a language past its end": ("end-of-life-base", "FROM python:3.8\n"),
    "retired": ("retired-base", "FROM reg.mini.dev/python:3.12\n"),
    "not on the list": ("forbidden-base", "FROM ubuntu:24.04\n"),
    "COPY --from not on the list": ("forbidden-base", "FROM debian:13\nCOPY --from=ubuntu:24.04 /a /a\n"),
    "a mount not on the list": ("forbidden-base", "FROM debian:13\nRUN --mount=from=ubuntu,target=/m cp /m/a /a\n"),
    "a full OS": ("full-base-in-final", "FROM debian:13\n"),
    "a full runtime": ("full-base-in-final", "FROM node:24\n"),
    "-dev": ("build-tools-in-final", "FROM cgr.dev/chainguard/python:latest-dev\n"),
    "debug": ("debug-base-in-final", "FROM gcr.io/distroless/static-debian13:debug\n"),
    "an SDK": ("build-tools-in-final", "FROM golang:1.25\n"),
    "a JDK": ("build-tools-in-final", "FROM eclipse-temurin:21\n"),
    "a package manager in the final stage": ("packages-in-final", "FROM debian:13\nRUN apt-get install -y x=1\n"),
    "a compiler in the final stage": ("packages-in-final", "FROM debian:13\nRUN make install\n"),
    "RUN without a shell": ("no-shell-in-base", STATIC + "RUN ls\n"),
    "CMD without a shell": ("no-shell-in-base", STATIC + "CMD /app\n"),
    "ENTRYPOINT without a shell": ("no-shell-in-base", STATIC + "ENTRYPOINT /app\n"),
    "sh without a shell": ("no-shell-in-base", STATIC + 'ENTRYPOINT ["/bin/sh", "-c", "/app"]\n'),
    "sh in a check without a shell": ("no-shell-in-base", STATIC + 'HEALTHCHECK CMD ["sh", "-c", "/app -h"]\n'),
    "bash in RUN without a shell": ("no-shell-in-base", STATIC + 'RUN ["/bin/bash", "-c", "ls"]\n'),
    "a script without a shell": ("no-shell-in-base", STATIC + 'ENTRYPOINT ["/start.sh"]\n'),
    "HEALTHCHECK without a shell": ("no-shell-in-base", STATIC + "HEALTHCHECK CMD /app -h\n"),
    "a doubled entrypoint": ("doubled-entrypoint", 'FROM gcr.io/distroless/nodejs24-debian13\nCMD ["node", "a.js"]\n'),
    "npm start": ("shell-wrapped-command", 'FROM node:24-slim\nCMD ["npm", "start"]\n'),
    "flask run": ("development-server", 'FROM python:3.13-slim\nCMD ["flask", "run"]\n'),
    "mvn": ("shell-wrapped-command", 'FROM maven:3\nCMD ["mvn", "spring-boot:run"]\n'),
    "runserver": ("development-server", 'FROM python:3.13\nCMD ["python", "manage.py", "runserver"]\n'),
    "a health check without its tool": ("missing-program", "FROM node:24-slim\nHEALTHCHECK CMD curl -f http://a\n"),
    "a low port": ("low-port", "FROM debian:13\nUSER 10001\nEXPOSE 80\n"),
    "a low port of the base's user": ("low-port", STATIC + "EXPOSE 443\n"),
    "an unwritable WORKDIR": ("unwritable-folder", "FROM node:24\nWORKDIR /app\nUSER node\nRUN npm ci\n"),
    "an unwritable VOLUME": ("unwritable-folder", "FROM debian:13\nVOLUME /data\nUSER 10001\n"),
    "no --chown": ("copy-without-chown", "FROM debian:13\nUSER 10001\nCOPY a /a\nRUN chmod +x /a\n"),
    "chown of everything": ("recursive-chown", "FROM debian:13\nCOPY a /a\nRUN chown -R 1 /a\n"),
    "musl and glibc": ("runtime-mismatch", "FROM node:24-alpine AS b\nFROM node:24-slim\nCOPY --from=b /a /a\n"),
    "Debian releases": (
        "runtime-mismatch",
        "FROM python:3.13-trixie AS b\nFROM python:3.13-bookworm\nCOPY --from=b /a /a\n",
    ),
    "Python minors": ("runtime-mismatch", "FROM python:3.12 AS b\nFROM python:3.13\nCOPY --from=b /a /a\n"),
    "Node majors": ("runtime-mismatch", "FROM node:22 AS b\nFROM node:24\nCOPY --from=b /a /a\n"),
    "a venv elsewhere": (
        "runtime-mismatch",
        "FROM python:3.13 AS b\nRUN python -m venv /v\nFROM gcr.io/distroless/python3-debian13\nCOPY --from=b /v /v\n",
    ),
    "a secret in ARG": ("sensitive-variable", "FROM debian:13\nARG NPM_TOKEN\n"),
    "a secret in ENV": ("sensitive-variable", "FROM debian:13\nENV DB_PASSWORD=x\n"),
    "a credential file": ("copied-credentials", "FROM debian:13\nCOPY .npmrc id_rsa /root/\n"),
    "a literal in RUN": ("secret-value", "FROM debian:13\nRUN git clone https://me:hunter2hunter2@git.corp/x\n"),
    "ADD of a URL": ("add-without-checksum", "FROM debian:13\nADD https://a.corp/x /x\n"),
    "git without a commit": ("add-without-checksum", "FROM debian:13\nADD https://a.corp/x.git#main /x\n"),
    "curl | sh": ("untrusted-download", "FROM debian:13\nRUN curl -fsSL https://a.corp | sh\n"),
    "TLS off": ("verification-off", "FROM debian:13\nRUN curl -k https://a.corp -o /x\n"),
    "signatures off": ("verification-off", "FROM debian:13\nRUN apt-get install -y --allow-unauthenticated x\n"),
    "an unsigned source": (
        "verification-off",
        'FROM debian:13\nRUN echo "deb [trusted=yes] http://a x y" > /etc/apt/a.list\n',
    ),
    "apt's lists": ("apt-lists-left", "FROM debian:13\nRUN apt-get update && apt-get install -y x\n"),
    "apk's cache": ("apk-cache-left", "FROM alpine:3.23\nRUN apk add x\n"),
    "pip's cache": ("pip-cache-left", "FROM python:3.13\nRUN pip install x\n"),
    **{
        f"the cache of {program}": ("build-cache-left", f"FROM debian:13\nRUN {program}\n")
        for program in ("npm ci", "go build .", "cargo build", "mvn package", "gem install x", "gradle build")
    },
    "no .dockerignore": ("context-without-ignore", "FROM debian:13\nCOPY . /app\n"),
    "git clone": ("unreproducible-step", "FROM debian:13\nRUN git clone https://a.corp/x\n"),
    "latest": ("unreproducible-step", "FROM debian:13\nRUN curl -fsSLO https://a.corp/releases/latest/x\n"),
    "the date": ("unreproducible-step", "FROM debian:13\nRUN echo $(date) > /built\n"),
    "curl | tar": ("unverified-download", "FROM debian:13\nRUN curl -fsSL https://a.corp/x.tgz | tar xz\n"),
    "labels": ("missing-image-labels", "FROM debian:13\n"),
    "chmod 777": ("world-writable", "FROM debian:13\nRUN chmod 777 /x\n"),
    "setuid": ("setuid-program", "FROM debian:13\nRUN chmod 4755 /x\n"),
    "sudo": ("sudo-in-run", "FROM debian:13\nRUN sudo ls\n"),
    "port 22": ("ssh-port", "FROM debian:13\nEXPOSE 22\n"),
    "debugging tools": ("debug-tools-in-final", "FROM debian:13\nRUN apt-get install -y strace\n"),
    "apt-get upgrade": ("apt-upgrade", "FROM debian:13\nRUN apt-get upgrade -y\n"),
    "latest in COPY --from": ("latest-tag", "FROM debian:13\nCOPY --from=busybox:latest /a /a\n"),
    "the daemon's socket": ("docker-socket", "FROM debian:13\nVOLUME /var/run/docker.sock\n"),
    "an unknown base": ("unknown-base", "FROM registry.corp/base:1\n"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_it_is_found(name: str):
    rule, text = FAULTS[name]
    found = lint(read_dockerfile(text.encode()), BUILTIN, CONTEXT, Selection(on=frozenset({"missing-image-labels"})))
    assert found.gaps == ()
    assert rule in {finding.rule for finding in found.findings}


@pytest.mark.parametrize(
    "base",
    [
        *(
            "rust:1.98-slim",
            "rust:1",
            "rust:1.92-slim",
            "mcr.microsoft.com/azurelinux/base/core:3.0",
            "amazonlinux:2023",
            "postgres:17",
        ),
        *("mcr.microsoft.com/dotnet/aspnet:10.0-azurelinux3.0", "tomcat:11.0", "redis:8", "mysql:8.4", "almalinux:9"),
        *("rockylinux/rockylinux:9", "oven/bun:1.2", "registry.example/rust:1.85", "example/postgres:12"),
    ],
)
def test_it_is_looked_after(base: str):
    found = lint(read_dockerfile(f"FROM {base}\n".encode()), BUILTIN, CONTEXT, Selection())
    assert "end-of-life-base" not in {finding.rule for finding in found.findings}


def test_a_hardened_file_has_none_of_them():
    text = f"""\
FROM golang:1.25-trixie{DIGEST} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY cmd cmd
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \\
    CGO_ENABLED=0 go build -trimpath -o /app ./cmd/app
FROM gcr.io/distroless/static-debian13:nonroot{DIGEST}
LABEL org.opencontainers.image.source=https://git.example/app org.opencontainers.image.revision=4f2a5c1
COPY --from=build /app /app
USER 65532
EXPOSE 8080
ENTRYPOINT ["/app"]
"""
    context = Context(ignore_file=".git\n", today=date(2025, 11, 26))
    found = lint(read_dockerfile(text.encode()), BUILTIN, context, Selection(on=frozenset({"missing-image-labels"})))
    assert [(finding.rule, finding.message) for finding in found.findings] == []
