"""apk's index stays in the layer."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._caches import needs_cache
from prill.dockerfile.rules._commands import after_word, cached, report
from prill.dockerfile.source import Span
from prill.dockerfile.step import Invocation
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_CACHE = regex(r"cache/apk|apk/cache|(?<!no-)cache-dir")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    calls = [one for one in dockerfile.calls("apk") if _leaves_some(one)]
    needed = bool(calls) and needs_cache(dockerfile, _CACHE)
    for one in calls:
        place = after_word(one.command, "add")
        fix = None if needed else replacement("add --no-cache", Span(place, place), " --no-cache")
        yield report(one, fix=fix)


def _leaves_some(one: Invocation) -> bool:
    added = "add" in one.command.texts and not one.command.has_flag("no-cache")
    return added and not cached(one.step, "/var/cache/apk")


RULE = Rule(
    id="apk-cache-left",
    aliases=("DL3019", "DS-0025", "DKL-DI-0004"),
    severity=Severity.INFO,
    summary="apk's index stays in the layer",
    check=_check,
)
