"""A port below 1024, and a user that is not root."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.rules._users import name_of, stays_root
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_FIRST_FREE = 1024
_PORT = regex(r"\+?([0-9]{1,5})(?:-\+?[0-9]+)?(?:/[a-z]+)?\Z", re.IGNORECASE)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    user = _user(final) if final is not None else ""
    if final is None or not user:
        return
    for stage in final.lineage:
        for step in stage.of("EXPOSE"):
            for word in step.words:
                found = _PORT.match(step.expand(word.text).text)
                if found and 0 < int(found[1]) < _FIRST_FREE:
                    yield Problem(span=word.span, message=f"{word.text}: {user} may not be allowed to listen there")


def _user(final: Stage) -> str:
    """Name who runs the image, if it is known not to be root: by USER, or else by the base."""
    if final.result.user is not None:
        return "" if stays_root(final.result.user) else f"the user {name_of(final.result.user)}"
    known = base_of(final)
    return f"the user of {final.root.image.text}" if known is not None and known.nonroot else ""


RULE = Rule(
    id="low-port",
    severity=Severity.INFO,
    summary="A port below 1024, and a user that is not root",
    check=_check,
)
