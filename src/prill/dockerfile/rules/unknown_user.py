"""The user or the group is not in the image."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of, installs, runs_unseen
from prill.dockerfile.source import Span
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_USER_MAKERS = frozenset({"adduser", "useradd", "usermod", "newusers", "systemd-sysusers", "sudo", "env"})
_MAKERS = {"user": _USER_MAKERS, "group": _USER_MAKERS | {"addgroup", "groupadd", "groupmod"}}
_FILES = {"user": "/etc/passwd", "group": "/etc/group"}


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    first: dict[tuple[int, str], int] = {}
    for step in (*dockerfile.of("USER"), *dockerfile.of("COPY", "ADD")):
        if step.keyword != "USER" and step.instruction.flag("chown") is None:
            continue
        known = base_of(step.stage) if step.stage is not None and not step.deferred else None
        if known is None or step.stage is None:
            continue
        (user, group), span = _named(step)
        missing = [("user", user)] if user and known.lacks_user(user) else []
        missing += [("group", group)] if group and known.lacks_group(group) else []
        for kind, name in missing:
            if not _is_made(step, step.stage, kind, first):
                base = step.stage.root.image.text
                yield Problem(span=span, message=f"{base} has no {kind} {name}, and nothing before this makes one")
                break


def _is_made(step: Step, stage: Stage, kind: str, first: dict[tuple[int, str], int]) -> bool:
    """Whether something before a step may make one; ``first`` remembers where each stage has what does."""
    for one in stage.lineage:
        if (one.index, kind) not in first:
            makers = (number for number, each in enumerate(one.steps) if _may_make(each, kind))
            first[one.index, kind] = next(makers, len(one.steps))
        if first[one.index, kind] < (step.index if one is stage else len(one.steps)):
            return True
    return False


def _named(step: Step) -> tuple[tuple[str, str], Span]:
    """Return the names of the user and the group that the step asks for; "" for a number, or what is not known here."""
    if step.keyword == "USER":
        text, span = step.instruction.arguments, step.instruction.arguments_span
    else:
        flag = step.instruction.flag("chown")
        text, span = (flag.value or "", flag.value_span) if flag is not None else ("", step.span)
    found = step.expand(text)
    user, _, group = found.text.strip().strip("\"'").partition(":")
    named = ("", "") if found.unset else (user, group)
    return ("" if named[0].isdigit() else named[0], "" if named[1].isdigit() else named[1]), span


def _may_make(step: Step, kind: str) -> bool:
    """Whether a user or group may come with the step: made by a program, by a package, or in a file that is copied."""
    if step.keyword in {"COPY", "ADD"}:
        copy = step.copy
        return copy is not None and copy.destination.text.rstrip("/") in {"", "/etc", _FILES[kind]}
    return step.keyword == "RUN" and (
        any(one.program in _MAKERS[kind] or installs(one) or runs_unseen(one) for one in step.commands)
        or _FILES[kind].rpartition("/")[2] in step.script.text
        or bool(step.instruction.heredocs)
    )


RULE = Rule(
    id="unknown-user",
    severity=Severity.ERROR,
    summary="The user or the group is not in the image",
    check=_check,
)
