"""The image runs as root."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.image_names import split_image
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of, steps_before
from prill.dockerfile.rules._users import is_root, made_as_root
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_NOT_ROOT = regex(r"nonroot|unprivileged|non-root|rootless|(?:^|/)chainguard/|^cgr\.dev/|^dhi\.io/", re.IGNORECASE)
_WINDOWS = regex(r"/windows/|windowsservercore")
"""Images of Windows, which has no root; in a nanoserver, ContainerUser runs."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    if final is None or final.from_step is None:
        return
    users = [step for stage in final.lineage for step in reversed(stage.of("USER")) if not step.deferred]
    if not users:
        base = final.root
        if base.source is not None and not _NOT_ROOT.search(base.image.text) and not _hidden(base):
            known = base_of(base)
            if (known is not None and known.nonroot) or "nanoserver" in base.image.text:
                return
            sure = base.is_scratch or (known is not None and known.kind == "os")
            name = base.source.image.text if base.image.unset else base.image.text
            whose = "root" if sure else f"the user of {name}, which is mostly root"
            if _WINDOWS.search(name):
                whose = "ContainerAdministrator"
            message = f"no USER: the image runs as {whose}"
            yield Problem(final.from_step.span, message)
        return
    last = users[0]
    found = last.expand(last.instruction.arguments)
    user, _, group = found.text.strip().partition(":")
    if found.unset:
        return
    if is_root(user) and not is_root(last.instruction.arguments.partition(":")[0].strip()):  # or last-user-root says it
        yield Problem(last.instruction.arguments_span)
    elif not is_root(user) and made_as_root(steps_before(last), user):
        yield Problem(last.instruction.arguments_span, f"{user} is made with root's number", aliases=())
    elif not is_root(user) and is_root(group):
        span, message = last.instruction.arguments_span, "group 0 is root's: what its group may, the process may"
        yield Problem(span, message, aliases=())


def _hidden(stage: Stage) -> bool:
    """Whether a variable without a value decides which image it is, and not only of which version."""
    text = stage.source.image.text if stage.source else ""
    return bool(stage.image.unset) and "$" in split_image(text).registry + split_image(text).repository


RULE = Rule(
    id="runs-as-root",
    aliases=("DS-0002", "CKV_DOCKER_3", "CIS-DI-0001"),
    severity=Severity.WARNING,
    summary="The image runs as root",
    check=_check,
)
