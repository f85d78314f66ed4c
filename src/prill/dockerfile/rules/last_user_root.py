"""The stage ends as root."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._users import is_root
from prill.model.finding import Severity

__all__ = ["RULE"]

_ALIASES = ("DL3002", "CKV_DOCKER_8", "DS-0002", "CIS-DI-0001")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        users = [step for step in stage.steps if step.keyword == "USER" and not step.deferred]
        if users and stage.source is not None:
            last = users[-1].instruction
            user = last.arguments.partition(":")[0].strip()
            if is_root(user):  # others see no root in ``00``
                aliases = _ALIASES if stage is dockerfile.final else _ALIASES[:2]
                yield Problem(span=last.arguments_span, aliases=aliases if user in {"root", "0"} else ())


RULE = Rule(
    id="last-user-root",
    aliases=_ALIASES,
    severity=Severity.WARNING,
    summary="The stage ends as root",
    check=_check,
)
