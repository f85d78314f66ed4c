"""The shell form puts a shell between the runtime and the program."""

import json
from collections.abc import Iterator

from prill.dockerfile.arguments import read_health
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_EMPTY = "there is no program; where none is meant, that is []"
_PLAIN = regex(r"[\w./:=@%+, -]+")
_ASSIGNMENT = regex(r"[A-Za-z_]\w*\+?=")
_SHELL_ALONE = frozenset(
    {
        ".",
        "alias",
        "bg",
        "bind",
        "break",
        "builtin",
        "caller",
        "case",
        "cd",
        "command",
        "compgen",
        "complete",
        "continue",
    }
    | {"coproc", "declare", "dirs", "disown", "do", "done", "elif", "else", "enable", "esac", "eval", "exec", "exit"}
    | {"export", "fc", "fg", "fi", "for", "function", "getopts", "hash", "history", "if", "jobs", "let", "local"}
    | {"logout", "mapfile", "popd", "pushd", "read", "readarray", "readonly", "return", "select", "set", "shift"}
    | {"shopt", "source", "suspend", "then", "time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias"}
    | {"unset", "until", "wait", "while"}
)
"""Keywords and builtins that no file of the same name can stand in for."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("CMD", "ENTRYPOINT", "HEALTHCHECK"):
        node = step.instruction
        if step.deferred or node.json is not None:
            continue
        if node.start >= node.end:
            if node.keyword != "HEALTHCHECK" and step.state.shell is None:
                yield Problem(span=node.written, message=_EMPTY, aliases=("JSONArgsRecommended",))
            continue
        if node.keyword == "HEALTHCHECK":
            health = read_health(node)
            if health is not None and health.kind == "CMD":
                yield Problem(span=node.logical.span(health.start, node.end), aliases=("DL3025",))
            continue
        words = _program(node.arguments)
        fix = None
        if words:
            fix = replacement("write a JSON array", node.arguments_span, json.dumps(words), safe=False)
        yield Problem(span=node.arguments_span, fix=fix, aliases=None if step.state.shell is None else ("DL3025",))


def _program(text: str) -> list[str]:
    """Return the words of a program that starts without a shell, ``exec`` taken off; none where only a shell can."""
    words = text.split() if _PLAIN.fullmatch(text) else []
    while words[:1] == ["exec"]:
        del words[0]
    if not words or words[0].startswith("-") or words[0] in _SHELL_ALONE or _ASSIGNMENT.match(words[0]):
        return []
    return words


RULE = Rule(
    id="shell-form-command",
    aliases=("DL3025", "JSONArgsRecommended"),
    severity=Severity.WARNING,
    summary="The shell form puts a shell between the runtime and the program",
    check=_check,
)
