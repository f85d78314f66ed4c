"""Which rules a file is shown to: most look for one instruction or one program, and need no file without it.

What a file has is a set of words, and so is what a rule looks for:

| word | there is |
|---|---|
| ``COPY`` | such an instruction, deferred ones included |
| ``apt-get`` | such a program in a RUN, as it is written or without its folder |
| ``--from`` | such a flag of an instruction; ``--`` is any |
| ``AS`` | a stage with a name |
| ``$`` | a FROM with a variable |
| ``ONBUILD`` | an instruction that is deferred |
| ``#`` | a comment about findings |
| ``labels``, ``strict-labels``, ``allowed-bases``, ``allowed-registries``, ``ignore-file`` | such a setting |
"""

from functools import cache, lru_cache
from importlib import import_module
from typing import NamedTuple

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.engine import Selection
from prill.dockerfile.pragmas import find_pragmas, mentions_pragmas
from prill.dockerfile.rule import Context, Rule

__all__ = ["Listed", "Listing", "listed", "listing", "rules_for"]


class Listed(NamedTuple):
    """A rule by its id. In a file that has none of ``words`` it finds nothing; without any, it looks at every file."""

    id: str
    words: frozenset[str] = frozenset()
    default: bool = True

    def load(self) -> Rule:
        """Import the rule's module, which is called as the rule is."""
        return _load(self.id)


class Listing(tuple[Listed, ...]):
    """The lines of a list. It is the same as itself alone: to compare all lines, file by file, takes a hundredth."""

    __slots__ = ()

    __eq__, __ne__, __hash__ = object.__eq__, object.__ne__, object.__hash__


def listed(name: str, *words: str, default: bool = True) -> Listed:
    """Return a line of the list."""
    return Listed(name, frozenset(words), default)


def listing(*lines: Listed) -> Listing:
    """Return the list."""
    return Listing(lines)


@cache
def _load(name: str) -> Rule:
    rule: Rule = import_module(f"prill.dockerfile.rules.{name.replace('-', '_')}").RULE
    return rule


def rules_for(
    document: Dockerfile, rules: tuple[Listed, ...], context: Context, selection: Selection
) -> tuple[Rule, ...]:
    """Return, in their order, the rules that are wanted and may find something in the file.

    Where a comment suppresses findings these are all that are wanted, as it is said to be of use or not.
    """
    running = _running(rules, selection.only, selection.on)
    if find_pragmas(document):
        return tuple(one.load() for one in running.rules)
    try:
        words = _words(document, context)
    except Exception:  # noqa: BLE001 - what cannot be read is a gap of each rule that asks for it
        return tuple(one.load() for one in running.rules)
    numbers = {*running.always}.union(*[running.by_word[word] for word in words if word in running.by_word])
    loaded = running.loaded
    return tuple([loaded[number] for number in sorted(numbers)])


class _Loaded(dict[int, Rule]):
    """Rules by their numbers, each loaded when it is first asked for."""

    def __init__(self, rules: tuple[Listed, ...]) -> None:
        self.rules = rules

    def __missing__(self, number: int) -> Rule:
        rule = self[number] = self.rules[number].load()
        return rule


class _Running(NamedTuple):
    """The rules that are wanted, and their numbers by the words that they look for."""

    rules: tuple[Listed, ...]
    loaded: _Loaded
    always: tuple[int, ...]
    by_word: dict[str, list[int]]


@lru_cache(maxsize=16)
def _running(rules: tuple[Listed, ...], only: frozenset[str] | None, on: frozenset[str]) -> _Running:
    wanted = Selection(only=only, on=on)
    found = tuple(one for one in rules if (only is None and one.default) or wanted.running([one.load()]))
    by_word: dict[str, list[int]] = {}
    for number, one in enumerate(found):
        for word in one.words:
            by_word.setdefault(word, []).append(number)
    return _Running(found, _Loaded(found), tuple(number for number, one in enumerate(found) if not one.words), by_word)


def _words(document: Dockerfile, context: Context) -> set[str]:
    """Return what the file and the settings have."""
    found = {*document.by_keyword, *document.by_program, *document.programs, *context.given}
    if any(step.deferred for step in document.steps):
        found.add("ONBUILD")
    for step in document.flagged:
        found.add("--")
        found.update(f"--{flag.name}" for flag in step.instruction.flags)
    if any(stage.source is not None and (stage.source.as_word or stage.source.name) for stage in document.stages):
        found.add("AS")
    if any("$" in step.instruction.logical.text for step in document.of("FROM")):
        found.add("$")
    if mentions_pragmas(document):
        found.add("#")
    return found
