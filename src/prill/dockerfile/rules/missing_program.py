"""The image does not have the program that it is to run."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of, installs, runs_unseen, steps_before
from prill.dockerfile.source import Span
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_CALLED = {"netcat": "nc", "python": "python3"}
_PACKAGES = {"nc": ("netcat", "ncat", "nmap", "busybox"), "wget": ("busybox",)}
_ALONE = frozenset({"curl", "wget"})
"""Programs that no other package brings along, but for few."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("HEALTHCHECK", "CMD", "ENTRYPOINT", "SHELL"):
        known = base_of(step.stage) if step.stage is not None and not step.deferred else None
        if known is None or known.shell is None or step.stage is None:
            continue
        for name, span in _programs(step):
            wanted = _CALLED.get(name, name)
            if wanted not in _ALONE and step.state.declares("PATH"):  # it may lie where something was copied to
                continue
            if known.lacks_program(wanted) and not any(_may_bring(one, wanted) for one in steps_before(step)):
                base = step.stage.root.image.text
                yield Problem(span=span, message=f"{base} has no {name} for this {step.keyword}")


def _programs(step: Step) -> Iterator[tuple[str, Span]]:
    """Yield the programs that the step runs, with their places."""
    if step.keyword == "SHELL":
        for word in (step.instruction.json or ())[:1]:
            yield word.text.rpartition("/")[2], word.span
        return
    for command in step.commands:
        if command.program:
            yield command.program, command.words[0].span


def _may_bring(step: Step, program: str) -> bool:
    """Whether the program may come with the step: installed, copied, or out of what the file does not show."""
    if step.keyword in {"COPY", "ADD"}:
        copy = step.copy
        if copy is None:
            return False
        folder, _, name = copy.destination.text.rstrip("/").rpartition("/")
        return step.keyword == "ADD" or name in {program, "", "bin", "sbin", "usr", "local"} or folder.endswith("bin")
    if step.keyword != "RUN":
        return False
    names = (program, *_PACKAGES.get(program, ()))
    named = any(name in word for one in step.commands for word in one.texts for name in names)
    return named or any(runs_unseen(one) or (installs(one) and program not in _ALONE) for one in step.commands)


RULE = Rule(
    id="missing-program",
    severity=Severity.WARNING,
    summary="The image does not have the program that it is to run",
    check=_check,
)
