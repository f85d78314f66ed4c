"""pip's cache stays in the layer."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._caches import needs_cache
from prill.dockerfile.rules._commands import after_word, cached_below, report
from prill.dockerfile.rules._pip import pip_installs
from prill.dockerfile.source import Span
from prill.dockerfile.step import Step
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_NAME = "PIP_NO_CACHE_DIR"
_YES = frozenset({"1", "true", "yes", "on"})
_CACHE = regex(
    r"\.cache|cache/pip|pip/cache|pip[\w.]* cache|(?<!no-)cache-dir|PIP_CACHE_DIR|XDG_CACHE_HOME"
    r"|target=/(?:root|home/[^/,\s]+)/?(?=[,\s])"
)
"""Where pip may keep its cache, what says so, what asks for it, and a mount over a whole home."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    calls = tuple(pip_installs(dockerfile))
    needed = bool(calls) and needs_cache(dockerfile, _CACHE)
    for one in calls:
        step, command = one.step, one.command
        if command.name.startswith("pipx") or "--no-cache-dir" in command.texts:
            continue
        if cached_below(step, ".cache/pip") or step.state.env.get(_NAME, "").lower() in _YES or _is_set(step):
            continue
        place = after_word(command, "install")
        fix = None if needed else replacement("add --no-cache-dir", Span(place, place), " --no-cache-dir")
        yield report(one, fix=fix)


def _is_set(step: Step) -> bool:
    words = [word for command in step.commands for word in (*command.assignments, *command.words)]
    return any(word.text.partition("=")[0] == _NAME and word.text.partition("=")[2].lower() in _YES for word in words)


RULE = Rule(
    id="pip-cache-left",
    aliases=("DL3042",),
    severity=Severity.INFO,
    summary="pip's cache stays in the layer",
    check=_check,
)
