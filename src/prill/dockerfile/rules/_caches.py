"""Who else uses a cache: a switch that keeps a program from writing one must not take it from a later command."""

import re
from collections.abc import Iterable

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rules._commands import letters
from prill.dockerfile.step import Step

__all__ = ["needs_cache"]


def needs_cache(dockerfile: Dockerfile, cache: re.Pattern[str]) -> bool:
    """Whether some instruction may rely on the cache that ``cache`` finds the names of.

    An ``rm -f`` does not: it is content with nothing to remove. All else that speaks of it may: a mount, a variable, a
    ``cp``, ``mv`` or ``rm`` without ``-f``, a loop over its files, a ``COPY --from`` out of it.
    """
    return any(_mentions(step, cache) > _removals(step, cache) for step in dockerfile.steps)


def _mentions(step: Step, cache: re.Pattern[str]) -> int:
    instruction = step.instruction
    texts = (instruction.logical.text, *(heredoc.text for heredoc in instruction.heredocs))
    return _count(texts, cache)


def _removals(step: Step, cache: re.Pattern[str]) -> int:
    """Count the names in what ``rm -f`` takes away."""
    if step.keyword != "RUN":
        return 0
    forced = (one for one in step.commands if one.name == "rm" and ("f" in letters(one) or one.has_flag("force")))
    return _count((word.text for one in forced for word in one.operands), cache)


def _count(texts: Iterable[str], cache: re.Pattern[str]) -> int:
    return sum(len(cache.findall(text)) for text in texts)
