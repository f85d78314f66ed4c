"""Package lists are updated in a layer of their own."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_PROGRAMS = {"apt-get": "update", "apt": "update", "apk": "update", "yum": "makecache", "dnf": "makecache"}
_INSTALLS = frozenset({"install", "add", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "source", "download"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step, command in dockerfile.calls(*_PROGRAMS):
        if _PROGRAMS[command.name] in command.texts:
            others = [one for one in step.commands if one.name in {command.name, "xargs"}]
            if all(_INSTALLS.isdisjoint(one.texts) for one in others) and not _is_shared(step):
                yield Problem(span=command.span)


def _is_shared(step: Step) -> bool:
    return any(mount.type in {"cache", "bind"} for mount in step.mounts)


RULE = Rule(
    id="update-alone",
    aliases=("DS-0017", "CKV_DOCKER_5", "CIS-DI-0007"),
    severity=Severity.WARNING,
    summary="Package lists are updated in a layer of their own",
    check=_check,
)
