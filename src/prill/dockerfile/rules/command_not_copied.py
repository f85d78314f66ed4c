"""The file that the image is to run is not in it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.source import Word
from prill.dockerfile.step import Step
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_SCRIPT = regex(r"(?:[\w.-]+/|/)*([\w-]+\.(?:js|mjs|cjs|py|rb|php|pl))")
_HARMLESS: dict[str, frozenset[str]] = {
    "npm": frozenset({"ci", "install", "i"}),
    "yarn": frozenset({"install"}),
    "pnpm": frozenset({"install", "i"}),
    "pip": frozenset({"install"}),
    "pip3": frozenset({"install"}),
    "bundle": frozenset({"install"}),
    "apk": frozenset({"add"}),
    "apt-get": frozenset({"update", "install"}),
    **dict.fromkeys(
        ("mkdir", "chown", "chmod", "rm", "adduser", "addgroup", "useradd", "groupadd", "true"), frozenset()
    ),
}
_BASES = frozenset({"distroless", "minimal", "runtime", "os"})


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    known = base_of(final) if final is not None else None
    if final is None or known is None or known.kind not in _BASES:
        return
    steps = [step for index in dockerfile.built for step in dockerfile.stages[index].steps]
    if any(base_of(dockerfile.stages[index]) is None for index in dockerfile.built):
        return
    for state in (final.result.entrypoint, final.result.command):
        for word in (state.json or ())[:2] if state is not None else ():
            found = _SCRIPT.fullmatch(word.text)
            if found and not any(_may_bring(step, found[1]) for step in steps):
                yield Problem(span=word.span, message=f"nothing copies {found[1]} into the image")


def _may_bring(step: Step, name: str) -> bool:
    """Whether a file of this name may come with the step; whatever is not known to bring none may."""
    if step.deferred:
        return False
    if step.keyword in {"COPY", "ADD"}:
        copy = step.copy
        if copy is None or copy.heredocs or copy.destination.text.endswith("/" + name):
            return True
        if step.instruction.flag("from"):
            return step.document.stage_named(step.images[0].text if step.images else "") is None
        return any(_brings(word, name) for word in copy.sources)
    if step.keyword == "RUN":
        return bool(step.instruction.heredocs or step.mounts) or not all(
            command.program in _HARMLESS
            and not command.redirections
            and (not _HARMLESS[command.program] or _HARMLESS[command.program] & set(command.texts))
            for command in step.commands
        )
    return False


def _brings(word: Word, name: str) -> bool:
    """Whether a source of the context may hold the file: it matches, or it is a folder, as far as a name tells."""
    last = word.text.rstrip("/").rpartition("/")[2]
    suffix = last.rpartition(".")[2] if "." in last.strip(".") else ""
    return "$" in last or fnmatchcase(name, last) or not suffix or suffix in {"tgz", "tar", "gz", "zip", "d"}


RULE = Rule(
    id="command-not-copied",
    severity=Severity.WARNING,
    summary="The file that the image is to run is not in it",
    check=_check,
)
