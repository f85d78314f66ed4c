"""What one stage builds does not fit what the other runs."""

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from prill.catalogue.base_images import BaseImage
from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.step import Step
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_DIGITS = {"python": 2, "nodejs": 1, "ruby": 2, "php": 2}
_COMPILER = regex(r"(?:[a-z0-9_]+-[a-z0-9_-]+-)?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-[0-9.]+)?")
_MUSL = regex(r"musl", re.IGNORECASE)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        here = base_of(stage)
        for step in stage.of("COPY") if here is not None else ():
            for word in step.images:
                other = dockerfile.stage_named(word.text)
                there = base_of(other) if other is not None else None
                if other is not None and here is not None and there is not None:
                    difference = (
                        _difference(there, here)
                        or _compiled(other, there, here)
                        or _linked(step, other, there, here)
                        or _venv(step, other, there, here)
                    )
                    if difference:
                        yield Problem(span=word.span, message=difference)


def _difference(there: BaseImage, here: BaseImage) -> str:
    """Compare two images for the same interpreted language."""
    if not there.runtime or there.runtime != here.runtime or there.runtime not in _DIGITS:
        return ""
    if there.version and here.version:
        digits = _DIGITS[there.runtime]
        built, run = (".".join(one.version.split(".")[:digits]) for one in (there, here))
        if built != run and built.count(".") == run.count("."):
            return f"built for {there.runtime} {built}, and run by {run}"
    if {there.libc, here.libc} == {"musl", "glibc"}:
        return f"built with {there.libc}, and run with {here.libc}"
    return _older(there, here)


def _older(there: BaseImage, here: BaseImage) -> str:
    """Say that glibc is older where the program runs: what is linked with the newer one does not start."""
    built, run = (dict(one.releases).get("debian", "") for one in (there, here))
    if built.isdigit() and run.isdigit() and int(built) > int(run):
        return f"built on Debian {built}, and run on {run}, whose C library is older"
    return ""


def _compiled(other: Stage, there: BaseImage, here: BaseImage) -> str:
    """Look at programs of Rust: linked with the C library of where they are built, but for targets with musl."""
    if there.runtime != "rust" or there.libc != "glibc" or _MUSL.search(_text(other)):
        return ""
    if here.libc in {"musl", "none"}:
        return f"linked with glibc, and run {'with musl' if here.libc == 'musl' else 'where there is no C library'}"
    return _older(there, here)


def _linked(step: Step, other: Stage, there: BaseImage, here: BaseImage) -> str:
    """Look at programs of a C compiler, and of Go with cgo, by the file that is written: dynamic, unless it is said."""
    copied = {word.text for word in step.copy.sources} if step.copy is not None else set()
    written = {
        path if path.startswith("/") else posixpath.join(one.state.workdir or "/", path)
        for one in other.of("RUN")
        for command in one.commands
        if _links(one, command, there)
        for flag, path in pairwise(command.texts)
        if flag == "-o"
    }
    if not written & copied:
        return ""
    if {there.libc, here.libc} == {"musl", "glibc"} or here.libc == "none":
        where = "where there is no C library" if here.libc == "none" else f"with {here.libc}"
        return f"linked with {there.libc}, and run {where}"
    return _older(there, here)


def _links(step: Step, command: ShellCommand, there: BaseImage) -> bool:
    """Whether a command surely links with the C library: a compiler of C, or Go that is told to use one."""
    if _COMPILER.fullmatch(command.program):
        return not {"-static", "-static-pie", "-c"} & set(command.texts)
    if command.program != "go" or command.texts[:1] != ("build",) or step.stage is None:
        return False
    said = [word.masked.partition("=")[2] for word in command.assignments if word.masked.startswith("CGO_ENABLED=")]
    if (said[-1] if said else step.state.values().get("CGO_ENABLED")) != "1":
        return False
    text = _text(step.stage)
    hidden = not all(word.literal for word in command.arguments)
    return not (hidden or "static" in text or (there.libc == "glibc" and _MUSL.search(text)))


def _text(stage: Stage) -> str:
    source = stage.document.file.source.text
    return "".join(
        source[step.statement.span.start : step.statement.span.end] for one in stage.lineage for step in one.steps
    )


def _venv(step: Step, other: Stage, there: BaseImage, here: BaseImage) -> str:
    """Look for a virtual environment whose interpreter lies elsewhere in the image that it is copied to."""
    if not there.interpreter or not here.interpreter or there.interpreter == here.interpreter:
        return ""
    copy = step.copy
    made = {
        word.masked.rstrip("/")
        for one in other.of("RUN")
        for command in one.commands
        if "venv" in command.texts[:2] or command.program == "virtualenv"
        for word in command.operands
        if "/" in word.masked
    }
    copied = {word.text.rstrip("/") for word in copy.sources} if copy is not None else set()
    if made & copied:
        return f"the virtual environment looks for {there.interpreter}; here it is {here.interpreter}"
    return ""


RULE = Rule(
    id="runtime-mismatch",
    severity=Severity.WARNING,
    summary="What one stage builds does not fit what the other runs",
    check=_check,
)
