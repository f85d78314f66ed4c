"""ADD does more than to copy; for files and folders there is COPY."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_ARCHIVES = (
    ".tar", ".gz", ".bz2", ".xz", ".Z", ".lzma", ".lz", ".tlz", ".txz", ".tb2", ".tbz", ".tbz2", ".tZ", ".tgz", ".tpz"
)  # fmt: skip
_UNPACKED = (".tzst", ".tar.zst")
_REMOTE = regex(r"(?:https?|git|ssh)://|git@|[\w.-]+@[\w.-]+:", re.IGNORECASE)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("ADD"):
        copy = step.copy
        if step.deferred or copy is None:
            continue
        plain = [word for word in copy.sources if not _is_special(word.text.strip("\"'"))]
        if plain:
            folders = all(word.text == "." or word.text.endswith("/") for word in copy.sources)
            others = {flag.name for flag in step.instruction.flags} - {"chown", "chmod", "link", "exclude"}
            fix = replacement("say COPY", step.instruction.written, "COPY", safe=folders)
            whole = len(plain) == len(copy.sources) and not others
            yield Problem(span=step.span, fix=fix if whole else None)


def _is_special(source: str) -> bool:
    return source.endswith(_ARCHIVES + _UNPACKED) or bool(_REMOTE.match(source))


RULE = Rule(
    id="add-instead-of-copy",
    aliases=("DL3020", "DS-0005", "CKV_DOCKER_4", "CIS-DI-0009"),
    severity=Severity.WARNING,
    summary="ADD does more than to copy; for files and folders there is COPY",
    check=_check,
)
