"""The user is not in the image."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of, installs, runs_unseen, steps_before
from prill.dockerfile.source import Span
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_MAKERS = frozenset({"adduser", "useradd", "usermod", "newusers", "systemd-sysusers", "sudo", "env"})
_PASSWD = frozenset({"", "/etc", "/etc/passwd"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in (*dockerfile.of("USER"), *dockerfile.of("COPY", "ADD")):
        name, span = _named(step)
        known = base_of(step.stage) if name and step.stage is not None and not step.deferred else None
        if known is None or step.stage is None or not known.lacks_user(name):
            continue
        if not any(_may_make(one) for one in steps_before(step)):
            base = step.stage.root.image.text
            yield Problem(span=span, message=f"{base} has no user {name}, and nothing before this makes one")


def _named(step: Step) -> tuple[str, Span]:
    """Return the name of the user that the step asks for; "" for a number, or a name that is not known here."""
    if step.keyword == "USER":
        text, span = step.instruction.arguments, step.instruction.arguments_span
    else:
        flag = step.instruction.flag("chown")
        text, span = (flag.value or "", flag.value_span) if flag is not None else ("", step.span)
    found = step.expand(text)
    name = found.text.strip().strip("\"'").partition(":")[0]
    return ("" if found.unset or name.isdigit() else name), span


def _may_make(step: Step) -> bool:
    """Whether a user may come with the step: made by a program, by a package, or with a passwd that is copied."""
    if step.keyword in {"COPY", "ADD"}:
        copy = step.copy
        return copy is not None and copy.destination.text.rstrip("/") in _PASSWD
    return step.keyword == "RUN" and (
        any(one.program in _MAKERS or installs(one) or runs_unseen(one) for one in step.commands)
        or "passwd" in step.script.text
        or bool(step.instruction.heredocs)
    )


RULE = Rule(
    id="unknown-user",
    severity=Severity.ERROR,
    summary="The user is not in the image",
    check=_check,
)
