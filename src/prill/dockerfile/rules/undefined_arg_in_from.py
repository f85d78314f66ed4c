"""FROM uses an ARG that is not declared before it."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._near import nearest
from prill.dockerfile.source import Word
from prill.dockerfile.state import GLOBAL_ARGS
from prill.dockerfile.variables import find_references
from prill.model.finding import Severity

__all__ = ["RULE"]

_MOST = 200
"""How many names are compared with all others, and with how many."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    declared = dockerfile.prelude_state.declared | GLOBAL_ARGS
    guesses = _MOST
    for stage in dockerfile.stages:
        if stage.source is None:
            continue
        texts = [stage.source.image]
        if stage.platform is not None and stage.platform.value:
            texts.append(Word(stage.platform.value, stage.platform.value_span))
        for word in texts:
            for one in find_references(word.text, dockerfile.file.escape):
                if one.name not in declared:
                    near = nearest(one.name, declared) if guesses and len(declared) <= _MOST else ""
                    guesses -= guesses > 0
                    hint = f"; did you mean {near}?" if near else ""
                    yield Problem(span=word.span, message=f"${one.name} is not declared before the first FROM{hint}")


RULE = Rule(
    id="undefined-arg-in-from",
    aliases=("UndefinedArgInFrom",),
    severity=Severity.ERROR,
    summary="FROM uses an ARG that is not declared before it",
    check=_check,
)
