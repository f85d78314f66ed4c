"""Something that BuildKit refuses to read."""

from collections.abc import Iterator
from posixpath import normpath

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.flag_values import lacks_target
from prill.dockerfile.refusals import find_refusal
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.step import Step
from prill.dockerfile.syntax import Fault
from prill.model.finding import Severity

__all__ = ["RULE"]

_NOT_DEFERRED = frozenset({"FROM", "MAINTAINER", "ONBUILD"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for fault in dockerfile.file.faults:
        yield Problem(span=fault.span, message=fault.message, aliases=None if fault.shared else ())
    for step in dockerfile.steps:
        faults = step.statement.faults or step.instruction.faults
        if not faults and step.statement.inner is not None and step.keyword in _NOT_DEFERRED:
            continue  # another rule's, whatever follows
        if not faults:
            refusal = find_refusal(step) or _mount_at_root(step)
            faults = (refusal,) if refusal else ()
        for fault in faults:
            yield Problem(span=fault.span, message=fault.message, aliases=None if fault.shared else ())


def _mount_at_root(step: Step) -> Fault | None:
    """Return the fault of a mount without a target where the working directory is ``/``, as far as that is known."""
    if not step.instruction.flags or step.stage is None or step.deferred or step.keyword != "RUN":
        return None
    flags = [flag for flag in step.instruction.flags if flag.name == "mount" and lacks_target(flag)]
    if not flags:
        return None
    folder = step.state.workdir
    if folder is None:
        known = base_of(step.stage)
        folder = "/" if step.stage.root.is_scratch or (known is not None and known.kind == "os") else ""
    if folder and normpath("/" + folder.lstrip("/")) == "/":
        return Fault("mount", "a mount needs a target where the working directory is /", flags[0].value_span)
    return None


RULE = Rule(
    id="syntax-error",
    aliases=("DL1000",),
    severity=Severity.ERROR,
    summary="The builder cannot read this",
    check=_check,
)
