"""The solver against trying every assignment."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.distro.deb._clauses import Clause, Contradiction, Solver

COUNT = 6
literals = st.integers(1, COUNT).flatmap(lambda number: st.sampled_from([number, -number]))
clauses = st.lists(literals, min_size=1, max_size=3, unique_by=abs).map(tuple)


def solvable(wanted: list[tuple[int, ...]]) -> bool:
    return any(
        all(any(values[abs(literal) - 1] == (literal > 0) for literal in clause) for clause in wanted)
        for values in product((False, True), repeat=COUNT)
    )


def solve(wanted: list[tuple[int, ...]], order: list[int], *, late: bool) -> dict[int, bool]:
    """Decide what is open in the given order; ``late`` hands clauses over when their package is first installed."""
    offered: dict[int, list[Clause]] = {}
    early: list[Clause] = []
    for clause in wanted:
        owner = next((-literal for literal in clause if literal < 0), None) if late else None
        (early if owner is None else offered.setdefault(owner, [])).append(Clause(list(clause), clause))
    solver = Solver(lambda number: offered.get(number, ()))
    for each in early:
        solver.require(each)
    while (literal := next((each for each in order if solver.value(each) is None), None)) is not None:
        before = solver.level
        after = solver.decide(literal)
        assert after <= before + 1
        if after > before:
            assert solver.value(literal)
            assert solver.decision(after) == literal
    return {abs(literal): bool(solver.value(abs(literal))) for literal in order}


@pytest.mark.parametrize("late", [False, True])
@given(
    st.lists(clauses, max_size=24),
    st.permutations(range(1, COUNT + 1)),
    st.lists(st.booleans(), min_size=COUNT, max_size=COUNT),
)
def test_finds_a_solution_or_why_there_is_none(
    late: bool,  # noqa: FBT001
    wanted: list[tuple[int, ...]],
    order: list[int],
    signs: list[bool],
):
    decisions = [number if sign else -number for number, sign in zip(order, signs, strict=True)]
    try:
        values = solve(wanted, decisions, late=late)
    except Contradiction as contradiction:
        causes = contradiction.causes
    else:
        assert all(any(values[abs(literal)] == (literal > 0) for literal in clause) for clause in wanted)
        return
    assert len(set(causes)) == len(causes)
    assert not solvable([cause for cause in causes if isinstance(cause, tuple)])


def test_a_decision_is_kept_where_nothing_is_against_it():
    solver = Solver(lambda _: ())
    solver.require(Clause([1, 2]))
    assert solver.decide(-1) == 1
    assert (solver.value(2), solver.value(-2), solver.value(3)) == (True, False, None)
    solver.take_back(0)
    assert solver.value(2) is None


def test_only_what_is_to_blame_is_taken_back():
    offered = {3: [Clause([-3, 4]), Clause([-3, -1, -4])]}
    solver = Solver(lambda number: offered.get(number, ()))
    assert solver.decide(1) == 1
    assert solver.decide(2) == 2
    assert solver.decide(3) == 1  # 1 and 3 do not go together, whatever 2 is
    assert (solver.value(1), solver.value(2), solver.value(3)) == (True, None, False)
