"""WORKDIR is a folder of the system."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

_SYSTEM = frozenset(
    {
        "/bin",
        "/boot",
        "/dev",
        "/etc",
        "/lib",
        "/lib64",
        "/proc",
        "/root",
        "/sbin",
        "/sys",
        "/usr/bin",
        "/usr/lib",
        "/usr/sbin",
    }
)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("WORKDIR"):
        found = step.expand(step.instruction.arguments)
        folder = found.text.rstrip("/")
        if found.unset:  # the base may say what it is
            continue
        if folder in _SYSTEM - {"/root"} or folder.startswith(("/proc/", "/sys/", "/dev/", "/boot/")):
            yield Problem(span=step.instruction.arguments_span)


RULE = Rule(
    id="system-workdir",
    aliases=("DS-0030",),
    severity=Severity.WARNING,
    summary="WORKDIR is a folder of the system",
    check=_check,
)
