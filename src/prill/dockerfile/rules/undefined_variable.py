"""A variable has no value here."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.rules._near import nearest
from prill.dockerfile.state import GLOBAL_ARGS, PREDEFINED_ARGS, State
from prill.dockerfile.variables import find_references
from prill.model.finding import Severity

__all__ = ["RULE"]

_EXPANDING = ("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
_SHORTEST = 4
_GUESSES = 100
"""How many names are compared with all others, and with how many: a file may have tens of thousands of each."""
_OF_SYSTEMS = frozenset({"container", "DISTTAG", "FBR", "FGC", "LANG", "LANGUAGE", "SUMMARY", "VERSION"})
"""What an image of a system may set besides PATH: Fedora's, Red Hat's and SUSE's do."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    steps = [step for step in dockerfile.of("ARG", "ENV") if step.instruction.logical.text]
    everywhere = {pair.key.text for step in steps for pair in step.pairs} | GLOBAL_ARGS
    guesses = _GUESSES
    for step in dockerfile.of(*_EXPANDING):
        if step.stage is None or step.deferred or "$" not in step.instruction.arguments:
            continue
        own = {pair.key.text for pair in step.pairs} if step.keyword in {"ARG", "ENV"} else set()
        for one in find_references(step.instruction.arguments, dockerfile.file.escape):
            if one.safe or not one.name[0].isalpha() or one.name == "PATH" or one.name in PREDEFINED_ARGS:
                continue
            if step.state.declares(one.name):
                continue
            if one.name in own:
                continue
            near = _near(step.state, one.name) if guesses and len(one.name) >= _SHORTEST else ""
            guesses -= guesses > 0
            if one.name in everywhere or near or _all_known(step.stage, one.name):
                start = step.instruction.start
                span = step.instruction.logical.span(start + one.start, start + one.end)
                hint = f"; did you mean {near}?" if near else ""
                yield Problem(span=span, message=f"${one.name} has no value in this stage{hint}")


def _near(state: State, name: str) -> str:
    declared = state.declared
    return nearest(name, declared | PREDEFINED_ARGS, cutoff=0.85) if len(declared) <= _GUESSES else ""


def _all_known(stage: Stage, name: str) -> bool:
    """Whether the base sets no such variable: one with nothing in it, or a system, which sets PATH and little else."""
    if stage.root.is_scratch:
        return True
    known = base_of(stage)
    return known is not None and known.kind == "os" and name not in _OF_SYSTEMS and not name.startswith("LC_")


RULE = Rule(
    id="undefined-variable",
    aliases=("UndefinedVar",),
    severity=Severity.WARNING,
    summary="A variable has no value here",
    check=_check,
)
