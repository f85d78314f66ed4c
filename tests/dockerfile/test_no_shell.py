"""A base without a shell: which copies may bring one, and what can be written so that it needs none."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.fixes import apply_fixes
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN

STATIC = "FROM gcr.io/distroless/static-debian13:nonroot\n"
SINGLE_FILES = (
    "COPY entrypoint.sh /", "COPY app.py config.yaml /", "COPY --from=build /out/app.jar /", "COPY a.tar.gz /",
    "ADD app.py /app.py", "ADD https://host.example/a.tar.gz /", "ADD rootfs.tar.gz /opt/", "COPY app /app",
)  # fmt: skip
TREES = (
    "COPY rootfs /", "COPY . /", "COPY --from=build / /", "COPY --from=build / .", "COPY --from=build /usr /usr",
    "COPY --from=build /bin/busybox /bin/sh", "COPY --from=build /bin/busybox /bin/", "ADD rootfs.tar.gz /",
    "ADD rootfs.tar.xz .", "ADD --unpack=true https://host.example/a.tar.gz /", "COPY $FILES /", "COPY a.py $WHERE",
    "COPY app.py node-v24.1 /", 'SHELL ["/busybox/sh", "-c"]', "ADD https://host.example/tree.git /",
)  # fmt: skip


def rules_of(text: str) -> set[str]:
    return {finding.rule for finding in lint(read_dockerfile(text.encode()), BUILTIN, Context()).findings}


@pytest.mark.parametrize("copy", SINGLE_FILES)
def test_a_single_file_brings_no_shell(copy: str):
    assert "no-shell-in-base" in rules_of(f"FROM debian:13 AS build\n{STATIC}{copy}\nRUN ls\n")


@pytest.mark.parametrize("copy", TREES)
def test_a_tree_may_bring_a_shell(copy: str):
    assert "no-shell-in-base" not in rules_of(f"FROM debian:13 AS build\n{STATIC}{copy}\nRUN ls\n")


COMMANDS = {
    "nginx -g off": '["nginx", "-g", "off"]',
    "exec nginx -g off": '["nginx", "-g", "off"]',
    "echo hi": '["echo", "hi"]',
    **dict.fromkeys(
        (
            "exec", "exec -a x nginx", "exec FOO=1 nginx", "cd /srv", ". /env", "source /env", "set -e", "export A=b",
            "ulimit -n 9", "FOO=1 bar", "if true", "while true", "time app", "umask 077", "wait",
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("keyword", ["CMD", "ENTRYPOINT"])
def test_the_unsafe_fix_writes_what_can_start(keyword: str, command: str):
    rules = tuple(rule for rule in BUILTIN if rule.id == "shell-form-command")
    text = f"FROM debian:13\n{keyword} {command}\n"
    found = lint(read_dockerfile(text.encode()), rules, Context()).findings
    assert len(found) == 1
    assert apply_fixes(text, found, unsafe=True).text == f"FROM debian:13\n{keyword} {COMMANDS[command] or command}\n"
