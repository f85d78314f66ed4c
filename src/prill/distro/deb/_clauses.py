"""A small satisfiability solver: clauses over packages, unit propagation, learning from conflicts.

A package is a positive number, ``n`` says "n is installed" and ``-n`` says it is not. A clause holds if one of its
literals does. The solver never guesses on its own: its caller decides which package to try next (`Solver.decide`) and
so keeps full say over preferences; the solver says what follows from that, and where a decision leads nowhere, which
earlier decisions are to blame. This is conflict-driven clause learning (Marques-Silva and Sakallah, 1996), with the
first unique implication point as what is learned and two watched literals per clause.

Clauses come late: those of a package are asked for when it is first found to be installed, through ``expand``.
"""

from collections.abc import Callable, Iterable, Iterator

__all__ = ["Clause", "Contradiction", "Solver"]


class Clause:
    """Literals of which one must hold, and why: a ``cause`` given by the caller, or the clauses it was learned from."""

    __slots__ = ("cause", "facts", "literals", "parents")

    def __init__(
        self,
        literals: list[int],
        cause: object = None,
        *,
        parents: tuple["Clause", ...] = (),
        facts: tuple[int, ...] = (),
    ) -> None:
        self.literals = literals
        self.cause = cause
        self.parents = parents
        self.facts = facts  # packages that were settled for good and therefore left out of a learned clause


class Contradiction(Exception):
    """There is no solution; ``causes`` are those of the clauses that together exclude one."""

    def __init__(self, causes: tuple[object, ...]) -> None:
        super().__init__("no solution")
        self.causes = causes


