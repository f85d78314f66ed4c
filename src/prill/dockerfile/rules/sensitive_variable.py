"""A secret in ARG or ENV can be read from the image."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.variables import unquote
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_PARTS = ("PASSWORD", "SECRET", "TOKEN", "API_KEY", "PRIVATE", "USERNAME", "AWS_ACCESS_KEY_ID")
# BuildKit's own list, frontend/dockerfile/dockerfile2llb/convert.go
_WORDS = regex(
    r"(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)", re.IGNORECASE
)
_SHORT = regex(r"(?:_|^)(?:pass|passphrase|sshpass|pwd|privkey|apitoken|access_?id|accesskey)\Z", re.IGNORECASE)
"""Names that others do not look for; with a value they are the same."""
_PUBLIC = regex(r"(?:_|^)(?:public|file|version)(?:_|$)", re.IGNORECASE)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("ENV", "ARG"):
        for number, pair in enumerate(step.pairs):
            name = unquote(pair.key.text, dockerfile.file.escape)
            aliases = []
            if any(part in name.upper() for part in _PARTS) and not (step.keyword == "ARG" and number):
                aliases.append("DL3064")
            if _WORDS.search(name) and not _PUBLIC.search(name) and not step.deferred and step.stage is not None:
                aliases += ["SecretsUsedInArgOrEnv", "DS-0031", "CIS-DI-0010"]
            own = _SHORT.search(name) and _is_written(pair.value.text if pair.value else "", name)
            if aliases or own:
                message = f"{step.keyword} {name}: the value can be read from the image"
                yield Problem(span=pair.key.span, message=message, aliases=tuple(aliases))


def _is_written(value: str, name: str) -> bool:
    """Whether a value is there to be read: no variable, no path, as in ``PWD=/src``, nothing to be filled in."""
    text = value.strip("\"'")
    return bool(text) and "$" not in text and not text.startswith(("/", ".")) and text.lower() != name.lower()


RULE = Rule(
    id="sensitive-variable",
    aliases=("DL3064", "SecretsUsedInArgOrEnv", "DS-0031", "CIS-DI-0010"),
    severity=Severity.WARNING,
    summary="A secret in ARG or ENV can be read from the image",
    check=_check,
)
