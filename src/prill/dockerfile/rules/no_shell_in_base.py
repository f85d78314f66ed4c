"""The base has no shell to run this."""

import posixpath
import re
from collections.abc import Iterator

from prill.dockerfile.arguments import read_health
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.keywords import SHELL_FORMS
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.step import Step
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_SHELLS = frozenset({"sh", "ash", "bash", "dash", "busybox"})
_NAMED = frozenset(f"{folder}{name}" for folder in ("", "/bin/", "/usr/bin/") for name in ("sh", "ash", "dash"))
_BASH = frozenset({"bash", "/bin/bash", "/usr/bin/bash"})
_PLACES = frozenset({"", "/bin", "/usr", "/usr/bin"})
"""Where a tree would have to go for its shell to be found; "" is the root."""
_URL = regex(r"https?://")
_ARCHIVE = regex(r"\.(?:tar|tgz|tbz2?|txz|gz|bz2|xz|zst)$", re.IGNORECASE)
_FILE = regex(r"[^/.*?$]\.[A-Za-z][A-Za-z0-9]*$")
"""A name with an extension that begins with a letter: ``node-v24.1`` would be a folder."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        known = base_of(stage)
        if known is None or known.shell is not False or any(_fills(step) for step in stage.steps):
            continue
        for step in stage.steps:
            node = step.instruction
            if step.deferred or not _hands_to_shell(step):
                continue
            if node.json is None and not _brings_shell(step):
                yield Problem(span=step.span, message=f"{stage.root.image.text} has no shell for this {step.keyword}")
            elif node.json and _needs_shell(step, node.json[0].text):
                what = "a script" if node.json[0].text.endswith(".sh") else f"this {step.keyword}"
                yield Problem(span=node.json[0].span, message=f"{stage.root.image.text} has no shell for {what}")


def _hands_to_shell(step: Step) -> bool:
    """Whether the step, without a JSON array, is a text for the shell."""
    node = step.instruction
    if step.keyword == "HEALTHCHECK":
        health = read_health(node)
        return health is not None and health.kind == "CMD"
    return step.keyword in SHELL_FORMS and node.start < node.end


def _needs_shell(step: Step, program: str) -> bool:
    """Whether what the exec form runs is a shell, or a script; of bash, `missing_program` tells but in RUN."""
    if step.keyword == "RUN":
        return program in _NAMED | _BASH and not _brings_shell(step)
    return program.endswith(".sh") or program in _NAMED


def _fills(step: Step) -> bool:
    """Whether a shell may come with the step: a SHELL of its own, a copy called like one, or a tree over the base's."""
    copy = step.copy if step.keyword in {"ADD", "COPY"} else None
    if copy is None:
        return step.keyword == "SHELL"
    goal = copy.destination.text
    if "$" in goal or goal.rstrip("/").rpartition("/")[2] in _SHELLS:
        return True
    folder = goal.rstrip("/")
    if not goal.startswith("/") and (step.keyword == "ADD" or step.instruction.flag("from")):
        folder = posixpath.normpath(posixpath.join(step.state.workdir or "/", goal)).rstrip("/")
    return folder in _PLACES and not all(_is_file(step, source.text) for source in copy.sources)


def _is_file(step: Step, source: str) -> bool:
    """Whether a source is surely one file that stays one: ``app.py``, a URL; not ``app``, nor what ADD unpacks."""
    unpacks = step.keyword == "ADD" and (_ARCHIVE.search(source) or source.endswith(".git"))
    if _URL.match(source):
        return step.keyword == "ADD" and not source.endswith(".git") and not step.instruction.flag("unpack")
    return not unpacks and _FILE.search(source) is not None


def _brings_shell(step: Step) -> bool:
    """Whether a mount brings programs along, a shell perhaps."""
    return any("from" in mount.options for mount in step.mounts)


RULE = Rule(
    id="no-shell-in-base",
    severity=Severity.ERROR,
    summary="The base has no shell to run this",
    check=_check,
)