class Solver:
    """Holds what is known so far. ``expand(n)`` yields the clauses that package ``n`` brings with it."""

    def __init__(self, expand: Callable[[int], Iterable[Clause]]) -> None:
        self._expand = expand
        self._expanded: set[int] = set()
        self._value: dict[int, bool] = {}  # literal -> whether it holds; both signs are present or neither
        self._level: dict[int, int] = {}  # package -> the decision level at which it was settled
        self._reason: dict[int, Clause | None] = {}
        self._trail: list[int] = []
        self._starts: list[int] = []  # where in the trail each level begins
        self._pending = 0
        self._watches: dict[int, list[Clause]] = {}

    @property
    def level(self) -> int:
        """How many decisions stand."""
        return len(self._starts)

    def decision(self, level: int) -> int:
        """Return the literal that was decided at ``level``, counted from 1."""
        return self._trail[self._starts[level - 1]]

    def value(self, literal: int) -> bool | None:
        """Say whether ``literal`` holds, or None while that is open."""
        return self._value.get(literal)

    def require(self, clause: Clause) -> None:
        """Add a clause before the first decision; raise `Contradiction`."""
        conflict = self._add(clause) or self._propagate()
        if conflict is not None:
            raise Contradiction(self._causes(conflict))

    def decide(self, literal: int) -> int:
        """Try ``literal`` and see what follows; return the level at which the search has to go on.

        It is one above the former level if all is well. Otherwise decisions were taken back, something was learned, and
        what the caller chose above the level returned is void. Raises `Contradiction` if nothing is left to try.
        """
        self._starts.append(len(self._trail))
        self._assign(literal, None)
        conflict = self._propagate()
        while conflict is not None:
            if not self._starts:
                raise Contradiction(self._causes(conflict))
            learned = self._learn(conflict)
            self.take_back(max((self._level[abs(each)] for each in learned.literals[1:]), default=0))
            conflict = self._add(learned) or self._propagate()
        return self.level

    def _assign(self, literal: int, reason: Clause | None) -> None:
        self._value[literal] = True
        self._value[-literal] = False
        self._level[abs(literal)] = len(self._starts)
        self._reason[abs(literal)] = reason
        self._trail.append(literal)

    def take_back(self, level: int) -> None:
        """Take back the decisions above ``level``, of which there is at least one, and all that followed from them."""
        start = self._starts[level]
        for literal in self._trail[start:]:
            del self._value[literal], self._value[-literal]
            del self._level[abs(literal)], self._reason[abs(literal)]
        del self._trail[start:], self._starts[level:]
        self._pending = start

    def _add(self, clause: Clause) -> Clause | None:
        """Watch ``clause``; act if it leaves one choice or none. Return it if it is violated."""
        value, literals = self._value, clause.literals
        # What is open or holds comes first, then what was settled last: those two are the ones to watch.
        literals.sort(
            key=lambda each: -len(self._trail) - 1 if value.get(each) is not False else -self._level[abs(each)]
        )
        if len(literals) > 1:  # a single literal is settled here, or violated, and either way never looked at again
            for literal in literals[:2]:
                self._watches.setdefault(literal, []).append(clause)
        first = value.get(literals[0])
        if first is False:
            return clause
        if first is None and (len(literals) == 1 or value.get(literals[1]) is False):
            self._assign(literals[0], clause)
        return None

    def _propagate(self) -> Clause | None:
        """Draw all conclusions; return a violated clause, or None."""
        while self._pending < len(self._trail):
            literal = self._trail[self._pending]
            self._pending += 1
            if literal > 0 and literal not in self._expanded:
                self._expanded.add(literal)
                violated = [clause for clause in self._expand(literal) if self._add(clause) is not None]
                if violated:
                    return violated[0]
            conflict = self._visit(-literal)
            if conflict is not None:
                return conflict
        return None

    def _visit(self, falsified: int) -> Clause | None:
        """Look at the clauses that watch a literal that has become false."""
        value = self._value
        watching = self._watches.get(falsified)
        if not watching:
            return None
        kept: list[Clause] = []
        self._watches[falsified] = kept
        for position, clause in enumerate(watching):
            literals = clause.literals
            if literals[0] == falsified:
                literals[0], literals[1] = literals[1], falsified
            first = value.get(literals[0])
            if not first:
                other = next((n for n in range(2, len(literals)) if value.get(literals[n]) is not False), 0)
                if other:
                    literals[1], literals[other] = literals[other], falsified
                    self._watches.setdefault(literals[1], []).append(clause)
                    continue
            kept.append(clause)
            if first is False:
                kept.extend(watching[position + 1 :])
                return clause
            if first is None:
                self._assign(literals[0], clause)
        return None

    def _learn(self, conflict: Clause) -> Clause:
        """Return the clause that would have prevented ``conflict``; its first literal is the only one of this level."""
        parents: list[Clause] = []
        facts: list[int] = []
        earlier: list[int] = []
        seen: set[int] = set()
        open_here = 0
        clause: Clause | None = conflict
        position = len(self._trail)
        while clause is not None:
            parents.append(clause)
            for literal in clause.literals:
                package = abs(literal)
                if package in seen:
                    continue
                seen.add(package)
                if self._level[package] == self.level:
                    open_here += 1
                elif self._level[package] == 0:
                    facts.append(package)
                else:
                    earlier.append(literal)
            position -= 1
            while abs(self._trail[position]) not in seen:
                position -= 1
            open_here -= 1
            clause = self._reason[abs(self._trail[position])] if open_here else None
        return Clause([-self._trail[position], *earlier], parents=tuple(parents), facts=tuple(facts))

    def _causes(self, conflict: Clause) -> tuple[object, ...]:
        """Return the causes behind a conflict that no decision is to blame for, each once."""
        return tuple(dict.fromkeys(clause.cause for clause in self._ancestors(conflict) if clause.cause is not None))

    def _ancestors(self, conflict: Clause) -> Iterator[Clause]:
        clauses, seen = [conflict], {id(conflict)}
        packages = [abs(literal) for literal in conflict.literals]
        settled: set[int] = set()
        while clauses or packages:
            if clauses:
                clause = clauses.pop()
                yield clause
                found = list(clause.parents)
                packages.extend(clause.facts)
            else:
                package = packages.pop()
                reason = self._reason.get(package)
                if package in settled or reason is None:
                    continue
                settled.add(package)
                found = [reason]
                packages.extend(abs(literal) for literal in reason.literals)
            for clause in found:
                if id(clause) not in seen:
                    seen.add(id(clause))
                    clauses.append(clause)
