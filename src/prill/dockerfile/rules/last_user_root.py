"""The stage ends as root."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._users import is_root
from prill.model.finding import Severity

__all__ = ["RULE"]


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        users = [step for step in stage.steps if step.keyword == "USER" and not step.deferred]
        if users and stage.source is not None:
            last = users[-1].instruction
            user = last.arguments.partition(":")[0].strip()
            if is_root(user):  # others see no root in ``00``
                yield Problem(span=last.arguments_span, aliases=None if user in {"root", "0"} else ())


RULE = Rule(
    id="last-user-root",
    aliases=("DL3002", "CKV_DOCKER_8"),
    severity=Severity.WARNING,
    summary="The stage ends as root",
    check=_check,
)
